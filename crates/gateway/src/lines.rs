//! JSON Lines of records. An error names file, line and column, and never repeats what stands there: it may be a post.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::Path;

use serde::de::DeserializeOwned;

use crate::error::{GatewayError, Result};

/// Hand each record of a file to `take`, with its line.
///
/// # Errors
/// When the file cannot be read, a line is no record of kind `schema`, or `take` fails.
pub fn each<T: DeserializeOwned>(path: &Path, schema: &str, mut take: impl FnMut(u64, T) -> Result<()>) -> Result<()> {
    let failed = |source| GatewayError::Read { path: path.to_owned(), source };
    let mut lines = BufReader::new(File::open(path).map_err(failed)?);
    let mut line = vec![];
    for number in 1.. {
        line.clear();
        if lines.read_until(b'\n', &mut line).map_err(failed)? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let record = serde_json::from_slice(&line).map_err(|e| GatewayError::Line {
            path: path.to_owned(),
            line: number,
            problem: format!("this is no {schema} record (column {})", e.column()),
        })?;
        take(number, record)?;
    }
    Ok(())
}
