fn main() -> Result<(), common::LambdaError> {
    common::lambda(batch_cancel::function())
}
