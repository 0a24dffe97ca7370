fn main() -> Result<(), common::LambdaError> {
    common::lambda(storage_get::function())
}
