//! Styles and scripts, in the binary.

use std::sync::OnceLock;

use sha2::{Digest as _, Sha256};

use super::app::App;
use super::problem::Problem;
use super::reply::Reply;
use super::visit::Visit;

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

/// Name, kind, content.
static FILES: [(&str, &str, &str); 9] = [
    ("page.css", CSS, include_str!("../../assets/page.css")),
    ("judge.css", CSS, include_str!("../../assets/judge.css")),
    ("judge.js", JS, include_str!("../../assets/judge.js")),
    ("keys.js", JS, include_str!("../../assets/keys.js")),
    ("form.js", JS, include_str!("../../assets/form.js")),
    ("quote.js", JS, include_str!("../../assets/quote.js")),
    ("steps.js", JS, include_str!("../../assets/steps.js")),
    ("mask.js", JS, include_str!("../../assets/mask.js")),
    ("help.js", JS, include_str!("../../assets/help.js")),
];

/// What stands in the address of every file, so that a browser may keep them for good and still gets those of a new version.
pub(crate) fn version() -> &'static str {
    static VERSION: OnceLock<String> = OnceLock::new();
    VERSION.get_or_init(|| {
        let all = FILES.iter().fold(Sha256::new(), |sum, (_, _, content)| sum.chain_update(content));
        all.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
    })
}

/// A file by its exact name. Nothing is looked up on the disk.
pub(crate) fn file(_: &App, visit: &Visit) -> Result<Reply, Problem> {
    let (wanted, asked) = (visit.segment("file").unwrap_or_default(), visit.segment("version").unwrap_or_default());
    let found = FILES.iter().find(|(name, _, _)| *name == wanted && asked == version());
    found.map(|(_, kind, content)| Reply::asset(kind, content.as_bytes())).ok_or(Problem::NotFound)
}
