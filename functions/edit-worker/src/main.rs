fn main() -> Result<(), common::LambdaError> {
    common::lambda(edit_worker::function())
}
