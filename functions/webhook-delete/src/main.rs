fn main() -> Result<(), common::LambdaError> {
    common::lambda(webhook_delete::function())
}
