fn main() -> Result<(), common::LambdaError> {
    common::lambda(edit_batch_dead_letter::function())
}
