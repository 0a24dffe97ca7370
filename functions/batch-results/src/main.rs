fn main() -> Result<(), common::LambdaError> {
    common::lambda(batch_results::function())
}
