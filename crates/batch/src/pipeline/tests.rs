//! Windows side by side give what windows one after the other do.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::input::{InputOptions, Source};
use crate::uneven::Uneven;

#[derive(Default)]
struct Kept {
    ids: Vec<(String, Band)>,
    rejects: Vec<u64>,
    windows: usize,
}

impl Sink for Kept {
    fn record(&mut self, post: Post, record: DecisionRecord) -> Result<()> {
        assert_eq!(post.id, record.id);
        self.ids.push((record.id, record.band));
        Ok(())
    }

    fn reject(&mut self, reject: RejectRecord) -> Result<()> {
        self.rejects.push(reject.line);
        Ok(())
    }

    fn warn(&mut self, _: &Warning) {}

    fn window_done(&mut self, counts: &Counts) -> Result<()> {
        assert_eq!(counts.posts, self.ids.len() as u64);
        self.windows += 1;
        Ok(())
    }
}

fn posts(count: usize) -> tempfile::NamedTempFile {
    let line = |i: usize| match i % 17 {
        3 => "no record\n".to_owned(),
        _ => format!("{{\"id\": \"{i}\", \"text\": \"Wat een mooie dag in Zwolle{}\"}}\n", "!".repeat(i % 7)),
    };
    let mut file = tempfile::Builder::new().suffix(".jsonl").tempfile().unwrap();
    std::io::Write::write_all(&mut file, (0..count).map(line).collect::<String>().as_bytes()).unwrap();
    file
}

fn scored(file: &tempfile::NamedTempFile, at_once: usize, fails: usize) -> (Kept, Result<Counts>) {
    let inputs = Inputs::open(vec![Source::new(file.path().to_str().unwrap())], InputOptions::default()).unwrap();
    let decider = Uneven::decider(at_once, fails);
    let mut kept = Kept::default();
    let counts = run(inputs, &decider, Window::of(decider.portions()), &AtomicBool::new(false), &mut kept);
    (kept, counts)
}

#[test]
fn windows_side_by_side_are_written_in_order() {
    let file = posts(150);
    let (alone, counts) = scored(&file, 1, usize::MAX);
    let counts = counts.unwrap();
    assert_eq!((counts.posts, counts.rejected, counts.interrupted), (141, 9, false));
    let (beside, same) = scored(&file, 4, usize::MAX);
    assert_eq!(same.unwrap(), counts);
    assert_eq!((&beside.ids, &beside.rejects), (&alone.ids, &alone.rejects));
    assert!(beside.windows > 5);
}

#[test]
fn what_was_scored_before_a_failure_is_written() {
    // One window after the other, so that it is known which call is whose.
    let (kept, counts) = scored(&posts(150), 1, 2);
    assert!(matches!(counts, Err(BatchError::Infer(_))));
    assert_eq!(kept.windows, 2);
}
