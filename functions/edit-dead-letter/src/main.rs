fn main() -> Result<(), common::LambdaError> {
    common::lambda(edit_dead_letter::function())
}
