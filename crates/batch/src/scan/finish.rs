//! Last step of a scan: all results, from the parts alone. So a run that was stopped, killed and gone on with, or split into shards, has the
//! results of an undisturbed one to the byte. No result holds a time of running.

use std::collections::HashMap;
use std::path::Path;

use grens_law::{
    Band, FINDING_SCHEMA, FindingRecord, Lines, Place, REPEAT_SCHEMA, RepeatRecord, SUMMARY_SCHEMA, SourceRecord,
    SourceRef, SummaryRecord,
};

use super::cap::Cap;
use super::collect::Collected;
use super::decisions::Decisions;
use super::manifest::{Identity, PartCounts};
use super::page;
use super::part::{Counted, Fetch, PostRow, RepeatRow, Repeated, Row};
use super::parts::Parts;
use super::table::{ListFormat, Table};
use crate::disk::{self, Whole};
use crate::error::Result;

/// The list of what could not be used.
const REJECTS: &str = "rejects.jsonl";
/// Posts that are fetched from the parts at a time.
const AT_A_TIME: usize = 256;
/// What a finished scan has to say.
#[derive(Debug, Clone)]
pub struct Report {
    /// All counts.
    pub summary: SummaryRecord,
    /// The first lines of the lists, candidates before review.
    pub top: Vec<FindingRecord>,
}

/// All that the results are made from.
pub(crate) struct Finish<'a> {
    pub(crate) out: &'a Path,
    pub(crate) parts: &'a Parts,
    pub(crate) counts: PartCounts,
    pub(crate) sources: &'a [SourceRecord],
    pub(crate) identity: &'a Identity,
    pub(crate) format: ListFormat,
    pub(crate) top: usize,
}

impl Finish<'_> {
    /// Write all results, the summary last.
    pub(crate) fn write(&self) -> Result<Report> {
        let mut rejects = Whole::create(self.out, REJECTS)?;
        let collected = Collected::from(self.parts, |reject| rejects.line(reject))?;
        rejects.commit()?;
        // None looks at what another writes.
        let others = || rayon::join(|| self.write_repeats(&collected), || self.write_decisions());
        let (lists, (repeats, decisions)) = rayon::join(|| self.write_lists(&collected), others);
        let (lines, near_repeats, top, shown) = lists?;
        repeats.and(decisions)?;
        let summary = self.summary(&collected, lines, near_repeats);
        disk::write_whole(self.out, "summary.html", page::render(&summary, &shown)?.as_bytes())?;
        disk::write_json(self.out, "summary.json", &summary)?;
        Ok(Report { summary, top })
    }

    /// The repeats, in input order.
    fn write_repeats(&self, collected: &Collected) -> Result<()> {
        let mut repeats = Table::create::<RepeatRecord>(self.out, "repeats", self.format)?;
        let mut firsts: HashMap<u64, (String, Band)> = HashMap::new();
        self.parts.each(|_, row| {
            match row {
                Repeated::Post(post) if collected.repeated.contains(&post.seq) => {
                    firsts.insert(post.seq, (post.decision.id, post.decision.band));
                }
                Repeated::Repeat(repeat) => {
                    if let Some((id, band)) = firsts.get(&repeat.of) {
                        repeats.write(&self.repeat(*repeat, id, *band))?;
                    }
                }
                Repeated::Post(_) | Repeated::Reject(_) => {}
            }
            Ok(())
        })?;
        repeats.finish()
    }

    /// All decisions, in input order, where the clear ones are kept.
    fn write_decisions(&self) -> Result<()> {
        if !self.identity.keep_clear {
            return Ok(());
        }
        let mut decisions = Decisions::new(self.out, self.format)?;
        self.parts.each(|_, row| {
            let Row::Post(post) = row else { return Ok(()) };
            let mut record = self.record(*post);
            record.text = None;
            decisions.write(&record)
        })?;
        decisions.finish()
    }

    /// The ranked lists and the clusters behind them.
    fn write_lists(&self, collected: &Collected) -> Result<(Lines, u64, Vec<FindingRecord>, page::Shown)> {
        let create = |name| Table::create::<FindingRecord>(self.out, name, self.format);
        let (mut candidates, mut review) = (create("candidates")?, create("review")?);
        let (mut overflow, mut clusters) = (create("overflow")?, create("clusters")?);
        let members = collected.members();
        let mut fetch = Fetch::new(self.parts.files());
        let mut posts = |entries: &[usize]| fetch.posts(entries.iter().map(|&i| collected.entries[i].at));
        let mut cap = Cap::new(&self.identity.policy);
        let (mut lines, mut near_repeats) = (Lines::default(), 0);
        let mut ranks = [0, 0];
        let mut top = vec![];
        let mut shown = page::Shown::default();
        for heads in collected.ranked_heads().chunks(AT_A_TIME) {
            for (&head, post) in heads.iter().zip(posts(heads)?) {
                let entry = &collected.entries[head];
                let near = members.get(&head).map_or(&[][..], Vec::as_slice);
                let rank = &mut ranks[usize::from(entry.marks.band == Band::Review)];
                *rank += 1;
                let mut record = self.record(post);
                record.rank = Some(*rank);
                record.repeats = Some(entry.repeats);
                record.stands_for =
                    Some(1 + entry.repeats + near.iter().map(|&i| 1 + collected.entries[i].repeats).sum::<u64>());
                let (list, count) = match (cap.admits(&entry.marks), entry.marks.band) {
                    (false, _) => (&mut overflow, &mut lines.overflow),
                    (true, Band::Candidate) => (&mut candidates, &mut lines.candidates),
                    (true, _) => (&mut review, &mut lines.review),
                };
                *count += 1;
                list.write(&record)?;
                for near in near.chunks(AT_A_TIME) {
                    for (&member, post) in near.iter().zip(posts(near)?) {
                        let mut behind = self.record(post);
                        behind.head = Some(record.decision.id.clone());
                        behind.repeats = Some(collected.entries[member].repeats);
                        clusters.write(&behind)?;
                        near_repeats += 1;
                    }
                }
                shown.offer(&record);
                if top.len() < self.top {
                    top.push(record);
                }
            }
        }
        for table in [candidates, review, overflow, clusters] {
            table.finish()?;
        }
        Ok((lines, near_repeats, top, shown))
    }

    fn summary(&self, collected: &Collected, lines: Lines, near_repeats: u64) -> SummaryRecord {
        let Identity { grens, model, policy, law, .. } = self.identity;
        let (counts, tally) = (&self.counts, &collected.tally);
        let all = tally.all;
        SummaryRecord {
            schema: SUMMARY_SCHEMA.to_owned(),
            grens: grens.clone(),
            model: model.clone(),
            policy: policy.id.clone(),
            law: law.clone(),
            sources: self.sources.to_vec(),
            posts: counts.posts,
            scored: counts.scored,
            repeats: counts.posts.saturating_sub(counts.scored),
            candidates: all.candidates,
            review: all.review,
            clear: counts.posts.saturating_sub(all.candidates + all.review),
            lines,
            near_repeats,
            truncated: counts.truncated,
            rejected: counts.rejected,
            other_languages: counts.other_languages.clone(),
            seen_before: counts.seen_before,
            by_article: tally.by_article.clone(),
            by_ground: tally.by_ground.clone(),
            by_platform: tally.by_platform.clone(),
            by_hour: tally.by_hour.clone(),
        }
    }

    fn source(&self, file: String, line: u64) -> SourceRef {
        let hash = self.sources.iter().find(|s| s.file == file).and_then(|s| s.sha256.clone());
        SourceRef { file, file_sha256: hash.unwrap_or_default(), line }
    }

    fn record(&self, post: PostRow) -> FindingRecord {
        let mut decision = post.decision;
        FINDING_SCHEMA.clone_into(&mut decision.schema);
        FindingRecord {
            rank: None,
            stands_for: None,
            head: None,
            repeats: None,
            source: self.source(post.file, post.line),
            place: post.place,
            text: post.text,
            grens: self.identity.grens.clone(),
            decision,
        }
    }

    fn repeat(&self, row: RepeatRow, first: &str, band: Band) -> RepeatRecord {
        let place: Place = row.place;
        RepeatRecord {
            schema: REPEAT_SCHEMA.to_owned(),
            id: row.id,
            repeat_of: first.to_owned(),
            band,
            text_sha256: row.text_sha256,
            source: self.source(row.file, row.line),
            place,
        }
    }
}

/// The list of rejects alone, for a run that ends without results.
pub(crate) fn write_rejects(out: &Path, parts: &Parts) -> Result<()> {
    let mut rejects = Whole::create(out, REJECTS)?;
    parts.each(|_, row| if let Counted::Reject(row) = row { rejects.line(&row.reject) } else { Ok(()) })?;
    rejects.commit()
}
