//! `grens review serve`: the page on which people judge.

use std::sync::Arc;

use grens_law::{Exit, Policy};
use grens_review::Store;
use grens_review::web::{Listening, Options};
use grens_server::Ending;

use crate::args::{PolicyArgs, ReviewServeArgs};
use crate::commands::serve::Lines;
use crate::failure::{Failure, Outcome};
use crate::printer::Printer;
use crate::{locate, stop};

pub(super) fn serve(args: &ReviewServeArgs, printer: &Printer) -> Outcome {
    let stop = stop::flag();
    let behind_proxy = args.behind_proxy.as_deref().map(url::Url::parse).transpose().map_err(|_| {
        Failure::message(Exit::Usage, "--behind-proxy is no address").hint("give one such as https://review.example.nl")
    })?;
    let store = Store::create(&args.queue.queue)?;
    super::tell_end(&store, printer)?;
    let options =
        Options { bind: args.bind, behind_proxy, proxies: args.proxy_address.clone(), policy: policy(&args.policy)? };
    let listening = Listening::bind(&options, store)?;
    // Programs read this line: it has the port that `--bind ADDRESS:0` got.
    let address = listening.address();
    printer.note(&format!("listening on http://{address}"));
    if let Some(token) = listening.setup_token() {
        let open = options.behind_proxy.as_ref().map_or_else(|| format!("http://{address}/"), ToString::to_string);
        printer.note(&format!("there is no lead yet: open {open}start and give this code, once: {}", token.0));
    }
    match listening.serve(Arc::new(Lines(printer.clone())), stop)? {
        Ending::Drained => Ok(Exit::Ok),
        Ending::Cut(connections) => {
            printer.warning(&format!("{connections} connections were cut off"));
            Ok(Exit::Interrupted)
        }
    }
}

/// The policy whose thresholds are shown; none where there is none to be found and none was named.
fn policy(args: &PolicyArgs) -> Outcome<Option<Policy>> {
    if args.policy.is_none() && args.model.is_none() {
        let shipped = std::path::Path::new(&locate::model(None)).join("policy.toml");
        return Ok(if shipped.is_file() { Some(Policy::read(&shipped)?) } else { None });
    }
    crate::commands::outbox::policy(args).map(Some)
}
