//! Shards become one scan again.

use std::path::{Path, PathBuf};

use super::finish::{Finish, Report};
use super::folder::{Folder, run_dir};
use super::lock::Lock;
use super::manifest::{Manifest, PartCounts, parts_dir};
use super::parts::Parts;
use super::shard::Shard;
use super::table::ListFormat;
use crate::error::{BatchError, Result};

/// Make the results of a whole scan in `out` from the folders of its shards: those that an undivided run would have made, to the byte.
///
/// # Errors
/// [`BatchError::Shards`] when shards are missing, stand there twice, did not finish, or differ in model, policy, law, flags or input;
/// [`BatchError::Locked`] when one is still at work; [`BatchError::Taken`] when `out` holds a run.
pub fn merge(shards: &[PathBuf], out: &Path, format: ListFormat, top: usize) -> Result<Report> {
    let mut problems = vec![];
    let mut opened: Vec<(&Path, Manifest, Lock)> = vec![];
    for (i, dir) in shards.iter().enumerate() {
        if shards.iter().take(i).any(|other| same_folder(other, dir)) {
            problems.push(format!("{} is named twice", dir.display()));
            continue;
        }
        let run = run_dir(dir);
        match Manifest::load(&run)? {
            Some(manifest) => opened.push((dir, manifest, Lock::take(&run)?.0)),
            None => problems.push(format!("{} holds no scan", dir.display())),
        }
    }
    opened.sort_by_key(|(_, manifest, _)| manifest.shard.index);
    check(&opened, &mut problems);
    let Some((_, first, _)) = opened.first().filter(|_| problems.is_empty()) else {
        if problems.is_empty() {
            problems.push("no folder was named".to_owned());
        }
        return Err(BatchError::Shards { problems });
    };

    let (folder, existing, _) = Folder::take(out)?;
    if existing.as_ref().is_some_and(|e| !e.parts.is_empty() || e.plan != first.plan.without_shard()) {
        return Err(BatchError::Taken { path: out.to_owned(), what: "another scan" });
    }
    let mut manifest = Manifest::new(first.plan.without_shard(), Shard::WHOLE, first.identity.clone());
    manifest.sources.clone_from(&first.sources);
    manifest.save(folder.run())?;
    let mut parts = Parts::default();
    let mut counts = PartCounts::default();
    for (dir, shard, _) in &opened {
        parts.add_shard(shard.files(&run_dir(dir)));
        counts.add(&shard.counts());
    }
    let sources = first.sources.clone().unwrap_or_default();
    let finish = Finish { out, parts: &parts, counts, sources: &sources, identity: &first.identity, format, top };
    let report = finish.write()?;
    manifest.finished = true;
    manifest.save(folder.run())?;
    // The merged folder has no parts of its own; the shards keep theirs.
    let _ = std::fs::remove_dir(parts_dir(folder.run()));
    Ok(report)
}

fn same_folder(a: &Path, b: &Path) -> bool {
    a == b || a.canonicalize().is_ok_and(|a| b.canonicalize().is_ok_and(|b| a == b))
}

/// Whether these shards make one scan.
fn check(shards: &[(&Path, Manifest, Lock)], problems: &mut Vec<String>) {
    let Some((first_dir, first, _)) = shards.first() else { return };
    let of = first.shard.of;
    let mut found = vec![0_u64; usize::try_from(of).unwrap_or(0).min(1 << 16)];
    for (dir, manifest, _) in shards {
        let name = format!("{} (shard {})", dir.display(), manifest.shard);
        if let Some(n) = usize::try_from(manifest.shard.index - 1).ok().and_then(|i| found.get_mut(i)) {
            *n += 1;
        }
        if manifest.sources.is_none() {
            problems.push(format!("{name} did not finish; run its command again first"));
        }
        let differences = first.plan.without_shard().differences(&manifest.plan.without_shard());
        let against = first_dir.display();
        problems.extend(differences.into_iter().map(|d| format!("{name} differs from {against} in {d}")));
        if manifest.shard.of != of {
            problems.push(format!("{name} is a shard of {}, {against} one of {of}", manifest.shard.of));
        }
        if manifest.sources.is_some() && first.sources.is_some() && manifest.sources != first.sources {
            problems.push(format!("{name} and {against} did not read the same input"));
        }
        if manifest.next_item() != first.next_item() && manifest.sources.is_some() && first.sources.is_some() {
            let (n, m) = (manifest.next_item(), first.next_item());
            problems.push(format!("{name} read {n} items, {against} {m}"));
        }
    }
    for (index, n) in (1..).zip(&found) {
        match n {
            0 => problems.push(format!("shard {index}/{of} is missing")),
            1 => {}
            n => problems.push(format!("shard {index}/{of} stands there {n} times")),
        }
    }
    let items: u64 = shards.iter().map(|(_, manifest, _)| manifest.counts().items()).sum();
    if problems.is_empty() && items != first.next_item() {
        problems.push(format!("together they hold {items} items of {}", first.next_item()));
    }
}
