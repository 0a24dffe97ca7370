fn main() -> Result<(), common::LambdaError> {
    common::lambda(fallback::function())
}
