//! What leaves the queue as a file.

use askama::Template;

use crate::store::LabelFormat;
use crate::web::app::App;
use crate::web::frame::Frame;
use crate::web::problem::Problem;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

const JSON_LINES: &str = "application/x-ndjson";

#[derive(Template)]
#[template(path = "export.html")]
struct Page {
    f: Frame,
    leads: bool,
}

/// What there is to have.
pub(crate) fn page(_: &App, visit: &Visit) -> Result<Reply, Problem> {
    Reply::page(&Page { f: Frame::new(visit, "/export"), leads: visit.session()?.user.role.leads() })
}

/// For research: no text, no place, pseudonyms that are new every time.
pub(crate) fn file(app: &App, _: &Visit) -> Result<Reply, Problem> {
    let mut out = vec![];
    app.figures().export_pseudonymised(&mut out)?;
    Ok(Reply::download(JSON_LINES, "grens-pseudonymised.jsonl", out))
}

/// For `grens eval` and training: labelled rows with their text. For a lead alone.
pub(crate) fn labels(app: &App, _: &Visit) -> Result<Reply, Problem> {
    let mut out = vec![];
    app.figures().export_labels(LabelFormat::Jsonl, &mut out)?;
    Ok(Reply::download(JSON_LINES, "grens-labels.jsonl", out))
}
