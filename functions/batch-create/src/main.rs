fn main() -> Result<(), common::LambdaError> {
    common::lambda(batch_create::function())
}
