fn main() -> Result<(), common::LambdaError> {
    common::lambda(batch_start::function())
}
