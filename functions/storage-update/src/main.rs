fn main() -> Result<(), common::LambdaError> {
    common::lambda(storage_update::function())
}
