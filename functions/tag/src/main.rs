fn main() -> Result<(), common::LambdaError> {
    common::lambda(tag::function())
}
