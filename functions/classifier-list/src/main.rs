fn main() -> Result<(), common::LambdaError> {
    common::lambda(classifier_list::function())
}
