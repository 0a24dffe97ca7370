fn main() -> Result<(), common::LambdaError> {
    common::lambda(tag_batch::function())
}
