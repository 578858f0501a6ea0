//! `grens serve`: the one scoring path over HTTP.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use grens_law::Exit;
use grens_server::{ApiKey, Ending, Limits, Listening, Log};

use crate::args::ServeArgs;
use crate::env;
use crate::failure::{Failure, Outcome};
use crate::printer::Printer;
use crate::stop;

pub(super) fn run(args: &ServeArgs, printer: &Printer) -> Outcome {
    let stop = stop::flag();
    // What is cheap to refuse comes first; the model takes a second.
    let listening = Listening::bind(args.bind, api_key(args.api_key_file.as_deref())?, limits(args))?;
    let (decider, facts) = super::load_decider_with_facts(&args.decider)?;
    let address = listening.address();
    if !address.ip().is_loopback() {
        printer.warning("posts and the API key travel in the clear: put a proxy with TLS in front (docs/server.md)");
    }
    let model = decider.model();
    let hash = model.hash.get(..12).unwrap_or_default();
    printer.note(&format!("model {} ({hash}), policy {}", model.name, decider.policy().id));
    // Programs read this line: it has the port that `--bind ADDRESS:0` got, which stands nowhere else.
    let line = format!("listening on http://{address}");
    if args.bind.port() == 0 {
        printer.answer(&line)
    } else {
        printer.note(&line)
    }
    match listening.serve(decider, facts, Arc::new(Lines(printer.clone())), stop)? {
        Ending::Drained => Ok(Exit::Ok),
        Ending::Cut(connections) => {
            printer.warning(&format!("{connections} connections were cut off; --drain-seconds gives them more time"));
            Ok(Exit::Interrupted)
        }
    }
}

fn limits(args: &ServeArgs) -> Limits {
    let default = Limits::default();
    Limits {
        body_bytes: args.max_body_bytes,
        posts: args.max_posts,
        text_chars: args.max_text_chars,
        queued_posts: args.max_queue,
        batch_tokens: args.max_batch_tokens,
        connections: args.max_connections,
        header_time: Duration::from_secs(args.header_seconds),
        body_time: Duration::from_secs(args.body_seconds),
        request_time: Duration::from_secs(args.request_seconds),
        drain_time: Duration::from_secs(args.drain_seconds),
        ..default
    }
}

/// The key from a file or from the environment, if there is one.
fn api_key(file: Option<&Path>) -> Outcome<Option<ApiKey>> {
    let key = match (file, std::env::var_os(env::API_KEY)) {
        (Some(path), _) => Some(ApiKey::read(path)),
        // An empty one is a mistake, such as a file that was not there, and must not open the server to everybody.
        (None, Some(key)) => Some(ApiKey::new(&key.to_string_lossy())),
        (None, None) => None,
    };
    key.transpose()
        .map_err(|e| Failure::new(Exit::Usage, e).hint("make one with: (umask 077; openssl rand -hex 32 > FILE)"))
}

/// The server's lines go where all others go.
pub(super) struct Lines(pub(super) Printer);

impl Log for Lines {
    fn note(&self, text: &str) {
        self.0.note(text);
    }

    fn warning(&self, text: &str) {
        self.0.warning(text);
    }
}
