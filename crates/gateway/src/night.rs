//! Findings out of a scan's folder, or out of one of its lists.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use grens_input::each_record;
use grens_law::{FINDING_SCHEMA, FindingRecord, REPEAT_SCHEMA, RepeatRecord};
use serde::Deserialize;

use crate::draft::Found;
use crate::error::{GatewayError, Result};
use crate::key;
use crate::record::{Cluster, Elsewhere};
use crate::retention::Moment;

/// The lists of a scan that hold findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// What the nightly cap lets through.
    Candidates,
    /// What is borderline.
    Review,
    /// What the nightly cap left out.
    Overflow,
    /// Near repeats of what stands in the other lists.
    Clusters,
}

/// Endings of the files that a scan writes, and that somebody may have compressed since.
const ENDINGS: [&str; 7] = ["jsonl", "csv", "parquet", "jsonl.gz", "jsonl.zst", "csv.gz", "csv.zst"];

impl List {
    /// All of them; heads come before what they stand for.
    pub const ALL: [Self; 4] = [Self::Candidates, Self::Review, Self::Overflow, Self::Clusters];

    const fn name(self) -> &'static str {
        match self {
            Self::Candidates => "candidates",
            Self::Review => "review",
            Self::Overflow => "overflow",
            Self::Clusters => "clusters",
        }
    }

    /// The file of this list in the folder of a scan, in whichever format it is; `None` when there is none.
    ///
    /// # Errors
    /// When it is there more than once: one of them is of another run.
    pub fn in_folder(self, dir: &Path) -> Result<Option<PathBuf>> {
        in_folder(dir, self.name())
    }

    /// The list that a file is, by its name.
    fn of_file(path: &Path) -> Option<Self> {
        let (name, _) = path.file_name()?.to_str()?.split_once('.')?;
        Self::ALL.into_iter().find(|list| list.name() == name)
    }
}

fn in_folder(dir: &Path, name: &str) -> Result<Option<PathBuf>> {
    let there = |ending: &&str| dir.join(format!("{name}.{ending}")).is_file();
    let found: Vec<&str> = ENDINGS.iter().copied().filter(|ending| there(ending)).collect();
    match found[..] {
        [] => Ok(None),
        [ending] => Ok(Some(dir.join(format!("{name}.{ending}")))),
        _ => {
            let problem = format!("holds {name} more than once (.{}); keep the one of this scan", found.join(", ."));
            Err(GatewayError::NoList { path: dir.to_owned(), problem })
        }
    }
}

/// Most posts of each kind that a cluster lists.
const MOST_LISTED: usize = 100;

/// The findings of one scan.
#[derive(Debug, Clone)]
pub struct Night {
    /// In the order of the lists.
    pub findings: Vec<Found>,
}

impl Night {
    /// Read a scan's folder or one of its lists. All lines of `candidates` are taken; of the other lists those that `wanted` wants, asked with
    /// the identity of the post ([`key::post`]).
    ///
    /// # Errors
    /// When there is no finished scan in the folder, or a line is no finding.
    pub fn read(path: &Path, wanted: impl Fn(&str) -> bool) -> Result<Self> {
        if !path.is_dir() {
            let is_listed = !matches!(List::of_file(path), Some(List::Overflow | List::Clusters));
            let found_at = found_at(path)?;
            let mut findings = vec![];
            each_record(path, FINDING_SCHEMA, |line, finding| {
                findings.push(found(finding, &found_at, is_listed, path, line)?);
                Ok::<_, GatewayError>(())
            })?;
            return Ok(Self { findings });
        }
        finished_scan(path)?;
        let mut findings = vec![];
        for which in List::ALL {
            let Some(list) = which.in_folder(path)? else { continue };
            let (is_listed, found_at) = (which == List::Candidates, found_at(&list)?);
            each_record(&list, FINDING_SCHEMA, |line, finding| {
                let found = found(finding, &found_at, is_listed, &list, line)?;
                if is_listed || wanted(&post_of(&found)) {
                    findings.push(found);
                }
                Ok::<_, GatewayError>(())
            })?;
        }
        let mut night = Self { findings };
        night.gather_clusters(path)?;
        Ok(night)
    }

    /// Put what stands behind each finding beside it.
    fn gather_clusters(&mut self, dir: &Path) -> Result<()> {
        let mut by_id: HashMap<String, usize> = HashMap::new();
        for (i, found) in self.findings.iter_mut().enumerate() {
            let finding = &found.finding;
            let stands_for = finding.stands_for.unwrap_or(1 + finding.repeats.unwrap_or(0));
            if stands_for > 1 {
                found.cluster = Some(Cluster { stands_for, ..Cluster::default() });
                by_id.insert(finding.decision.id.clone(), i);
            }
        }
        let mut put = |id: &str, is_near: bool, other: Elsewhere| {
            let cluster = by_id.get(id).and_then(|&i| self.findings.get_mut(i)).and_then(|f| f.cluster.as_mut());
            let list = cluster.map(|c| if is_near { &mut c.near_repeats } else { &mut c.repeats });
            if let Some(list) = list.filter(|list| list.len() < MOST_LISTED) {
                list.push(other);
            }
        };
        if let Some(clusters) = List::Clusters.in_folder(dir)? {
            each_record(&clusters, FINDING_SCHEMA, |_, near: FindingRecord| {
                if let Some(head) = &near.head {
                    put(
                        head,
                        true,
                        elsewhere(&near.decision.id, near.place.platform, near.place.url, &near.decision.text_sha256),
                    );
                }
                Ok::<_, GatewayError>(())
            })?;
        }
        if let Some(repeats) = in_folder(dir, "repeats")? {
            each_record(&repeats, REPEAT_SCHEMA, |_, repeat: RepeatRecord| {
                let other = elsewhere(&repeat.id, repeat.place.platform, repeat.place.url, &repeat.text_sha256);
                put(&repeat.repeat_of, false, other);
                Ok::<_, GatewayError>(())
            })?;
        }
        Ok(())
    }
}

fn elsewhere(id: &str, platform: Option<String>, url: Option<String>, text_sha256: &str) -> Elsewhere {
    Elsewhere { id: id.to_owned(), platform, url, text_sha256: text_sha256.to_owned() }
}

pub(crate) fn post_of(found: &Found) -> String {
    let (place, decision) = (&found.finding.place, &found.finding.decision);
    key::post(place.platform.as_deref(), place.url.as_deref(), &decision.id, &decision.text_sha256)
}

fn found(finding: FindingRecord, found_at: &str, is_listed: bool, path: &Path, line: u64) -> Result<Found> {
    if finding.decision.schema != FINDING_SCHEMA {
        let problem = format!("field `schema` is not {FINDING_SCHEMA}");
        return Err(GatewayError::Line { path: path.to_owned(), line, problem });
    }
    Ok(Found { finding, found_at: found_at.to_owned(), cluster: None, evidence: vec![], is_listed })
}

/// Whether a finished scan is in the folder. The summary is what a scan writes last.
///
/// # Errors
/// When it is not.
pub fn finished_scan(dir: &Path) -> Result<()> {
    if List::Candidates.in_folder(dir)?.is_none() || !dir.join("summary.json").is_file() {
        let problem = "holds no finished scan: its candidates and summary.json are not both there".to_owned();
        return Err(GatewayError::NoList { path: dir.to_owned(), problem });
    }
    Ok(())
}

/// When the scan ended that wrote a list, by the scan's own word; else when the list was written. RFC 3339, UTC.
///
/// # Errors
/// When the list cannot be looked at.
pub fn found_at(list: &Path) -> Result<String> {
    #[derive(Deserialize)]
    struct Timing {
        finished_at: String,
    }
    let timing: PathBuf = list.with_file_name("timing.json");
    let told = std::fs::read(timing).ok().and_then(|bytes| serde_json::from_slice::<Timing>(&bytes).ok());
    if let Some(moment) = told.and_then(|timing| Moment::parse(&timing.finished_at)) {
        return Ok(moment.text());
    }
    let written = list.metadata().and_then(|m| m.modified());
    let written = written.map_err(|source| GatewayError::Read { path: list.to_owned(), source })?;
    Ok(Moment::from(written).text())
}
