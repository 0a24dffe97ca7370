fn main() -> Result<(), common::LambdaError> {
    common::lambda(webhook_list::function())
}
