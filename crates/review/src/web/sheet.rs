//! An item as it is looked at: where and when, the conversation, the text, and what the program says of it.

use grens_law::{Article, Ground, Policy, Statute};

use super::labels;
use super::lang::Lang;
use super::segments::{Mark, Segment, plain, segments};
use crate::inert::{self, line, link};
use crate::store::{Item, Proposal};

/// Characters of the blurred picture of a text.
const BLURRED: usize = 600;

/// An item as it is looked at.
pub(crate) struct Sheet {
    pub(crate) id: i64,
    pub(crate) post_id: String,
    pub(crate) platform: String,
    pub(crate) posted: String,
    pub(crate) found: String,
    pub(crate) visibility: String,
    pub(crate) url: String,
    /// Only an address of the web.
    pub(crate) link: Option<String>,
    /// The tag of the text's language, or none that a browser should know.
    pub(crate) lang: Option<String>,
    /// `None` once it is erased.
    pub(crate) text: Option<Vec<Segment>>,
    pub(crate) blurred: String,
    /// Whether there is more text than the page shows.
    pub(crate) is_cut: bool,
    pub(crate) has_slurs: bool,
    pub(crate) thread: Vec<Post>,
    pub(crate) proposal: Option<Said>,
    pub(crate) stands_for: String,
    pub(crate) repeats: u64,
    pub(crate) repeats_shown: String,
    pub(crate) head: Option<i64>,
}

/// A post of the conversation.
pub(crate) struct Post {
    pub(crate) posted: String,
    pub(crate) text: Vec<Segment>,
}

/// What the program says.
pub(crate) struct Said {
    pub(crate) band: &'static str,
    pub(crate) rows: Vec<Score>,
    /// Whether the page knows the policy that was used.
    pub(crate) has_thresholds: bool,
    pub(crate) grounds: Vec<(String, String)>,
    pub(crate) words: Vec<Word>,
    pub(crate) reasons: Vec<String>,
    pub(crate) truncated: bool,
    pub(crate) model: String,
    pub(crate) policy: String,
    pub(crate) law: String,
}

/// A score beside its thresholds.
pub(crate) struct Score {
    pub(crate) name: String,
    /// The article's number alone.
    pub(crate) short: String,
    pub(crate) score: String,
    /// From where a person looks, and from where it is a candidate; only when the page knows the policy that was used.
    pub(crate) thresholds: Option<(String, String)>,
}

/// A word that the score hangs on.
pub(crate) struct Word {
    pub(crate) quote: String,
    pub(crate) drop: String,
}

impl Sheet {
    /// Of an item as the person may see it.
    pub(crate) fn of(item: &Item, lang: Lang, statute: &Statute, policy: Option<&Policy>) -> Self {
        let some = |text: &Option<String>, width| line(text.as_deref().unwrap_or_default(), width);
        let evidence = item.proposal.as_ref().map_or(&[][..], |p| &p.evidence);
        let marks: Vec<Mark> = evidence
            .iter()
            .map(|e| Mark { start: e.span.start as usize, end: e.span.end as usize, drop: e.drop })
            .collect();
        let text = item.text.as_deref().map(|text| segments(text, &marks));
        let thread: Vec<Post> = item
            .thread
            .iter()
            .map(|post| Post {
                posted: post.created_at.as_deref().map(labels::when).unwrap_or_default(),
                text: plain(&post.text),
            })
            .collect();
        let mut all = text.iter().chain(thread.iter().map(|post| &post.text)).flatten();
        let has_slurs = all.any(|segment| segment.slur);
        let flat = |text: &str, most| text.chars().take(most).map(inert::shown).collect::<String>();
        Self {
            id: item.id.0,
            post_id: line(&item.post_id, 120),
            platform: some(&item.platform, 60),
            posted: item.created_at.as_deref().map(labels::when).unwrap_or_default(),
            found: labels::when(&item.found_at),
            visibility: some(&item.visibility, 40),
            url: some(&item.url, 300),
            link: item.url.as_deref().and_then(link),
            lang: is_tag(&item.lang).then(|| item.lang.clone()),
            has_slurs,
            text,
            blurred: item.text.as_deref().map(|text| flat(text, BLURRED)).unwrap_or_default(),
            is_cut: item.text.as_deref().is_some_and(|text| text.chars().nth(inert::MOST_CHARS).is_some()),
            thread,
            proposal: item.proposal.as_ref().map(|p| said(p, lang, statute, policy)),
            stands_for: if item.stands_for > 1 { lang.number(item.stands_for) } else { String::new() },
            repeats: item.open_repeats,
            repeats_shown: lang.number(item.open_repeats),
            head: item.head.map(|head| head.0),
        }
    }
}

fn said(p: &Proposal, lang: Lang, statute: &Statute, policy: Option<&Policy>) -> Said {
    let t = lang.strings();
    let number = |value: f32| lang.decimal(f64::from(value));
    // Thresholds of another policy than the one that was used would explain nothing.
    let policy = policy.filter(|policy| policy.id == p.policy);
    let score = |article| match article {
        Article::A137c => p.scores.art137c,
        Article::A137d => p.scores.art137d,
    };
    let mut rows: Vec<Score> = Article::ALL
        .into_iter()
        .map(|article| Score {
            name: labels::article(lang, statute, article),
            short: article.to_string(),
            score: number(score(article)),
            thresholds: policy
                .map(|policy| policy.article(article))
                .map(|at| (number(at.review), number(at.candidate))),
        })
        .collect();
    rows.push(Score {
        name: t.group_hate.to_owned(),
        short: t.group_hate.to_owned(),
        score: number(p.scores.group_hate),
        thresholds: policy.map(|policy| (number(policy.group_hate.review), "–".to_owned())),
    });
    let g = &p.ground_scores;
    let ground = |ground| match ground {
        Ground::Race => g.race,
        Ground::Religion => g.religion,
        Ground::Orientation => g.orientation,
        Ground::Disability => g.disability,
        Ground::Gender => g.gender,
    };
    Said {
        band: labels::band(t, p.band),
        rows,
        has_thresholds: policy.is_some(),
        grounds: p.grounds.iter().map(|&one| (labels::ground(lang, statute, one), number(ground(one)))).collect(),
        words: p.evidence.iter().map(|e| Word { quote: line(&e.span.quote, 60), drop: number(e.drop) }).collect(),
        reasons: p.reasons.clone(),
        truncated: p.truncated,
        model: format!("{} ({})", p.model.name, p.model.hash.get(..12).unwrap_or_default()),
        policy: p.policy.clone(),
        law: p.law.clone(),
    }
}

/// Whether a browser can make something of a language tag; `und` is none.
fn is_tag(tag: &str) -> bool {
    tag != "und" && (2..=20).contains(&tag.len()) && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}
