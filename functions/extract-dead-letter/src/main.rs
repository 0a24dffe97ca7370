fn main() -> Result<(), common::LambdaError> {
    common::lambda(extract_dead_letter::function())
}
