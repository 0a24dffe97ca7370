fn main() -> Result<(), common::LambdaError> {
    common::lambda(upload_renew::function())
}
