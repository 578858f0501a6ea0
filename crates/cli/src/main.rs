//! The command line of `grens`. Data goes to stdout, everything else to stderr.

mod args;
mod commands;
mod env;
mod failure;
mod locate;
mod printer;
mod stop;

use std::process::ExitCode;

use clap::Parser as _;
use grens_law::Exit;

fn main() -> ExitCode {
    let cli = match args::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version are data; a usage error is not. clap knows which is which.
            let _ = error.print();
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Ok };
            return ExitCode::from(exit.code());
        }
    };
    let printer = printer::Printer::new(cli.quiet);
    let exit = match commands::run(&cli.command, &printer) {
        Ok(exit) => exit,
        Err(failure) => {
            failure.report(&printer);
            failure.exit
        }
    };
    ExitCode::from(exit.code())
}
