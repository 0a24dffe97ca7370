fn main() -> Result<(), common::LambdaError> {
    common::lambda(key_update::function())
}
