//! A scan whose windows are scored side by side gives what one gives that scores them one after the other.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::Path;

use grens_law::RejectRecord;

use super::*;
use crate::input::{InputOptions, Source, Warning};
use crate::uneven::Uneven;

/// Sets a flag when it has been told of progress so often.
struct StopsAfter<'a> {
    left: usize,
    stop: &'a AtomicBool,
}

impl Watcher for StopsAfter<'_> {
    fn reject(&mut self, _: &RejectRecord) {}

    fn warn(&mut self, _: &Warning) {}

    fn note(&mut self, _: &str) {}

    fn progress(&mut self, _: &Progress<'_>) -> Result<()> {
        self.left = self.left.saturating_sub(1);
        self.stop.store(self.left == 0, Ordering::Relaxed);
        Ok(())
    }
}

/// Posts of which every fourth was there before, some in the same window, and lines that are none.
fn write_posts(path: &Path) {
    let line = |i: usize| match i % 17 {
        3 => "no record\n".to_owned(),
        _ => {
            let text = if i.is_multiple_of(4) { i / 3 } else { i };
            format!("{{\"id\": \"{i}\", \"text\": \"Dag {text} in Zwolle{}\"}}\n", " ja".repeat(text % 7))
        }
    };
    std::fs::write(path, (0..400).map(line).collect::<String>()).unwrap();
}

/// One process of a scan: `at_once` windows side by side, stopped after `windows` of them, or failing at the call `fails`.
fn process(posts: &Path, out: &Path, at_once: usize, windows: usize, fails: usize) -> Result<Ending> {
    let inputs = Inputs::open(vec![Source::new(posts.to_str().unwrap())], InputOptions::default()).unwrap();
    let decider = Uneven::decider(at_once, fails);
    let options = ScanOptions { part_items: 60, keep_clear: true, ..ScanOptions::new(out) };
    let stop = AtomicBool::new(false);
    let mut watcher = StopsAfter { left: windows, stop: &stop };
    scan(inputs, &decider, &options, Window::of(decider.portions()), &stop, &mut watcher)
}

/// All results, but for the time they took.
fn results(out: &Path) -> BTreeMap<String, String> {
    let files = std::fs::read_dir(out).unwrap().map(|entry| entry.unwrap().path());
    files
        .filter(|path| path.is_file() && !path.ends_with("timing.json"))
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect()
}

#[test]
fn windows_side_by_side_give_the_same_results_stopped_failed_or_undisturbed() {
    let folder = tempfile::tempdir().unwrap();
    let posts = folder.path().join("posts.jsonl");
    write_posts(&posts);
    let out = |name: &str| folder.path().join(name);
    let (never, done) = (usize::MAX, |ending| matches!(ending, Ok(Ending::Done(_))));

    assert!(done(process(&posts, &out("alone"), 1, never, never)));
    let wanted = results(&out("alone"));
    assert!(wanted["candidates.jsonl"].lines().count() > 1 && wanted["rejects.jsonl"].lines().count() == 24);

    assert!(done(process(&posts, &out("beside"), 4, never, never)));
    assert_eq!(results(&out("beside")), wanted);

    assert!(matches!(process(&posts, &out("stopped"), 4, 4, never), Ok(Ending::Stopped)));
    assert!(done(process(&posts, &out("stopped"), 3, never, never)));
    assert_eq!(results(&out("stopped")), wanted);

    assert!(matches!(process(&posts, &out("failed"), 4, never, 5), Err(BatchError::Infer(_))));
    assert!(done(process(&posts, &out("failed"), 4, never, never)));
    assert_eq!(results(&out("failed")), wanted);
}
