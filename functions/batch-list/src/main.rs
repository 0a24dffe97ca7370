fn main() -> Result<(), common::LambdaError> {
    common::lambda(batch_list::function())
}
