//! The language switch.

use crate::web::app::App;
use crate::web::cookies;
use crate::web::lang::Lang;
use crate::web::problem::Problem;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

/// Remember the language and go back to the page it was asked on.
pub(crate) fn switch(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let lang = Lang::of(visit.form.one("to"));
    Ok(Reply::go(visit.form.one("back")).cookie(cookies::lang(lang.tag(), &app.site)))
}
