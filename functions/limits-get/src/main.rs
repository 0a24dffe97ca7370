fn main() -> Result<(), common::LambdaError> {
    common::lambda(limits_get::function())
}
