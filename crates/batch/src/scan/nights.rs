//! Remembering posts from night to night.
//!
//! A state folder holds one file for each run that finished: the sorted 16-byte hashes of its posts' ids and texts. A post with a known id and
//! a new text counts as new, so that an edit does not slip through. A run looks only at the files that were there when it began.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::repeats::half_of;
use crate::disk::Whole;
use crate::error::{BatchError, Result};
use crate::input::Post;

const SUFFIX: &str = ".seen";

/// What earlier nights have seen.
#[derive(Debug, Default)]
pub(crate) struct Nights {
    sorted: Vec<[u8; 16]>,
}

impl Nights {
    /// Names of the files in a state folder, sorted, without that of `run`. The folder is made when it is not there.
    pub(crate) fn files(dir: &Path, run: Option<&str>) -> Result<Vec<String>> {
        let failed = |e| BatchError::output(dir, e);
        fs::create_dir_all(dir).map_err(failed)?;
        let own = run.map(|run| format!("{run}{SUFFIX}"));
        let mut names = vec![];
        for entry in fs::read_dir(dir).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
            if name.ends_with(SUFFIX) && Some(&name) != own.as_ref() {
                names.push(name);
            }
        }
        names.sort();
        Ok(names)
    }

    /// Read these files of a state folder.
    pub(crate) fn load(dir: &Path, names: &[String]) -> Result<Self> {
        let mut sorted = vec![];
        for name in names {
            let path = dir.join(name);
            let bytes = fs::read(&path).map_err(|e| BatchError::Damaged { path: path.clone(), what: e.to_string() })?;
            let (hashes, rest) = bytes.as_chunks::<16>();
            if !rest.is_empty() {
                return Err(BatchError::Damaged { path, what: "its length is not that of whole hashes".to_owned() });
            }
            sorted.extend_from_slice(hashes);
        }
        sorted.sort_unstable();
        sorted.dedup();
        Ok(Self { sorted })
    }

    pub(crate) fn has(&self, post: &[u8; 16]) -> bool {
        self.sorted.binary_search(post).is_ok()
    }

    /// What is remembered of a post.
    pub(crate) fn hash(post: &Post) -> [u8; 16] {
        let mut digest = Sha256::new();
        digest.update((post.id.len() as u64).to_le_bytes());
        digest.update(post.id.as_bytes());
        digest.update(post.text_sha256.to_string());
        half_of(&digest.finalize())
    }

    /// Remember a run's posts.
    pub(crate) fn save(dir: &Path, run: &str, mut posts: Vec<[u8; 16]>) -> Result<()> {
        posts.sort_unstable();
        let mut file = Whole::create(dir, &format!("{run}{SUFFIX}"))?;
        for post in &posts {
            file.write_all(post).map_err(|e| file.failed(e))?;
        }
        file.commit()
    }

    /// Files of a state folder that were written before `limit`.
    pub(crate) fn older_than(dir: &Path, limit: std::time::SystemTime) -> Result<Vec<PathBuf>> {
        let mut old = vec![];
        for name in Self::files(dir, None)? {
            let path = dir.join(name);
            let written = path.metadata().and_then(|m| m.modified()).map_err(|e| BatchError::output(&path, e))?;
            if written < limit {
                old.push(path);
            }
        }
        Ok(old)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn post(id: &str, text: &str) -> [u8; 16] {
        Nights::hash(&Post::new(id.into(), text.into(), "nl".into(), "-".into(), 1))
    }

    #[test]
    fn nights_remember_posts_but_not_edits() {
        let dir = tempfile::tempdir().unwrap();
        Nights::save(dir.path(), "een", vec![post("b", "x"), post("a", "x")]).unwrap();
        Nights::save(dir.path(), "twee", vec![post("c", "x")]).unwrap();
        let names = Nights::files(dir.path(), Some("twee")).unwrap();
        assert_eq!(names, ["een.seen"]);
        let nights = Nights::load(dir.path(), &names).unwrap();
        assert!(nights.has(&post("a", "x")) && nights.has(&post("b", "x")));
        assert!(!nights.has(&post("a", "y")) && !nights.has(&post("c", "x")));
    }

    #[test]
    fn a_cut_file_is_named() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("x.seen"), [0; 17]).unwrap();
        let error = Nights::load(dir.path(), &["x.seen".to_owned()]).unwrap_err().to_string();
        assert!(error.contains("x.seen"), "{error}");
    }
}
