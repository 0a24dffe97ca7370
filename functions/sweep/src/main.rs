fn main() -> Result<(), common::LambdaError> {
    common::lambda(sweep::function())
}
