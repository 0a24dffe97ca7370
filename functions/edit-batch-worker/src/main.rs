fn main() -> Result<(), common::LambdaError> {
    common::lambda(edit_batch_worker::function())
}
