fn main() -> Result<(), common::LambdaError> {
    common::lambda(classify_batch::function())
}
