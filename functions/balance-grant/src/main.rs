fn main() -> Result<(), common::LambdaError> {
    common::lambda(balance_grant::function())
}
