fn main() -> Result<(), common::LambdaError> {
    common::lambda(classifier_create::function())
}
