//! Texts that a test set shares with what a model was trained on.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::path::{Path, PathBuf};

use grens_infer::normalise;
use serde::{Deserialize, Serialize};

use crate::datasets::{Dataset, Problem, Texts, texts};
use crate::error::Result;

/// Words in a row that count as overlap (Brown et al. 2020 use 13 of web pages; posts are short).
const GRAM: usize = 8;

/// A test text that stands in a training file too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overlap {
    /// Id of the test text.
    pub id: String,
    /// Its line in the test file.
    pub line: u64,
    /// The training file.
    pub file: PathBuf,
    /// The line in it where the overlap was first seen.
    pub train_line: u64,
    /// Whether the texts are the same but for case, signs and spacing; else they share eight words in a row.
    pub exact: bool,
}

/// Hashes of one test set's texts. Fixed keys: the same files give the same list.
struct Index {
    hasher: BuildHasherDefault<DefaultHasher>,
    whole: HashMap<u64, Vec<usize>>,
    grams: HashMap<u64, Vec<usize>>,
}

impl Index {
    fn new(data: &Dataset) -> Self {
        let mut index = Self { hasher: BuildHasherDefault::new(), whole: HashMap::new(), grams: HashMap::new() };
        for (at, example) in data.examples.iter().enumerate() {
            let words = words(&example.post.text);
            index.whole.entry(index.hasher.hash_one(&words)).or_default().push(at);
            for gram in index.grams_of(&words) {
                index.grams.entry(gram).or_default().push(at);
            }
        }
        index
    }

    fn grams_of(&self, words: &[String]) -> HashSet<u64> {
        words.windows(GRAM).map(|gram| self.hasher.hash_one(gram)).collect()
    }
}

/// Words as both sides see them: normalised as for the model, lower case, letters and digits only. A text without any of those is one of signs,
/// and they are what it is compared by.
fn words(text: &str) -> Vec<String> {
    let normal = normalise(text).text().to_lowercase();
    let words: Vec<String> =
        normal.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(str::to_owned).collect();
    if words.is_empty() { normal.split_whitespace().map(str::to_owned).collect() } else { words }
}

/// What a test set and training files have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leakage {
    /// One entry a text and file, exact before near, in the order of the test set.
    pub found: Vec<Overlap>,
    /// Training rows that were compared.
    pub rows: u64,
    /// Training rows that could not be: of them nothing is known.
    pub unread: Vec<(PathBuf, Problem)>,
}

/// Every test text that a training file holds, whole or by eight words in a row. `text` names the training files' column of texts.
///
/// # Errors
/// When a training file cannot be read, has no such column, or has no row that can be used.
pub fn check_leakage(data: &Dataset, train: &[PathBuf], text: &str) -> Result<Leakage> {
    let index = Index::new(data);
    let mut all = Leakage::default();
    for file in train {
        let Texts { texts, problems } = texts(file, text)?;
        all.rows += texts.len() as u64;
        all.found.extend(in_file(data, &index, file, texts));
        all.unread.extend(problems.into_iter().map(|problem| (file.clone(), problem)));
    }
    Ok(all)
}

fn in_file(data: &Dataset, index: &Index, file: &Path, texts: Vec<(u64, String)>) -> Vec<Overlap> {
    let seen = overlaps(index, data.examples.len(), texts);
    let found = data.examples.iter().zip(seen).filter_map(|(example, seen)| {
        let (exact, train_line) = seen?;
        let (id, line) = (example.post.id.clone(), example.post.line);
        Some(Overlap { id, line, file: file.to_owned(), train_line, exact })
    });
    found.collect()
}

/// For each of `n` indexed texts: whether a row holds it whole (else eight words of it), and that row's line.
fn overlaps(index: &Index, n: usize, rows: impl IntoIterator<Item = (u64, String)>) -> Vec<Option<(bool, u64)>> {
    let mut seen: Vec<Option<(bool, u64)>> = vec![None; n];
    for (line, text) in rows {
        let words = words(&text);
        for &at in index.whole.get(&index.hasher.hash_one(&words)).into_iter().flatten() {
            if let Some(place) = seen.get_mut(at).filter(|s| !s.is_some_and(|(exact, _)| exact)) {
                *place = Some((true, line));
            }
        }
        for gram in index.grams_of(&words) {
            for &at in index.grams.get(&gram).into_iter().flatten() {
                if let Some(place) = seen.get_mut(at) {
                    place.get_or_insert((false, line));
                }
            }
        }
    }
    seen
}

/// Lines of texts that two data sets share, whole or by eight words in a row: pairs (line in `a`, line in `b`), at most one a text of `a`.
#[must_use]
pub fn check_overlap(a: &Dataset, b: &Dataset) -> Vec<(u64, u64)> {
    let index = Index::new(a);
    let rows = b.examples.iter().map(|e| (e.post.line, e.post.text.clone()));
    let seen = overlaps(&index, a.examples.len(), rows);
    a.examples.iter().zip(seen).filter_map(|(e, seen)| Some((e.post.line, seen?.1))).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::datasets::{named, read};

    #[test]
    fn the_same_text_and_eight_words_in_a_row_are_found() {
        let dir = tempfile::tempdir().unwrap();
        let (test, train) = (dir.path().join("test.csv"), dir.path().join("train.jsonl"));
        let long = "een twee drie vier vijf zes zeven acht";
        std::fs::write(&test, format!(
            "functionality,test_case,label_gold\nf,Dit is kort!,hateful\nf,\"{long}, negen\",hateful\nf,iets heel anders,hateful\n"
        )).unwrap();
        std::fs::write(&train, format!("{{\"text\":\"nul {long} en meer\"}}\n{{\"text\":\"dit  IS kort\"}}\n"))
            .unwrap();
        let data = read(&test, named("hatecheck").unwrap().as_ref(), &[]).unwrap();
        let all = check_leakage(&data, std::slice::from_ref(&train), "text").unwrap();
        let short: Vec<_> = all.found.iter().map(|o| (o.line, o.train_line, o.exact)).collect();
        assert_eq!((short, all.rows), (vec![(2, 2, true), (3, 1, false)], 2));
        assert_eq!(all.unread, []);
    }

    fn against(train: &str, bytes: &[u8]) -> Result<Leakage> {
        let dir = tempfile::tempdir().unwrap();
        let (test, train) = (dir.path().join("test.csv"), dir.path().join(train));
        std::fs::write(&test, "functionality,test_case,label_gold\nf,Dit is kort!,hateful\nf,👍👍,hateful\n").unwrap();
        std::fs::write(&train, bytes).unwrap();
        let data = read(&test, named("hatecheck").unwrap().as_ref(), &[]).unwrap();
        check_leakage(&data, &[train], "text")
    }

    #[test]
    fn training_rows_that_cannot_be_read_are_no_all_clear() {
        let lines = |all: &Leakage| all.unread.iter().map(|(_, p)| p.line).collect::<Vec<_>>();
        // A comma that stands between no quotation marks, and Latin-1.
        let all = against("a.csv", b"text,x\niets anders,1\ndit, is kort,1\ncaf\xe9,2\n").unwrap();
        assert_eq!((all.found.len(), all.rows, lines(&all)), (0, 1, vec![3, 4]));
        let all = against("a.jsonl", b"{\"text\":\"dit is kort\"}\n{\"tekst\":\"x\"}\n[]\n").unwrap();
        assert_eq!((all.found.len(), all.rows, lines(&all)), (1, 1, vec![2, 3]));
        let none = against("a.csv", b"text,x\ncaf\xe9,2\n").unwrap_err().to_string();
        assert!(none.contains("a.csv: no row could be used: 1 malformed (line 2: "), "{none}");
    }

    #[test]
    fn a_training_file_that_was_cut_off_is_no_all_clear() {
        use std::io::Write as _;
        let rows: String = (0..20_000).map(|i| format!("{{\"text\":\"regel {}\"}}\n", i * 7919 % 100_003)).collect();
        let mut gzip = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
        gzip.write_all(rows.as_bytes()).unwrap();
        let mut bytes = gzip.finish().unwrap();
        bytes.truncate(bytes.len() / 2);
        let all = against("a.jsonl.gz", &bytes).unwrap();
        assert!(all.rows > 0 && all.unread.len() == 1, "{} {:?}", all.rows, all.unread);
    }

    #[test]
    fn texts_of_signs_are_the_same_only_where_the_signs_are() {
        let exact = |text: &str| against("a.csv", format!("text\n{text}\n").as_bytes()).unwrap().found.len();
        assert_eq!((exact("👎"), exact("?!"), exact("👍👍")), (0, 0, 1));
    }
}
