fn main() -> Result<(), common::LambdaError> {
    common::lambda(image_edit_batch_delete::function())
}
