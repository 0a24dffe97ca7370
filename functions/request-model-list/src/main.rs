fn main() -> Result<(), common::LambdaError> {
    common::lambda(request_model_list::function())
}
