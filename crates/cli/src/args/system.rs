//! `--system`: what is measured or compared beside the model.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use grens_batch::Format;
use grens_infer::Output;

/// A system as the command line names it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum SystemSpec {
    /// The word list.
    Lexicon,
    /// The character n-gram model.
    Ngrams,
    /// Scores in a file.
    Scores { name: String, file: PathBuf, column: String, threshold: f32 },
    /// A model: a directory, or a name on the hub. Which of its labels is the head that is measured, and from where on it says yes, where it does
    /// not say so itself.
    Model { name: String, place: String, label: Option<Output>, threshold: Option<f32> },
}

impl FromStr for SystemSpec {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "lexicon" => return Ok(Self::Lexicon),
            "ngrams" => return Ok(Self::Ngrams),
            _ => {}
        }
        let (name, rest) =
            text.split_once('=').filter(|(name, place)| !name.is_empty() && !place.is_empty()).ok_or_else(|| {
                format!(
                    "{text:?}: write lexicon, ngrams, NAME=FILE[#COLUMN][@THRESHOLD] or NAME=MODEL[#LABEL][@THRESHOLD]"
                )
            })?;
        let name = name.to_owned();
        let (rest, threshold) = split_end(rest, '@');
        let number = |t: &str| t.parse().ok().filter(|t: &f32| t.is_finite());
        let threshold = threshold
            .map(|t| number(t).ok_or_else(|| format!("{text:?}: what stands after @ is no number")))
            .transpose()?;
        let (place, part) = split_end(rest, '#');
        // A file of scores is told by its ending, as everywhere.
        Ok(if Format::of_name(Path::new(place)).is_some() {
            let column = part.unwrap_or("score").to_owned();
            Self::Scores { name, file: place.into(), column, threshold: threshold.unwrap_or(0.5) }
        } else {
            let label = part.map(|l| l.parse().map_or_else(|_| Output::Name(l.to_owned()), Output::Index));
            Self::Model { name, place: place.to_owned(), label, threshold }
        })
    }
}

/// What stands before and after the last `sign`, unless that belongs to a folder's name.
fn split_end(text: &str, sign: char) -> (&str, Option<&str>) {
    match text.rsplit_once(sign) {
        Some((before, after)) if !after.contains('/') => (before, Some(after)),
        _ => (text, None),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<SystemSpec, String> {
        text.parse()
    }

    #[test]
    fn a_file_of_scores_has_a_column_and_a_threshold() {
        let scores = |column: &str, threshold| SystemSpec::Scores {
            name: "Azure".to_owned(),
            file: "peers.jsonl".into(),
            column: column.to_owned(),
            threshold,
        };
        assert_eq!(parse("Azure=peers.jsonl#identity@0.9").unwrap(), scores("identity", 0.9));
        assert_eq!(parse("Azure=peers.jsonl").unwrap(), scores("score", 0.5));
        assert_eq!(parse("lexicon").unwrap(), SystemSpec::Lexicon);
        for wrong in ["lexikon", "=x", "a=", "a=b@c"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn all_else_is_a_model() {
        let model = |place: &str, label: Option<Output>, threshold| SystemSpec::Model {
            name: "other".to_owned(),
            place: place.to_owned(),
            label,
            threshold,
        };
        assert_eq!(parse("other=models/b").unwrap(), model("models/b", None, None));
        let named = Some(Output::Name("toxic".to_owned()));
        assert_eq!(parse("other=owner/name#toxic@0.7").unwrap(), model("owner/name", named, Some(0.7)));
        assert_eq!(parse("other=/home/me@work/b#1").unwrap(), model("/home/me@work/b", Some(Output::Index(1)), None));
    }
}
