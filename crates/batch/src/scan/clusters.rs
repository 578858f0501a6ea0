//! Near repeats among what people look at become clusters with one head, so that a copy-paste wave is one line.
//!
//! Leader clustering: in one fixed order each text joins the head that it resembles most, else it is a head itself. Every member was compared
//! with its head, so clusters do not drift from text to text as they do when neighbours of neighbours are joined. The order is that of the
//! caller, by content alone, so that neither the order of the input nor a split over shards changes a cluster.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use rayon::prelude::*;

use super::sketch::{GROUPS, Sketch};

/// Estimated share of common runs from which on a text is a near repeat.
const NEAR: f32 = 0.7;
/// Heads that a text is compared with in one group, at most: texts made to meet in one group must not cost the square of their number.
const MOST_COMPARED: usize = 64;

/// The head of each text, by index; a head is its own. `sketches` must stand in the order of precedence: best head first.
pub(crate) fn heads(sketches: &[&Sketch]) -> Vec<usize> {
    let meets = meeting(sketches);
    let mut head_of: Vec<usize> = (0..sketches.len()).collect();
    let mut groups: Vec<HashMap<u32, Vec<usize>, RandomState>> = (0..GROUPS).map(|_| HashMap::default()).collect();
    for (at, sketch) in sketches.iter().enumerate() {
        if !meets[at] {
            continue;
        }
        let mut best: Option<(f32, usize)> = None;
        for (group, hash) in groups.iter().zip(&sketch.groups) {
            for &head in group.get(hash).into_iter().flatten().take(MOST_COMPARED) {
                let similarity = sketch.similarity(sketches[head]);
                // The more alike, then the earlier head.
                if similarity >= NEAR && best.is_none_or(|(s, h)| similarity > s || (similarity == s && head < h)) {
                    best = Some((similarity, head));
                }
            }
        }
        if let Some((_, head)) = best {
            head_of[at] = head;
        } else {
            for (group, hash) in groups.iter_mut().zip(&sketch.groups) {
                group.entry(*hash).or_default().push(at);
            }
        }
    }
    head_of
}

/// Which texts share a group with any other. Most do not, and need no place in a map.
fn meeting(sketches: &[&Sketch]) -> Vec<bool> {
    let met: Vec<Vec<u32>> = (0..GROUPS).into_par_iter().map(|group| meeting_in(group, sketches)).collect();
    let mut meets = vec![false; sketches.len()];
    met.iter().flatten().for_each(|&i| meets[i as usize] = true);
    meets
}

/// Indices of the texts whose hash of one group is another's too.
#[allow(
    clippy::cast_possible_truncation,
    reason = "four billion sketches would not fit in memory, and the hash is the upper half"
)]
fn meeting_in(group: usize, sketches: &[&Sketch]) -> Vec<u32> {
    // Hash and index as one number, the hash above: numbers are sorted faster than pairs.
    let number = |(i, sketch): (usize, &&Sketch)| u64::from(sketch.groups[group]) << 32 | i as u64;
    let mut numbers: Vec<u64> = sketches.iter().enumerate().map(number).collect();
    numbers.sort_unstable();
    let same_hash = numbers.chunk_by(|a, b| a >> 32 == b >> 32).filter(|same| same.len() > 1);
    same_hash.flatten().map(|&number| number as u32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cluster(texts: &[&str]) -> Vec<usize> {
        let sketches: Vec<Sketch> = texts.iter().map(|t| Sketch::of(t)).collect();
        heads(&sketches.iter().collect::<Vec<_>>())
    }

    #[test]
    fn a_wave_has_one_head_and_the_rest_stay_alone() {
        let wave = "Deel dit bericht met iedereen die je kent voordat ze het weer weghalen van dit platform";
        let texts = [wave, "Goedemorgen allemaal", &format!("{wave} 1"), "Lekker weer vandaag", &format!("RT {wave}")];
        assert_eq!(cluster(&texts), [0, 1, 0, 3, 0]);
    }

    #[test]
    fn clusters_do_not_drift() {
        let words: Vec<String> = (0..40).map(|i| format!("woord{i}tje")).collect();
        let texts: Vec<String> = (0..20).map(|i| words[i..i + 20].join(" ")).collect();
        let heads = cluster(&texts.iter().map(String::as_str).collect::<Vec<_>>());
        let first: Vec<usize> = (0..20).filter(|&i| heads[i] == 0).collect();
        assert!(first.len() > 1 && first.len() < 8, "{heads:?}");
    }

    proptest! {
        #[test]
        fn every_text_has_a_head_that_is_its_own_head(texts in prop::collection::vec("[ab ]{0,12}", 0..40)) {
            let found = cluster(&texts.iter().map(String::as_str).collect::<Vec<_>>());
            prop_assert!(found.iter().enumerate().all(|(i, &h)| h <= i && found[h] == h));
        }
    }
}
