//! Labelled files: the project's own rows, GrensCheck, and HateCheck in its published columns.

use std::path::Path;

use grens_batch::Post;

use crate::error::{EvalError, Result};

/// Kind of labelled file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Tab-separated rows as `eval-data/LABELS.md` describes them.
    Rows,
    /// GrensCheck's CSV.
    Grenscheck,
    /// HateCheck's and Multilingual HateCheck's CSV.
    Hatecheck,
}

/// What people said of a text. `None` where they did not say, or said that it is contested.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gold {
    /// Abuse of a protected group.
    pub group_hate: Option<bool>,
    /// Candidate under Article 137c.
    pub art137c: Option<bool>,
    /// Candidate under Article 137d.
    pub art137d: Option<bool>,
}

/// A labelled text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// The text, as a post.
    pub post: Post,
    /// Its labels.
    pub gold: Gold,
    /// The functionality that it tests; empty where the set has none.
    pub functionality: String,
}

/// A row that could not be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Line in the file, from 1.
    pub line: u64,
    /// What is wrong.
    pub reason: String,
}

/// A labelled file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dataset {
    /// Usable rows, in order.
    pub examples: Vec<Example>,
    /// All others.
    pub problems: Vec<Problem>,
}

/// Read a labelled file.
///
/// # Errors
/// When it cannot be read, lacks a column, or holds no usable row.
pub fn read(path: &Path, format: Format) -> Result<Dataset> {
    let failed = |source| EvalError::Read { path: path.to_owned(), source };
    let tabs = format == Format::Rows;
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if tabs { b'\t' } else { b',' })
        .quoting(!tabs)
        .flexible(true)
        .from_path(path)
        .map_err(failed)?;
    let header = reader.headers().map_err(failed)?.clone();
    let column = |name: &'static str| {
        header.iter().position(|h| h == name).ok_or_else(|| EvalError::Column {
            path: path.to_owned(),
            column: name,
            found: header.iter().collect::<Vec<_>>().join(", "),
        })
    };
    let columns = match format {
        Format::Rows => Columns {
            text: column("text")?,
            functionality: Some(column("context")?),
            hate: column("group_hate")?,
            articles: Some((column("art137c")?, column("art137d")?)),
        },
        Format::Grenscheck => Columns {
            text: column("test_case")?,
            functionality: Some(column("functionality")?),
            hate: column("group_hate")?,
            articles: Some((column("art137c")?, column("art137d")?)),
        },
        Format::Hatecheck => Columns {
            text: column("test_case")?,
            functionality: Some(column("functionality")?),
            hate: column("label_gold")?,
            articles: None,
        },
    };
    let mut data = Dataset::default();
    for (row, line) in reader.records().zip(2..) {
        match row.map_err(|e| e.to_string()).and_then(|row| columns.example(&row, path, line)) {
            Ok(example) => data.examples.push(example),
            Err(reason) => data.problems.push(Problem { line, reason }),
        }
    }
    if data.examples.is_empty() {
        return Err(EvalError::Empty(path.to_owned()));
    }
    Ok(data)
}

struct Columns {
    text: usize,
    functionality: Option<usize>,
    hate: usize,
    articles: Option<(usize, usize)>,
}

impl Columns {
    fn example(&self, row: &csv::StringRecord, path: &Path, line: u64) -> std::result::Result<Example, String> {
        let cell = |at: usize| row.get(at).ok_or_else(|| format!("the row has only {} cells", row.len()));
        let text = cell(self.text)?;
        if text.trim().is_empty() {
            return Err("the text is empty".to_owned());
        }
        let mut gold = Gold { group_hate: label(cell(self.hate)?)?, ..Gold::default() };
        if let Some((c, d)) = self.articles {
            gold.art137c = label(cell(c)?)?;
            gold.art137d = label(cell(d)?)?;
        }
        let functionality = self.functionality.map(cell).transpose()?.unwrap_or("").to_owned();
        let post = Post::new(line.to_string(), text.to_owned(), "und".to_owned(), path.display().to_string(), line);
        Ok(Example { post, gold, functionality })
    }
}

fn label(cell: &str) -> std::result::Result<Option<bool>, String> {
    match cell {
        "1" | "1.0" | "hateful" => Ok(Some(true)),
        "0" | "0.0" | "non-hateful" => Ok(Some(false)),
        "0.5" => Ok(None),
        other => Err(format!("the label {other:?} is none of 0, 0.5, 1, hateful, non-hateful")),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn file(text: &str) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        file
    }

    #[test]
    fn hatecheck_columns_are_read() {
        let f = file(
            "mhc_case_id,functionality,test_case,label_gold\n1,f_h,\"een, twee\",hateful\n2,f_nh,drie,non-hateful\n3,f,x,perhaps\n",
        );
        let data = read(f.path(), Format::Hatecheck).unwrap();
        assert_eq!(data.examples.len(), 2);
        assert_eq!(data.examples[0].post.text, "een, twee");
        assert_eq!(data.examples[0].gold, Gold { group_hate: Some(true), ..Gold::default() });
        assert_eq!(data.problems.len(), 1);
        assert!(data.problems[0].line == 4 && data.problems[0].reason.contains("perhaps"));
    }

    #[test]
    fn own_rows_keep_quotes_and_contested_labels() {
        let f = file(
            "family\tgroup_hate\tart137c\tart137d\tgrounds\tform\tcontext\tgroup\ttext\na\t1\t0.5\t0\trace\tslur\t-\tx\t\"zo\" zei hij\n",
        );
        let data = read(f.path(), Format::Rows).unwrap();
        assert_eq!(data.examples[0].post.text, "\"zo\" zei hij");
        assert_eq!(data.examples[0].gold, Gold { group_hate: Some(true), art137c: None, art137d: Some(false) });
    }

    #[test]
    fn the_wrong_format_is_named() {
        let f = file("a,b\n1,2\n");
        let error = read(f.path(), Format::Hatecheck).unwrap_err().to_string();
        assert!(error.contains("`test_case`") && error.contains("a, b"), "{error}");
    }
}
