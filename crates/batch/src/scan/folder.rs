//! The folder of a run: results in front, and `run/` with all that they are made from.

use std::fs;
use std::path::{Path, PathBuf};

use super::lock::Lock;
use super::manifest::{self, Manifest, parts_dir};
use crate::error::{BatchError, Result};

/// Name of the folder within the output folder that holds manifest, lock and parts.
const RUN: &str = "run";
/// What a folder holds that is no run of this version, or one that was purged.
const TAKEN: [(&str, &str); 2] = [
    ("summary.json", "the summary of a scan whose records are gone"),
    ("decisions.jsonl", "the output of an older scan"),
];

/// An output folder, locked.
#[derive(Debug)]
pub(crate) struct Folder {
    out: PathBuf,
    run: PathBuf,
    _lock: Lock,
}

impl Folder {
    /// Take the folder `out`, making it where it is not there, with the manifest of the run in it, if any. The note says whose run was taken over.
    pub(crate) fn take(out: &Path) -> Result<(Self, Option<Manifest>, Option<String>)> {
        let run = run_dir(out);
        if !run.join(manifest::NAME).exists()
            && let Some((_, what)) = TAKEN.iter().find(|(name, _)| out.join(name).exists())
        {
            return Err(BatchError::Taken { path: out.to_owned(), what });
        }
        let parts = parts_dir(&run);
        fs::create_dir_all(&parts).map_err(|e| BatchError::output(out, e))?;
        let (lock, note) = Lock::take(&run)?;
        let manifest = Manifest::load(&run)?;
        Ok((Self { out: out.to_owned(), run, _lock: lock }, manifest, note))
    }

    pub(crate) fn out(&self) -> &Path {
        &self.out
    }

    pub(crate) fn run(&self) -> &Path {
        &self.run
    }
}

pub(crate) fn run_dir(out: &Path) -> PathBuf {
    out.join(RUN)
}
