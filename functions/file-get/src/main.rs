fn main() -> Result<(), common::LambdaError> {
    common::lambda(file_get::function())
}
