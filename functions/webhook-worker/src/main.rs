fn main() -> Result<(), common::LambdaError> {
    common::lambda(webhook_worker::function())
}
