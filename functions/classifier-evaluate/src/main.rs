fn main() -> Result<(), common::LambdaError> {
    common::lambda(classifier_evaluate::function())
}
