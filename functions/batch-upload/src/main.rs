fn main() -> Result<(), common::LambdaError> {
    common::lambda(batch_upload::function())
}
