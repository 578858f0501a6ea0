//! What the form of a verdict offers: everything by its name in records, its words and its key; grounds with the articles whose closed list holds them.

use grens_law::{Article, ContextFlag, Ground, Publicity, Route, Statute};

use super::labels;
use super::lang::Lang;
use super::pairs::Pairs;
use super::reasons;
use super::verdict::{VERDICTS, Wrong};

const PUBLICITIES: [Publicity; 3] = [Publicity::Unknown, Publicity::Public, Publicity::Restricted];
const CONTEXTS: [ContextFlag; 7] = [
    ContextFlag::Debate,
    ContextFlag::ArtOrSatire,
    ContextFlag::Religion,
    ContextFlag::Quotation,
    ContextFlag::CounterSpeech,
    ContextFlag::News,
    ContextFlag::Reclaimed,
];
const ROUTES: [Route; 5] = [Route::Hotline, Route::PlatformTerms, Route::Adv, Route::Police, Route::Nothing];
/// Keys of the grounds, in the order of [`Ground::ALL`]; those of the articles are the last letters of their numbers.
const GROUND_KEYS: [&str; 5] = ["r", "g", "s", "h", "v"];

/// One thing to choose.
pub(crate) struct Choice {
    pub(crate) value: String,
    pub(crate) label: String,
    /// The key that chooses it; empty for none.
    pub(crate) key: String,
    pub(crate) chosen: bool,
    /// For a ground: the articles whose closed list holds it, as class names.
    pub(crate) class: String,
}

/// The form as it is shown.
pub(crate) struct Shown {
    pub(crate) action: String,
    pub(crate) verdicts: Vec<Choice>,
    pub(crate) articles: Vec<Choice>,
    pub(crate) grounds: Vec<Choice>,
    pub(crate) publicity: Vec<Choice>,
    pub(crate) context: Vec<Choice>,
    pub(crate) routes: Vec<Choice>,
    pub(crate) yes_reasons: Vec<Choice>,
    pub(crate) no_reasons: Vec<Choice>,
    pub(crate) filled: Pairs,
    pub(crate) wrong: Vec<Wrong>,
}

impl Shown {
    /// The form that is sent to `action`, with what was filled in before.
    pub(crate) fn new(action: String, lang: Lang, statute: &Statute, filled: Pairs, wrong: Vec<Wrong>) -> Self {
        let t = lang.strings();
        let choice = |field: &str, value: String, label: String, key: &str| Choice {
            chosen: filled.has(field, &value),
            value,
            label,
            key: key.to_owned(),
            class: String::new(),
        };
        let listing = |ground| {
            let lists = |article: &Article| statute.covers(*article, ground);
            Article::ALL
                .iter()
                .filter(|article| lists(article))
                .map(|article| format!("in-{article}"))
                .collect::<Vec<_>>()
        };
        let grounds = Ground::ALL.into_iter().zip(GROUND_KEYS).map(|(ground, key)| {
            let label = labels::ground(lang, statute, ground);
            Choice { class: listing(ground).join(" "), ..choice("ground", ground.name().to_owned(), label, key) }
        });
        let articles = Article::ALL.into_iter().map(|article| {
            let key = article.name().chars().last().map(String::from).unwrap_or_default();
            choice("article", article.name().to_owned(), labels::article(lang, statute, article), &key)
        });
        let verdicts = VERDICTS.into_iter().enumerate().map(|(i, verdict)| {
            choice("verdict", verdict.name().to_owned(), labels::verdict(t, verdict).to_owned(), &(i + 1).to_string())
        });
        let canned = |list: &[(&str, &str, &str)]| {
            let texts = list.iter().enumerate().map(|(i, (value, nl, en))| {
                let label = if lang == Lang::Nl { nl } else { en };
                choice("why", (*value).to_owned(), (*label).to_owned(), &(i + 5).to_string())
            });
            texts.collect::<Vec<_>>()
        };
        let named = |field: &'static str, name: String, label: &str| choice(field, name, label.to_owned(), "");
        Self {
            verdicts: verdicts.collect(),
            articles: articles.collect(),
            grounds: grounds.collect(),
            publicity: PUBLICITIES.map(|p| named("publicity", name(&p), labels::publicity(t, p))).into(),
            context: CONTEXTS.map(|c| named("context", name(&c), labels::context(t, c))).into(),
            routes: ROUTES.map(|r| named("route", name(&r), labels::route(t, r))).into(),
            yes_reasons: canned(&reasons::YES),
            no_reasons: canned(&reasons::NO),
            action,
            filled,
            wrong,
        }
    }

    /// Whether something is wrong at a field.
    pub(crate) fn is_wrong(&self, at: &str) -> bool {
        self.wrong.iter().any(|wrong| wrong.at == at)
    }
}

/// The name that a value has in records.
pub(crate) fn name<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(ToOwned::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grounds_are_offered_by_the_table() {
        let shown = Shown::new(String::new(), Lang::Nl, Statute::shipped(), Pairs::default(), vec![]);
        let classes: Vec<&str> = shown.grounds.iter().map(|choice| choice.class.as_str()).collect();
        assert_eq!(classes.first(), Some(&"in-137c in-137d"));
        assert_eq!(classes.last(), Some(&"in-137d"));
        let keys: Vec<&str> = shown.articles.iter().map(|choice| choice.key.as_str()).collect();
        assert_eq!(keys, ["c", "d"]);
    }
}
