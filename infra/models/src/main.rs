//! `atelier models` for scripts that have not built `atelier`.

use std::process::ExitCode;

use clap::Parser;
use model_fetch::command::Models;

#[derive(Debug, Parser)]
#[command(name = "model-fetch")]
struct Cli {
    #[command(flatten)]
    models: Models,
}

fn main() -> ExitCode {
    match Cli::parse().models.run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("model-fetch: {error:#}");
            ExitCode::FAILURE
        }
    }
}
