fn main() -> Result<(), common::LambdaError> {
    common::lambda(log_list::function())
}
