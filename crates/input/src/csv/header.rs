//! The header line of a table: what separates its names, and which column is what.

use super::super::draft::Fault;
use super::super::fields::{COUNT, Fields};

/// Separators that are tried on a header line, the likeliest first.
pub(crate) const CSV: &[u8] = b",;\t|";
/// As [`CSV`], for a file whose name says tabs.
pub(crate) const TSV: &[u8] = b"\t,;|";

/// Which column is what.
pub(super) struct Header {
    pub(super) columns: [Option<usize>; COUNT],
    pub(super) width: usize,
    pub(super) separator: u8,
}

impl Header {
    /// Read a header line: the first of `separators` that gives the columns of id and text is the right one.
    ///
    /// # Errors
    /// A fault when none does; `number` is the line's.
    pub(super) fn read(line: &str, number: u64, separators: &[u8], fields: &Fields) -> Result<Self, Fault> {
        let splits = separators.iter().map(|&separator| (separator, split(line, separator)));
        let fits = |names: &[String]| [&fields.id, &fields.text].iter().all(|wanted| names.contains(wanted));
        match splits.clone().find(|(_, names)| fits(names)) {
            Some((separator, names)) => {
                let columns = fields.names().map(|(_, name)| names.iter().position(|n| n == name));
                Ok(Self { columns, width: names.len(), separator })
            }
            None => {
                let widest = splits.map(|(_, names)| names).max_by_key(Vec::len).unwrap_or_default();
                Err(missing_columns(fields, &widest, number))
            }
        }
    }
}

/// Names in a header line.
fn split(line: &str, separator: u8) -> Vec<String> {
    let mut core = csv_core::ReaderBuilder::new().delimiter(separator).build();
    let (mut output, mut ends) = (vec![0; line.len() + 1], vec![0; line.len() + 2]);
    let (_, _, mut written, mut width) = core.read_record(line.as_bytes(), &mut output, &mut ends);
    let (_, _, more, columns) = core.read_record(&[], &mut output[written..], &mut ends[width..]);
    written += more;
    width += columns;
    let mut start = 0;
    let mut names = vec![];
    for &end in &ends[..width] {
        names.push(String::from_utf8_lossy(output[..written].get(start..end).unwrap_or_default()).trim().to_owned());
        start = end;
    }
    names
}

/// Names are shown only where they look like names: without a header line this is the first post.
fn missing_columns(fields: &Fields, names: &[String], line: u64) -> Fault {
    let is_name = |n: &String| n.len() <= 40 && n.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b));
    let missing: Vec<&str> =
        [fields.id.as_str(), fields.text.as_str()].into_iter().filter(|w| !names.iter().any(|n| n == w)).collect();
    let reason = format!("the table has no column `{}`", missing.join("` and no column `"));
    let hint = if !names.is_empty() && names.iter().all(is_name) {
        format!("its columns are {}; name them with --id-field and --text-field", names.join(", "))
    } else {
        "its first line must hold the names of the columns".to_owned()
    };
    Fault::new(line, reason, hint)
}
