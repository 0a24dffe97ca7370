fn main() -> Result<(), common::LambdaError> {
    common::lambda(docs_get::function())
}
