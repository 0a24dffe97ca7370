fn main() -> Result<(), common::LambdaError> {
    common::lambda(extract_worker::function())
}
