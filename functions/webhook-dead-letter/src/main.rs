fn main() -> Result<(), common::LambdaError> {
    common::lambda(webhook_dead_letter::function())
}
