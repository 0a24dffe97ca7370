fn main() -> Result<(), common::LambdaError> {
    common::lambda(key_list::function())
}
