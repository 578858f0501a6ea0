//! Which items somebody wants to judge, and in which order, in an address and back.

use std::fmt::Write as _;
use std::time::Duration;

use grens_law::{Article, Band, Ground};
use url::form_urlencoded::byte_serialize;

use super::pairs::Pairs;
use crate::store::{Filter, Lane, Order};

const DAY: u64 = 86_400;

/// A filter and an order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Wanted {
    pub(crate) filter: Filter,
    pub(crate) order: Order,
}

impl Wanted {
    /// Out of the fields of an address or a form. What is no value of a field is left out: a filter that is not understood is none.
    pub(crate) fn of(pairs: &Pairs) -> Self {
        let named = |name: &str| pairs.some(name);
        let days = |name: &str| {
            named(name)?.parse::<u64>().ok().filter(|&n| n <= 36_500).map(|n| Duration::from_secs(n * DAY))
        };
        let share = |name: &str| {
            let value = named(name)?.replace(',', ".").parse::<f32>().ok()?;
            (0.0..=1.0).contains(&value).then_some(value)
        };
        let filter = Filter {
            article: named("article").and_then(|name| Article::ALL.into_iter().find(|a| a.name() == name)),
            ground: named("ground").and_then(|name| Ground::ALL.into_iter().find(|g| g.name() == name)),
            platform: named("platform").filter(|name| name.len() <= 200).map(ToOwned::to_owned),
            band: named("band").and_then(|name| Band::ALL.into_iter().find(|b| b.name() == name)),
            min_age: days("min_age"),
            max_age: days("max_age"),
            min_score: share("min_score"),
            max_score: share("max_score"),
            lane: named("lane").and_then(|name| Lane::ALL.into_iter().find(|l| l.name() == name)),
        };
        let order =
            named("order").and_then(|name| Order::ALL.into_iter().find(|o| o.name() == name)).unwrap_or_default();
        Self { filter, order }
    }

    /// As fields of an address, `a=b&c=d`; empty for everything in the usual order.
    pub(crate) fn query(&self) -> String {
        let Filter { article, ground, platform, band, min_age, max_age, min_score, max_score, lane } = &self.filter;
        let days = |age: &Duration| (age.as_secs() / DAY).to_string();
        let order = (self.order != Order::default()).then(|| self.order.name().to_owned());
        let fields = [
            ("article", article.map(|a| a.name().to_owned())),
            ("ground", ground.map(|g| g.name().to_owned())),
            ("platform", platform.clone()),
            ("band", band.map(|b| b.name().to_owned())),
            ("min_age", min_age.as_ref().map(days)),
            ("max_age", max_age.as_ref().map(days)),
            ("min_score", min_score.map(|s| s.to_string())),
            ("max_score", max_score.map(|s| s.to_string())),
            ("lane", lane.map(|l| l.name().to_owned())),
            ("order", order),
        ];
        let mut out = String::new();
        for (name, value) in fields {
            if let Some(value) = value {
                let value: String = byte_serialize(value.as_bytes()).collect();
                let _ = write!(out, "{}{name}={value}", if out.is_empty() { "" } else { "&" });
            }
        }
        out
    }

    /// The address of the judging page with this filter.
    pub(crate) fn address(&self) -> String {
        match self.query() {
            query if query.is_empty() => "/judge".to_owned(),
            query => format!("/judge?{query}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_and_back() {
        let text = "article=137d&ground=religion&platform=forum+%26+zo&band=review&min_age=3&max_age=30&min_score=0.5&max_score=0.9&lane=rate&order=age";
        let wanted = Wanted::of(&Pairs::parse(text.as_bytes()));
        assert_eq!(wanted.query(), text);
        assert_eq!(wanted.filter.platform.as_deref(), Some("forum & zo"));
        assert_eq!(Wanted::of(&Pairs::parse(wanted.query().as_bytes())), wanted);
        assert_eq!(Wanted::default().address(), "/judge");
    }

    #[test]
    fn what_is_no_value_is_no_filter() {
        let bad =
            "article=1&ground=x&band=&min_age=-1&max_age=99999999&min_score=NaN&max_score=2&lane=x&order='+OR+1=1";
        assert_eq!(Wanted::of(&Pairs::parse(bad.as_bytes())), Wanted::default());
    }
}
