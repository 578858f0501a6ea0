//! Accounts, for a lead.

use askama::Template;
use axum::http::StatusCode;

use crate::ReviewError;
use crate::store::{Role, UserId};
use crate::web::app::App;
use crate::web::frame::{Frame, role_name};
use crate::web::problem::Problem;
use crate::web::reply::Reply;
use crate::web::visit::Visit;

struct Row {
    id: i64,
    name: String,
    pseudonym: String,
    role: &'static str,
    roles: Vec<(&'static str, &'static str, bool)>,
    active: bool,
    /// Nobody locks himself out.
    own: bool,
}

#[derive(Template)]
#[template(path = "users.html")]
struct Page {
    f: Frame,
    rows: Vec<Row>,
    /// Value, words, whether it is chosen.
    roles: Vec<(&'static str, &'static str, bool)>,
    name: String,
    wrong: Option<&'static str>,
}

fn view(app: &App, visit: &Visit, wrong: Option<&'static str>) -> Result<Page, Problem> {
    let (me, t) = (visit.session()?.user.id, visit.lang.strings());
    let row = |user: crate::store::User| Row {
        id: user.id.0,
        role: role_name(t, user.role),
        roles: Role::ALL.map(|role| (role.name(), role_name(t, role), role == user.role)).into(),
        active: user.active,
        own: user.id == me,
        name: user.name,
        pseudonym: user.pseudonym,
    };
    // What was asked for stays asked for: an account must not get more rights because its password was too short.
    let chosen = role(visit).unwrap_or(Role::Moderator);
    Ok(Page {
        f: Frame { here: "/users".to_owned(), ..Frame::new(visit, "/users") },
        rows: app.store().users()?.into_iter().map(row).collect(),
        roles: Role::ALL.map(|role| (role.name(), role_name(t, role), role == chosen)).into(),
        name: visit.form.one("name").to_owned(),
        wrong,
    })
}

/// All accounts, and a form for another one.
pub(crate) fn page(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    Reply::page(&view(app, visit, None)?)
}

fn role(visit: &Visit) -> Result<Role, Problem> {
    Role::ALL.into_iter().find(|role| role.name() == visit.form.one("role")).ok_or(Problem::BadField)
}

/// One more account.
pub(crate) fn add(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let (role, password) = (role(visit)?, visit.form.raw("password"));
    let added = app.accounts().add_user(visit.form.one("name"), role, password, None);
    answer(app, visit, added.map(|_| ()))
}

/// Another role. It counts at once.
pub(crate) fn set_role(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let (user, role) = (other(visit)?, role(visit)?);
    answer(app, visit, app.store().set_role(user, role))
}

/// Out of use, or into use again.
pub(crate) fn set_active(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let (user, active) = (other(visit)?, visit.form.one("active") == "yes");
    answer(app, visit, app.store().set_active(user, active))
}

/// A new password for somebody who has forgotten the old one; it ends the sessions of the account.
pub(crate) fn set_password(app: &App, visit: &Visit) -> Result<Reply, Problem> {
    let user = other(visit)?;
    answer(app, visit, app.accounts().set_password(user, visit.form.raw("password")))
}

/// The account of the path, which is somebody else's: one's own is changed at `/account`, and a lead who takes the role from himself could not give it back.
fn other(visit: &Visit) -> Result<UserId, Problem> {
    let id = visit.segment("user").and_then(|text| text.parse().ok()).map(UserId).ok_or(Problem::NotFound)?;
    if id == visit.session()?.user.id { Err(Problem::NotNow) } else { Ok(id) }
}

fn answer(app: &App, visit: &Visit, done: Result<(), ReviewError>) -> Result<Reply, Problem> {
    let t = visit.lang.strings();
    let wrong = match done {
        Ok(()) => return Ok(Reply::go("/users")),
        Err(ReviewError::Password(_)) => t.password_rule,
        Err(ReviewError::UserExists | ReviewError::Field { .. }) => t.name_rule,
        Err(error) => return Err(error.into()),
    };
    Reply::with_status(StatusCode::UNPROCESSABLE_ENTITY, &view(app, visit, Some(wrong))?)
}
