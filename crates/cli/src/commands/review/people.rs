//! `grens review user`: accounts.

use std::io::IsTerminal as _;
use std::path::Path;

use grens_law::Exit;
use grens_review::store::Role;

use super::{open, tell};
use crate::args::{PasswordArgs, ReviewUserArgs, ReviewUserCommand, RoleArg};
use crate::failure::{Failure, Outcome};
use crate::printer::Printer;

pub(super) fn run(command: &ReviewUserCommand, printer: &Printer) -> Outcome {
    match command {
        ReviewUserCommand::Add(args) => {
            let mut store = open(&args.user.queue)?;
            let password = password(&args.password)?;
            let user = store.add_user(&args.user.name, role(args.role), &password, args.pseudonym.as_deref())?;
            printer.note(&format!(
                "{} may log in, as {}; verdicts carry {}",
                user.name,
                user.role.name(),
                user.pseudonym
            ));
        }
        ReviewUserCommand::List(args) => {
            let line = |user: &grens_review::store::User| {
                let state = if user.active { "" } else { "  (not in use)" };
                format!("{}\t{}\t{}{state}\n", user.name, user.pseudonym, user.role.name())
            };
            tell(printer, &open(args)?.users()?.iter().map(line).collect::<String>())?;
        }
        ReviewUserCommand::Disable(args) => set_active(args, false, printer)?,
        ReviewUserCommand::Enable(args) => set_active(args, true, printer)?,
        ReviewUserCommand::Password(args) => {
            let mut store = open(&args.user.queue)?;
            let user = store.user(&args.user.name)?;
            store.set_password(user.id, &password(&args.password)?)?;
            printer.note(&format!("{} has a new password; open sessions have ended", user.name));
        }
        ReviewUserCommand::Role(args) => {
            let mut store = open(&args.user.queue)?;
            let user = store.user(&args.user.name)?;
            store.set_role(user.id, role(args.role))?;
            printer.note(&format!("{} is a {} now", user.name, role(args.role).name()));
        }
    }
    Ok(Exit::Ok)
}

fn set_active(args: &ReviewUserArgs, active: bool, printer: &Printer) -> Outcome<()> {
    let mut store = open(&args.queue)?;
    let user = store.user(&args.name)?;
    store.set_active(user.id, active)?;
    let state = if active { "in use again" } else { "out of use; open sessions have ended" };
    printer.note(&format!("{} is {state}", user.name));
    Ok(())
}

const fn role(arg: RoleArg) -> Role {
    match arg {
        RoleArg::Researcher => Role::Researcher,
        RoleArg::Moderator => Role::Moderator,
        RoleArg::Lead => Role::Lead,
    }
}

/// A password from a file, from stdin, or typed twice without echo.
fn password(args: &PasswordArgs) -> Outcome<String> {
    let unreadable = |e: std::io::Error| Failure::message(Exit::NoInput, format!("the password cannot be read: {e}"));
    match &args.password_file {
        Some(path) if path == Path::new("-") => first_line(std::io::stdin().lock()).map_err(unreadable),
        Some(path) => {
            let file = std::fs::File::open(path).map_err(unreadable)?;
            first_line(std::io::BufReader::new(file)).map_err(unreadable)
        }
        None if std::io::stdin().is_terminal() => {
            let terminal = console::Term::stderr();
            let ask = |what: &str| {
                terminal.write_str(what)?;
                terminal.read_secure_line()
            };
            let (first, second) = (ask("password: ").map_err(unreadable)?, ask("again: ").map_err(unreadable)?);
            if first == second {
                return Ok(first);
            }
            Err(Failure::message(Exit::Usage, "the two passwords differ"))
        }
        None => Err(Failure::message(Exit::Usage, "there is no terminal to ask for a password on")
            .hint("give --password-file FILE, or - for standard input")),
    }
}

fn first_line(mut input: impl std::io::BufRead) -> std::io::Result<String> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    Ok(line.trim_end_matches(['\n', '\r']).to_owned())
}
