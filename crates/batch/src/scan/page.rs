//! The summary page: one file, in Dutch, for the people who work through the lists.
//!
//! Everything from a post is a stranger's. The template engine escapes it, and the page's own content policy allows no script, no image and no
//! address from outside, so that it stays text whatever it says.

use std::collections::BTreeMap;

use askama::Template;
use grens_law::{Article, Band, BandCounts, FindingRecord, Ground, Statute, SummaryRecord};

use super::tally::UNKNOWN;
use crate::error::{BatchError, Result};

/// Lines of the candidate list on the page.
const FIRST: usize = 20;
/// Clusters on the page.
const WAVES: usize = 10;
/// Characters of a text on the page.
const TEXT_CHARS: usize = 1000;
/// Platforms on the page; the rest is one row.
const PLATFORMS: usize = 12;

/// The findings that the page shows, gathered while the lists are written.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// The first candidates.
    first: Vec<FindingRecord>,
    /// The lines that stand for the most posts.
    waves: Vec<FindingRecord>,
}

impl Shown {
    /// Take in the next line, best first.
    pub(crate) fn offer(&mut self, record: &FindingRecord) {
        if record.decision.band == Band::Candidate && self.first.len() < FIRST {
            self.first.push(record.clone());
        }
        let size = |r: &FindingRecord| r.stands_for.unwrap_or(1);
        let smallest = self.waves.last().map_or(0, size);
        if size(record) > 1 && (self.waves.len() < WAVES || size(record) > smallest) {
            // After all of the same size: among equals the better line comes first.
            let at = self.waves.partition_point(|w| size(w) >= size(record));
            self.waves.insert(at, record.clone());
            self.waves.truncate(WAVES);
        }
    }
}

/// The page of a scan.
pub(crate) fn render(summary: &SummaryRecord, shown: &Shown) -> Result<String> {
    let page = Page::new(summary, shown);
    page.render().map_err(|e| BatchError::output("summary.html", std::io::Error::other(e)))
}

#[derive(Template)]
#[template(path = "summary.html")]
struct Page<'a> {
    s: &'a SummaryRecord,
    figures: [(&'static str, String); 4],
    /// Lines with candidates, lines for review.
    lines: [String; 2],
    law_tables: [Table; 2],
    place_tables: [Table; 2],
    lists: [List; 2],
    not_scored: Vec<(String, String)>,
    sources: Vec<Source<'a>>,
}

struct List {
    title: &'static str,
    note: &'static str,
    cards: Vec<Card>,
}

struct Source<'a> {
    file: String,
    bytes: String,
    sha256: Option<&'a str>,
}

struct Table {
    title: &'static str,
    rows: Vec<Row>,
}

/// A row with its bars, in percent of the table's largest row.
struct Row {
    label: String,
    cells: [Cell; 2],
}

/// Candidates, or posts for review.
struct Cell {
    n: u64,
    shown: String,
    width: u64,
}

struct Card {
    band: &'static str,
    candidate: bool,
    rank: u64,
    articles: String,
    grounds: String,
    confidence: String,
    /// Empty when the line stands for its own post alone.
    posts: String,
    id: String,
    platform: String,
    created_at: String,
    url: String,
    link: bool,
    text: Option<String>,
}

impl<'a> Page<'a> {
    fn new(s: &'a SummaryRecord, shown: &Shown) -> Self {
        let law = Statute::shipped();
        let articles =
            Article::ALL.map(|a| (format!("{a} {}", article_nl(law, a)), s.by_article.get(a.name()).copied()));
        let grounds = Ground::ALL.map(|g| (ground_nl(law, g).to_owned(), s.by_ground.get(g.name()).copied()));
        let hour = |h: u8| {
            let counts = s.by_hour.get(&format!("{h:02}")).copied()?;
            Some((format!("{h:02}–{:02} uur", h + 1), Some(counts)))
        };
        let no_hour = s.by_hour.get(UNKNOWN).map(|&counts| ("tijd onbekend".to_owned(), Some(counts)));
        let hours = (0..24).filter_map(hour).chain(no_hour);
        let cards = |records: &[FindingRecord]| records.iter().map(|r| card(r, law)).collect();
        let sources = s.sources.iter().map(|source| Source {
            file: plain(&source.file, 300),
            bytes: grouped(source.bytes),
            sha256: source.sha256.as_deref(),
        });
        Self {
            s,
            figures: [
                ("berichten", grouped(s.posts)),
                ("kandidaten", grouped(s.candidates)),
                ("ter beoordeling", grouped(s.review)),
                ("zonder bevinding", grouped(s.clear)),
            ],
            lines: [grouped(s.lines.candidates), grouped(s.lines.review)],
            law_tables: [table("Per artikel", articles), table("Per grond", grounds)],
            place_tables: [table("Per platform", platforms(&s.by_platform)), table("Per uur (UTC)", hours)],
            lists: [
                List {
                    title: "Grootste golven",
                    note: "Teksten die het vaakst voorkomen, gelijk of bijna gelijk. De andere vindplaatsen staan in de bestanden repeats en clusters.",
                    cards: cards(&shown.waves),
                },
                List {
                    title: "Bovenaan de lijst",
                    note: "De eerste kandidaten, de meest zekere vooraan. De hele lijst staat in het bestand candidates.",
                    cards: cards(&shown.first),
                },
            ],
            not_scored: not_scored(s),
            sources: sources.collect(),
        }
    }
}

fn platforms(counts: &BTreeMap<String, BandCounts>) -> Vec<(String, Option<BandCounts>)> {
    let mut rows: Vec<_> = counts.iter().collect();
    // The stable sort keeps names in order among equals.
    rows.sort_by_key(|(_, n)| std::cmp::Reverse(n.candidates + n.review));
    let rest = rows.split_off(rows.len().min(PLATFORMS));
    let name = |name: &String| if name == UNKNOWN { "platform onbekend".to_owned() } else { plain(name, 40) };
    let mut rows: Vec<_> = rows.into_iter().map(|(n, counts)| (name(n), Some(*counts))).collect();
    if !rest.is_empty() {
        let sum = rest.iter().fold(BandCounts::default(), |sum, (_, n)| BandCounts {
            candidates: sum.candidates + n.candidates,
            review: sum.review + n.review,
        });
        rows.push((format!("{} andere platforms", rest.len()), Some(sum)));
    }
    rows
}

fn table(title: &'static str, rows: impl IntoIterator<Item = (String, Option<BandCounts>)>) -> Table {
    let rows: Vec<_> = rows.into_iter().map(|(label, n)| (label, n.unwrap_or_default())).collect();
    let largest = rows.iter().map(|(_, n)| n.candidates + n.review).max().unwrap_or(0).max(1);
    let cell = |n: u64| Cell { n, shown: grouped(n), width: (100 * n).div_ceil(largest) };
    let rows = rows
        .into_iter()
        .map(|(label, counts)| Row { label, cells: [cell(counts.candidates), cell(counts.review)] })
        .collect();
    Table { title, rows }
}

fn card(record: &FindingRecord, law: &Statute) -> Card {
    let d = &record.decision;
    let joined = |parts: Vec<String>, none: &str| if parts.is_empty() { none.to_owned() } else { parts.join(", ") };
    let articles = d.articles.iter().map(|&a| format!("{a} {}", article_nl(law, a))).collect();
    let grounds = d.grounds.iter().map(|&g| ground_nl(law, g).to_owned()).collect();
    let url = record.place.url.clone().unwrap_or_default();
    Card {
        band: if d.band == Band::Candidate { "kandidaat" } else { "ter beoordeling" },
        candidate: d.band == Band::Candidate,
        rank: record.rank.unwrap_or(0),
        articles: joined(articles, "geen artikel"),
        grounds: joined(grounds, "geen grond genoemd"),
        confidence: format!("{:.2}", d.confidence).replace('.', ","),
        posts: record.stands_for.filter(|&n| n > 1).map(grouped).unwrap_or_default(),
        id: plain(&d.id, 80),
        platform: plain(record.place.platform.as_deref().unwrap_or(""), 40),
        created_at: plain(record.place.created_at.as_deref().unwrap_or(""), 40),
        link: url.starts_with("https://") || url.starts_with("http://"),
        url: plain(&url, 300),
        text: record.text.as_deref().map(|t| plain(t, TEXT_CHARS)),
    }
}

fn article_nl(law: &Statute, article: Article) -> &str {
    law.article(article).map_or("", |entry| &entry.nl)
}

fn ground_nl(law: &Statute, ground: Ground) -> &str {
    law.grounds.iter().find(|g| g.id == ground).map_or("", |entry| &entry.nl)
}

/// What was not scored, and why; only what there was.
fn not_scored(s: &SummaryRecord) -> Vec<(String, String)> {
    let mut rows = vec![];
    let mut row = |n: u64, what: &str, why: &str| {
        if n > 0 {
            rows.push((format!("{} {what}", grouped(n)), why.to_owned()));
        }
    };
    row(
        s.repeats,
        "herhalingen",
        "Dezelfde tekst (na normalisatie) is één keer gescoord; elke herhaling telt mee met die score.",
    );
    row(s.seen_before, "eerder gezien", "Deze berichten zijn in een eerdere nacht met dezelfde tekst gescand.");
    row(s.rejected, "onbruikbare regels", "Elke regel staat met reden in rejects.jsonl.");
    for (lang, n) in &s.other_languages {
        row(
            *n,
            &format!("in een andere taal ({})", plain(lang, 20)),
            "Duidelijk geen Nederlands; met --all-languages worden ze toch gescoord.",
        );
    }
    row(s.truncated, "lange teksten", "Alleen het begin is gelezen; de rest van de tekst is niet gescoord.");
    row(
        s.lines.overflow,
        "regels boven de daglimiet",
        "Bewaard in het bestand overflow; de limiet staat in het beleid.",
    );
    rows
}

/// A number with dots, as Dutch has them.
fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

/// At most `width` characters, without those that hide or turn text around.
fn plain(text: &str, width: usize) -> String {
    let shown = |c: char| if c.is_control() && c != '\n' { ' ' } else { c };
    let turns = |c: &char| !matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}');
    let mut out: String = text.chars().filter(turns).map(shown).take(width).collect();
    if text.chars().filter(turns).nth(width).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_dots() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1.000", "1.234.567"]);
    }

    #[test]
    fn what_hides_or_turns_text_is_left_out() {
        assert_eq!(plain("a\u{202e}b\u{0}c\nd", 10), "ab c\nd");
        assert_eq!(plain("abcd", 3), "abc…");
    }
}
