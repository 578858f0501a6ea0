//! What stands around every page: who is there, where one can go, in which language.

use super::access::Who;
use super::assets;
use super::lang::Lang;
use super::strings::Strings;
use super::visit::Visit;
use crate::store::Role;

/// A link of the menu.
pub(crate) struct Place {
    pub(crate) href: &'static str,
    pub(crate) label: &'static str,
    pub(crate) current: bool,
}

/// What stands around every page.
pub(crate) struct Frame {
    pub(crate) t: &'static Strings,
    pub(crate) lang: Lang,
    pub(crate) csrf: String,
    pub(crate) here: String,
    /// Folder of styles and scripts.
    pub(crate) assets: String,
    pub(crate) places: Vec<Place>,
    /// Name and role, once signed in.
    pub(crate) person: Option<(String, &'static str)>,
}

impl Frame {
    /// Around the page at `current`.
    pub(crate) fn new(visit: &Visit, current: &str) -> Self {
        let t = visit.lang.strings();
        let role = visit.session.as_ref().map(|session| session.user.role);
        let menu = [
            ("/judge", t.menu_judge, Who::JUDGES),
            ("/mine", t.menu_mine, Who::JUDGES),
            ("/items", t.menu_items, Who::LEADS),
            ("/dashboard", t.menu_dashboard, Who::LEADS),
            ("/statistics", t.menu_statistics, Who::SIGNED_IN),
            ("/export", t.menu_export, Who::DATA),
            ("/users", t.menu_users, Who::LEADS),
            ("/settings", t.menu_settings, Who::LEADS),
        ];
        let allowed = menu.into_iter().filter(|(_, _, who)| role.is_some() && who.lets(role));
        Self {
            t,
            lang: visit.lang,
            csrf: visit.csrf.clone(),
            here: visit.here.clone(),
            assets: format!("/assets/{}", assets::version()),
            places: allowed.map(|(href, label, _)| Place { href, label, current: href == current }).collect(),
            person: visit.session.as_ref().map(|session| (session.user.name.clone(), role_name(t, session.user.role))),
        }
    }
}

/// A role in words.
pub(crate) const fn role_name(t: &'static Strings, role: Role) -> &'static str {
    match role {
        Role::Researcher => t.role_researcher,
        Role::Moderator => t.role_moderator,
        Role::Lead => t.role_lead,
    }
}
