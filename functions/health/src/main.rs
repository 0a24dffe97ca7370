fn main() -> Result<(), common::LambdaError> {
    common::lambda(health::function())
}
