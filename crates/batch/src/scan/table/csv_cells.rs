//! The cells of a CSV list. `grens_input::each_record` makes records of them again.

use grens_input::formula::defused;
use grens_law::{FindingRecord, Ground, Place, RepeatRecord, SourceRef};

/// A record with cells.
pub(crate) trait Cells {
    fn header() -> Vec<&'static str>;
    fn cells(&self) -> Vec<String>;
}

const ORIGIN: [&str; 9] =
    ["file", "file_sha256", "line", "url", "platform", "created_at", "parent", "visibility", "author"];

fn origin(source: &SourceRef, place: &Place) -> Vec<String> {
    let mut cells = vec![safe(&source.file), source.file_sha256.clone(), source.line.to_string()];
    let Place { url, platform, created_at, parent, visibility, author } = place;
    cells.extend([url, platform, created_at, parent, visibility, author].map(|cell| optional(cell.as_ref())));
    cells
}

fn optional(text: Option<&String>) -> String {
    text.map(|t| safe(t)).unwrap_or_default()
}

fn number(n: Option<u64>) -> String {
    n.map(|n| n.to_string()).unwrap_or_default()
}

fn joined<T: ToString>(items: &[T]) -> String {
    items.iter().map(ToString::to_string).collect::<Vec<_>>().join("|")
}

/// No cell is a formula.
fn safe(text: &str) -> String {
    defused(text).into_owned()
}

impl Cells for FindingRecord {
    fn header() -> Vec<&'static str> {
        let mut names = vec!["rank", "stands_for", "head", "repeats"];
        names.extend(ORIGIN);
        names.extend(["text", "grens", "schema", "id", "band", "articles", "grounds", "reasons", "confidence"]);
        names.extend(["group_hate", "art137c", "art137d"]);
        names.extend(Ground::ALL.map(Ground::name));
        names.extend(["lang", "n_tokens", "truncated", "text_sha256", "model", "model_hash", "policy", "law"]);
        names
    }

    fn cells(&self) -> Vec<String> {
        let d = &self.decision;
        let mut cells =
            vec![number(self.rank), number(self.stands_for), optional(self.head.as_ref()), number(self.repeats)];
        cells.extend(origin(&self.source, &self.place));
        cells.extend([
            optional(self.text.as_ref()),
            self.grens.clone(),
            d.schema.clone(),
            safe(&d.id),
            d.band.to_string(),
            joined(&d.articles),
            joined(&d.grounds),
            joined(&d.reasons),
        ]);
        let (s, g) = (&d.scores, &d.ground_scores);
        let scores = [d.confidence, s.group_hate, s.art137c, s.art137d];
        cells.extend(scores.map(|p| p.to_string()));
        cells.extend([g.race, g.religion, g.orientation, g.disability, g.gender].map(|p| p.to_string()));
        cells.extend([
            safe(&d.lang),
            d.n_tokens.to_string(),
            d.truncated.to_string(),
            d.text_sha256.clone(),
            d.model.name.clone(),
            d.model.hash.clone(),
            d.policy.clone(),
            d.law.clone(),
        ]);
        cells
    }
}

impl Cells for RepeatRecord {
    fn header() -> Vec<&'static str> {
        let mut names = vec!["schema", "id", "repeat_of", "band", "text_sha256"];
        names.extend(ORIGIN);
        names
    }

    fn cells(&self) -> Vec<String> {
        let mut cells = vec![
            self.schema.clone(),
            safe(&self.id),
            safe(&self.repeat_of),
            self.band.to_string(),
            self.text_sha256.clone(),
        ];
        cells.extend(origin(&self.source, &self.place));
        cells
    }
}
