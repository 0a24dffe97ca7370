fn main() -> Result<(), common::LambdaError> {
    common::lambda(request_model_create::function())
}
