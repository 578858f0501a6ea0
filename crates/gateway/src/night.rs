//! Findings out of a scan's folder, or out of one of its lists.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use grens_law::{FINDING_SCHEMA, FindingRecord, REPEAT_SCHEMA, RepeatRecord};
use serde::Deserialize;

use crate::draft::Found;
use crate::error::{GatewayError, Result};
use crate::key;
use crate::lines;
use crate::record::{Cluster, Elsewhere};
use crate::retention::Moment;

/// The list that the nightly cap lets through.
const CANDIDATES: &str = "candidates.jsonl";
/// Lists with what else a person may have judged.
const OTHERS: [&str; 3] = ["review.jsonl", "overflow.jsonl", "clusters.jsonl"];
const CLUSTERS: &str = "clusters.jsonl";
/// Most posts of each kind that a cluster lists.
const MOST_LISTED: usize = 100;

/// The findings of one scan.
#[derive(Debug, Clone)]
pub struct Night {
    /// In the order of the lists.
    pub findings: Vec<Found>,
}

impl Night {
    /// Read a scan's folder or one of its lists (JSON Lines). All lines of `candidates` are taken; of the other lists those that `wanted` wants, asked with
    /// the identity of the post ([`key::post`]).
    ///
    /// # Errors
    /// When there is no finished scan in the folder, its lists are not JSON Lines, or a line is no finding.
    pub fn read(path: &Path, wanted: impl Fn(&str) -> bool) -> Result<Self> {
        if !path.is_dir() {
            let is_list = |name: &str| path.file_name().is_some_and(|file| file == name);
            let is_listed = !OTHERS[1..].iter().any(|name| is_list(name));
            let found_at = found_at(path)?;
            let mut findings = vec![];
            lines::each(path, FINDING_SCHEMA, |line, finding| {
                findings.push(found(finding, &found_at, is_listed, path, line)?);
                Ok(())
            })?;
            return Ok(Self { findings });
        }
        finished_scan(path)?;
        let mut findings = vec![];
        for name in std::iter::once(CANDIDATES).chain(OTHERS) {
            let list = path.join(name);
            if !list.is_file() {
                continue;
            }
            let (is_listed, found_at) = (name == CANDIDATES, found_at(&list)?);
            lines::each(&list, FINDING_SCHEMA, |line, finding| {
                let found = found(finding, &found_at, is_listed, &list, line)?;
                if is_listed || wanted(&post_of(&found)) {
                    findings.push(found);
                }
                Ok(())
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
        if dir.join(CLUSTERS).is_file() {
            lines::each(&dir.join(CLUSTERS), FINDING_SCHEMA, |_, near: FindingRecord| {
                if let Some(head) = &near.head {
                    put(
                        head,
                        true,
                        elsewhere(&near.decision.id, near.place.platform, near.place.url, &near.decision.text_sha256),
                    );
                }
                Ok(())
            })?;
        }
        let repeats = dir.join("repeats.jsonl");
        if repeats.is_file() {
            lines::each(&repeats, REPEAT_SCHEMA, |_, repeat: RepeatRecord| {
                let other = elsewhere(&repeat.id, repeat.place.platform, repeat.place.url, &repeat.text_sha256);
                put(&repeat.repeat_of, false, other);
                Ok(())
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

/// Whether a finished scan with lists that can be read is in the folder. The summary is what a scan writes last.
///
/// # Errors
/// When it is not.
pub fn finished_scan(dir: &Path) -> Result<()> {
    let refused = |problem| Err(GatewayError::NoList { path: dir.to_owned(), problem });
    if ["candidates.csv", "candidates.parquet"].iter().any(|name| dir.join(name).is_file()) {
        return refused("holds its lists in another format; scan with --format jsonl");
    }
    if !dir.join(CANDIDATES).is_file() || !dir.join("summary.json").is_file() {
        return refused("holds no finished scan: candidates.jsonl and summary.json are not both there");
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
