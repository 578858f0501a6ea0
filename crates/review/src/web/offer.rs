//! What there is to judge, and by what it can be filtered.

use grens_law::{Article, Band, Ground};

use super::app::App;
use super::labels;
use super::lang::Lang;
use super::problem::Problem;
use super::wanted::Wanted;
use crate::Store;
use crate::inert::line;
use crate::store::{Filter, Lane, Order, User};

/// A field with values to choose from.
pub(crate) struct Select {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    /// Value, words, whether it is chosen.
    pub(crate) options: Vec<(String, String, bool)>,
}

/// A field with a number.
pub(crate) struct Bound {
    pub(crate) name: &'static str,
    pub(crate) label: &'static str,
    pub(crate) value: String,
    pub(crate) most: &'static str,
    pub(crate) step: &'static str,
}

/// The filter form, and how much lies behind it.
pub(crate) struct Offer {
    /// Items by lane, in words.
    pub(crate) waiting: Vec<(&'static str, String)>,
    pub(crate) selects: Vec<Select>,
    pub(crate) bounds: Vec<Bound>,
    /// Whether anything is filtered.
    pub(crate) is_filtered: bool,
}

impl Offer {
    /// For somebody who wants `wanted`.
    pub(crate) fn new(app: &App, store: &Store, user: &User, lang: Lang, wanted: &Wanted) -> Result<Self, Problem> {
        let t = lang.strings();
        let waiting = store.waiting(user, &wanted.filter)?;
        let Filter { article, ground, platform, band, min_age, max_age, min_score, max_score, lane } = &wanted.filter;
        let any = |options: Vec<(String, String, bool)>| {
            let none = !options.iter().any(|(_, _, chosen)| *chosen);
            [vec![(String::new(), t.any.to_owned(), none)], options].concat()
        };
        let articles =
            Article::ALL.map(|a| (a.name().to_owned(), labels::article(lang, app.statute, a), *article == Some(a)));
        let grounds =
            Ground::ALL.map(|g| (g.name().to_owned(), labels::ground(lang, app.statute, g), *ground == Some(g)));
        let bands = [Band::Candidate, Band::Review]
            .map(|b| (b.name().to_owned(), labels::band(t, b).to_owned(), *band == Some(b)));
        let lanes = Lane::ALL.into_iter().filter(|&one| user.role.leads() || one != Lane::Adjudicate);
        let lanes = lanes.map(|one| (one.name().to_owned(), labels::lane(t, one).to_owned(), *lane == Some(one)));
        // A name that cannot be shown as it is (control signs, too long) is not offered: no platform is called so.
        let showable = store.platforms()?.into_iter().filter(|name| line(name, 60) == *name);
        let platforms = showable.map(|name| {
            let chosen = platform.as_ref() == Some(&name);
            (name.clone(), name, chosen)
        });
        let is_blind = store.settings()?.blind;
        let orders = Order::ALL.into_iter().filter(|order| order.fair(is_blind) == *order);
        let orders: Vec<_> = orders
            .map(|o| (o.name().to_owned(), labels::order(t, o).to_owned(), wanted.order.fair(is_blind) == o))
            .collect();
        let select = |name, label, options| Select { name, label, options };
        let days =
            |age: &Option<std::time::Duration>| age.map(|age| (age.as_secs() / 86_400).to_string()).unwrap_or_default();
        let share = |score: &Option<f32>| score.map(|score| score.to_string()).unwrap_or_default();
        let bound = |name, label, value, most, step| Bound { name, label, value, most, step };
        let mut selects = vec![
            select("order", t.filter_order, orders),
            select("platform", t.filter_platform, any(platforms.collect())),
            select("lane", t.filter_lane, any(lanes.collect())),
        ];
        let mut bounds = vec![
            bound("min_age", t.filter_min_age, days(min_age), "36500", "1"),
            bound("max_age", t.filter_max_age, days(max_age), "36500", "1"),
        ];
        // In blind mode what fits would tell what the program says: the store leaves these out, too.
        if !is_blind {
            selects.extend([
                select("article", t.filter_article, any(articles.to_vec())),
                select("ground", t.filter_ground, any(grounds.to_vec())),
                select("band", t.filter_band, any(bands.to_vec())),
            ]);
            bounds.extend([
                bound("min_score", t.filter_min_score, share(min_score), "1", "0.01"),
                bound("max_score", t.filter_max_score, share(max_score), "1", "0.01"),
            ]);
        }
        Ok(Self {
            waiting: waiting.into_iter().map(|(one, n)| (labels::lane(t, one), lang.number(n))).collect(),
            selects,
            bounds,
            is_filtered: wanted.filter != Filter::default(),
        })
    }
}
