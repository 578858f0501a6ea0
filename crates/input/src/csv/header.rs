//! The header line of a table: what separates its names, and which column is what.

use super::super::fields::Fields;
use super::super::found::Fault;

/// Separators that are tried on a header line, the likeliest first.
pub(crate) const CSV: &[u8] = b",;\t|";
/// As [`CSV`], for a file whose name says tabs.
pub(crate) const TSV: &[u8] = b"\t,;|";

/// Names of the columns, and what parts them.
pub(crate) struct Names {
    pub(crate) names: Vec<String>,
    pub(crate) separator: u8,
    /// Whether they were taken; else they are the most that a separator gives.
    pub(crate) fit: bool,
    /// Line that they stand on, from 1.
    pub(crate) line: u64,
}

/// Read the header in `text`, line number `line`: the first of `separators` that gives names which `fits` takes is the right one, else the one that gives the most.
pub(super) fn choose(
    text: &str,
    line: u64,
    separators: &[u8],
    quoting: bool,
    fits: impl Fn(&[String]) -> bool,
) -> Names {
    let splits = || separators.iter().map(|&separator| (separator, split(text, separator, quoting)));
    let found = splits().find(|(_, names)| fits(names));
    let fit = found.is_some();
    let (separator, names) = found.or_else(|| splits().max_by_key(|(_, names)| names.len())).unwrap_or((b',', vec![]));
    Names { names, separator, fit, line }
}

/// Names in a header line.
fn split(line: &str, separator: u8, quoting: bool) -> Vec<String> {
    let mut core = csv_core::ReaderBuilder::new().delimiter(separator).quoting(quoting).build();
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
pub(super) fn missing_columns(fields: &Fields, names: &[String], line: u64) -> Fault {
    let missing: Vec<&str> =
        [fields.id.as_str(), fields.text.as_str()].into_iter().filter(|w| !names.iter().any(|n| n == w)).collect();
    let reason = format!("the table has no column `{}`", missing.join("` and no column `"));
    let hint = if !names.is_empty() && names.iter().all(|n| is_name(n)) {
        format!("its columns are {}; name them with --id-field and --text-field", names.join(", "))
    } else {
        "its first line must hold the names of the columns".to_owned()
    };
    Fault::new(line, reason, hint)
}

/// Whether this looks like the name of a column, and no text.
pub(crate) fn is_name(name: &str) -> bool {
    name.len() <= 40 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b))
}
