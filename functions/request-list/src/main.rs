fn main() -> Result<(), common::LambdaError> {
    common::lambda(request_list::function())
}
