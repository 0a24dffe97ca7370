fn main() -> Result<(), common::LambdaError> {
    common::lambda(classify::function())
}
