fn main() -> Result<(), common::LambdaError> {
    common::lambda(openapi_get::function())
}
