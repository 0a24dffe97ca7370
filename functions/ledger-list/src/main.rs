fn main() -> Result<(), common::LambdaError> {
    common::lambda(ledger_list::function())
}
