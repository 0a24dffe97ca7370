fn main() -> Result<(), common::LambdaError> {
    common::lambda(balance_get::function())
}
