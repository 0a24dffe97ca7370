fn main() -> Result<(), common::LambdaError> {
    common::lambda(batch_dead_letter::function())
}
