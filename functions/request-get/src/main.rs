fn main() -> Result<(), common::LambdaError> {
    common::lambda(request_get::function())
}
