//! Removing what is older than it may be kept.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::decisions::DECISIONS;
use super::folder::run_dir;
use super::lock::Lock;
use super::manifest::{self, Manifest, parts_dir};
use super::nights::Nights;
use crate::disk::sync_dir;
use crate::error::{BatchError, Result};

/// Lists of a scan, without extension.
const LISTS: [&str; 6] = ["candidates", "review", "overflow", "clusters", "repeats", "rejects"];

/// What became of one scan's folder, or would.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Purged {
    /// The folder, or the file of a state folder.
    pub path: PathBuf,
    /// When it was last written, RFC 3339.
    pub written: String,
    /// Bytes of what goes.
    pub bytes: u64,
    /// What kept it from going, if anything.
    pub kept: Option<String>,
}

/// Remove the records and texts of all scans under `roots` that were last written longer ago than `age`; `summary.json`, which holds counts
/// alone, stays. Only files that a scan writes are touched. With `dry` nothing is removed.
///
/// A root is a scan's folder or a folder of such folders.
///
/// # Errors
/// When a root cannot be read or a file cannot be removed. A scan that is at work is left alone and named.
pub fn purge(roots: &[PathBuf], age: Duration, dry: bool) -> Result<Vec<Purged>> {
    let limit = limit(age);
    let mut done = vec![];
    for root in roots {
        for out in scans(root)? {
            let run = run_dir(&out);
            let Some(manifest) = Manifest::load(&run)? else { continue };
            let written = humantime::parse_rfc3339(&manifest.updated_at)
                .map_err(|e| BatchError::Damaged { path: run.join(manifest::NAME), what: e.to_string() })?;
            if written >= limit {
                continue;
            }
            let mut purged = Purged { path: out.clone(), written: manifest.updated_at, bytes: 0, kept: None };
            match Lock::take(&run) {
                Ok(_lock) => purged.bytes = remove_scan(&out, &run, dry)?,
                Err(e @ BatchError::Locked { .. }) => purged.kept = Some(e.to_string()),
                Err(e) => return Err(e),
            }
            done.push(purged);
        }
    }
    Ok(done)
}

/// Forget the posts of nights longer ago than `age`.
///
/// # Errors
/// When the state folder cannot be read or a file cannot be removed.
pub fn purge_state(dir: &Path, age: Duration, dry: bool) -> Result<Vec<Purged>> {
    if !dir.is_dir() {
        let source = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(BatchError::Input { file: dir.display().to_string(), source });
    }
    let mut done = vec![];
    for path in Nights::older_than(dir, limit(age))? {
        let metadata = path.metadata().map_err(|e| BatchError::output(&path, e))?;
        let written = metadata.modified().map_err(|e| BatchError::output(&path, e))?;
        if !dry {
            fs::remove_file(&path).map_err(|e| BatchError::output(&path, e))?;
        }
        let written = humantime::format_rfc3339_seconds(written).to_string();
        done.push(Purged { path, written, bytes: metadata.len(), kept: None });
    }
    Ok(done)
}

fn limit(age: Duration) -> SystemTime {
    SystemTime::now().checked_sub(age).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// The scans at or directly under a folder, by name.
fn scans(root: &Path) -> Result<Vec<PathBuf>> {
    let is_scan = |dir: &Path| run_dir(dir).join(manifest::NAME).is_file();
    if is_scan(root) {
        return Ok(vec![root.to_owned()]);
    }
    let failed = |source| BatchError::Input { file: root.display().to_string(), source };
    let mut found = vec![];
    for entry in fs::read_dir(root).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if is_scan(&path) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Remove a scan's files; the manifest goes last, so that a purge that was cut short is gone on with by the next.
fn remove_scan(out: &Path, run: &Path, dry: bool) -> Result<u64> {
    let is_list = |name: &str| {
        let name = name.strip_suffix(".part").unwrap_or(name);
        let stem = name.rsplit_once('.').filter(|(_, ext)| ["jsonl", "csv", "parquet"].contains(ext)).map(|(s, _)| s);
        stem.is_some_and(|stem| LISTS.contains(&stem)) || ["summary.html", "timing.json"].contains(&name)
    };
    let numbered = |name: &str| name.starts_with(|c: char| c.is_ascii_digit());
    let mut bytes = remove_files(out, is_list, dry)?;
    bytes += remove_files(&out.join(DECISIONS), numbered, dry)?;
    bytes += remove_files(&parts_dir(run), numbered, dry)?;
    bytes += remove_files(run, |name| name == format!("{}.part", manifest::NAME), dry)?;
    bytes += remove_files(run, |name| name == manifest::NAME, dry)?;
    if !dry {
        for dir in [out.join(DECISIONS), parts_dir(run)] {
            // Files of somebody else keep their folder.
            let _ = fs::remove_dir(dir);
        }
        let _ = fs::remove_file(run.join("lock"));
        let _ = fs::remove_dir(run);
        sync_dir(Some(out)).map_err(|e| BatchError::output(out, e))?;
    }
    Ok(bytes)
}

fn remove_files(dir: &Path, which: impl Fn(&str) -> bool, dry: bool) -> Result<u64> {
    let failed = |e| BatchError::output(dir, e);
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(e) => return Err(failed(e)),
    };
    let mut bytes = 0;
    for entry in entries {
        let entry = entry.map_err(failed)?;
        let metadata = entry.metadata().map_err(failed)?;
        if metadata.is_file() && which(&entry.file_name().to_string_lossy()) {
            bytes += metadata.len();
            if !dry {
                fs::remove_file(entry.path()).map_err(failed)?;
            }
        }
    }
    Ok(bytes)
}
