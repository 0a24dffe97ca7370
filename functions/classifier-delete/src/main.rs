fn main() -> Result<(), common::LambdaError> {
    common::lambda(classifier_delete::function())
}
