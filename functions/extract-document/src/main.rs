fn main() -> Result<(), common::LambdaError> {
    common::lambda(extract_document::function())
}
