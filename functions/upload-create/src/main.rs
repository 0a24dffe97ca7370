fn main() -> Result<(), common::LambdaError> {
    common::lambda(upload_create::function())
}
