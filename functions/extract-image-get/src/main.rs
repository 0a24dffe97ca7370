fn main() -> Result<(), common::LambdaError> {
    common::lambda(extract_image_get::function())
}
