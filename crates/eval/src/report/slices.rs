//! The same figures for parts of the texts.

use std::collections::BTreeMap;

use grens_law::Ground;

use super::build::labelled;
use super::{Share, Slice, SliceRow};
use crate::datasets::{Dataset, Example};
use crate::metrics::{Confusion, Scored, bias_aucs};
use crate::system::{HeadScores, System};

/// Upper ends of the length classes, in words.
const LENGTHS: [(usize, &str); 6] =
    [(5, "1-5"), (10, "6-10"), (20, "11-20"), (40, "21-40"), (80, "41-80"), (usize::MAX, "81 or more")];

/// A text that the head is labelled on.
#[derive(Clone, Copy)]
struct Item<'a> {
    at: usize,
    hateful: bool,
    marked: bool,
    example: &'a Example,
}

/// All divisions that the set knows.
pub(super) fn slices(system: &System, scores: &HeadScores, data: &Dataset) -> Vec<Slice> {
    let threshold = scores.threshold();
    let items: Vec<Item<'_>> = labelled(scores, data)
        .filter_map(|(at, hateful)| {
            let marked = *scores.scores.get(at)? >= threshold;
            Some(Item { at, hateful, marked, example: data.examples.get(at)? })
        })
        .collect();
    let one = |name: &str| if name.is_empty() { vec![] } else { vec![name.to_owned()] };
    let mut all = vec![
        divide("functionality", system, &items, |i| one(&i.example.functionality)),
        divide("group", system, &items, |i| one(&i.example.group)),
        divide("ground", system, &items, |i| i.example.grounds.iter().flatten().map(ToString::to_string).collect()),
        divide("article", system, &items, |i| one(article(i.example))),
        divide("words", system, &items, |i| one(length(i.example))),
    ];
    for slice in &mut all {
        match slice.by.as_str() {
            "group" => add_aucs(slice, scores, &items),
            "ground" => add_named(slice, system, &items),
            "words" => slice.rows.sort_by_key(|row| LENGTHS.iter().position(|l| l.1 == row.name)),
            _ => {}
        }
    }
    all.retain(|slice| !slice.rows.is_empty());
    all
}

fn divide<'a>(by: &str, system: &System, items: &[Item<'a>], names: impl Fn(&Item<'a>) -> Vec<String>) -> Slice {
    let mut parts: BTreeMap<String, Vec<Item<'a>>> = BTreeMap::new();
    for item in items {
        for name in names(item) {
            parts.entry(name).or_default().push(*item);
        }
    }
    Slice { by: by.to_owned(), rows: parts.into_iter().map(|(name, part)| row(name, system, &part)).collect() }
}

fn row(name: String, system: &System, items: &[Item<'_>]) -> SliceRow {
    let mut c = Confusion::default();
    for item in items {
        c.add(item.hateful, item.marked);
    }
    let bands: Vec<bool> =
        items.iter().filter_map(|i| Some(i.example.expected_band? == *system.bands.as_ref()?.get(i.at)?)).collect();
    let as_expected = bands.iter().filter(|b| **b).count() as u64;
    let share = |hits, n| (n > 0).then(|| Share::new(hits, n));
    SliceRow {
        name,
        right: Share::new(c.tp + c.tn, c.n()),
        recall: share(c.tp, c.tp + c.fn_),
        false_alarms: share(c.fp, c.fp + c.tn),
        band_as_expected: share(as_expected, bands.len() as u64),
        named: None,
        aucs: None,
    }
}

const fn article(example: &Example) -> &'static str {
    match (example.gold.art137c, example.gold.art137d, example.gold.group_hate) {
        (Some(true), Some(true), _) => "137c and 137d",
        (Some(true), _, _) => "137c",
        (_, Some(true), _) => "137d",
        (Some(false), Some(false), Some(true)) => "hate under no article",
        (Some(false), Some(false), Some(false)) => "harmless",
        _ => "",
    }
}

fn length(example: &Example) -> &'static str {
    let words = example.post.text.split_whitespace().count();
    LENGTHS.iter().find(|l| words <= l.0).map_or("", |l| l.1)
}

fn add_aucs(slice: &mut Slice, scores: &HeadScores, items: &[Item<'_>]) {
    let score = |i: &Item<'_>| scores.scores.get(i.at).copied().unwrap_or_default();
    let text = |i: &Item<'_>| Scored { score: score(i), hateful: i.hateful, cluster: 0 };
    let texts: Vec<(Scored, &str)> = items.iter().map(|i| (text(i), i.example.group.as_str())).collect();
    let aucs = bias_aucs(&texts);
    for row in &mut slice.rows {
        row.aucs = aucs.get(row.name.as_str()).copied();
    }
}

fn add_named(slice: &mut Slice, system: &System, items: &[Item<'_>]) {
    let Some(named) = &system.grounds else { return };
    for row in &mut slice.rows {
        let Some(ground) = Ground::ALL.into_iter().find(|g| g.to_string() == row.name) else { continue };
        let has = |of: Option<&Vec<Ground>>| of.is_some_and(|list| list.contains(&ground));
        let (mut hits, mut n) = (0, 0);
        for item in items.iter().filter(|i| i.hateful && has(i.example.grounds.as_ref())) {
            n += 1;
            hits += u64::from(has(named.get(item.at)));
        }
        row.named = (n > 0).then(|| Share::new(hits, n));
    }
}
