fn main() -> Result<(), common::LambdaError> {
    common::lambda(usage_get::function())
}
