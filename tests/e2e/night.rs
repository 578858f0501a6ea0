//! A night's scan with the small fixture model: quick, and with posts in every band.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::support::{Ran, fixture, read_lines, run, text};

/// Thresholds that part the fixture model's scores into all bands.
pub const POLICY: &str = "id = \"fixture-1\"\n[137c]\ncandidate = 0.25\nreview = 0.2\nnightly_cap = 1000\n[137d]\ncandidate = 0.2\nreview = 0.15\nnightly_cap = 1000\n[group_hate]\nreview = 0.9\n[grounds]\nnamed = 0.5\n";

/// A folder with an input, a policy, and room for results.
pub struct Night {
    pub dir: tempfile::TempDir,
    pub input: PathBuf,
}

impl Night {
    pub fn new(posts: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let input = dir.path().join("posts.jsonl");
        std::fs::write(&input, posts).unwrap();
        std::fs::write(dir.path().join("policy.toml"), POLICY).unwrap();
        Self { dir, input }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Arguments of a scan into `out`.
    pub fn args(&self, out: &str, more: &[&str]) -> Vec<String> {
        let (model, policy, out) = (fixture("bert"), self.path("policy.toml"), self.path(out));
        let fixed =
            ["scan", text(&self.input), "--out", text(&out), "--model", text(&model), "--policy", text(&policy)];
        let threads: &[&str] = if more.contains(&"--threads") { &[] } else { &["--threads", "1"] };
        fixed.iter().chain(threads).chain(more).map(|s| (*s).to_owned()).collect()
    }

    pub fn scan(&self, out: &str, more: &[&str]) -> Ran {
        let args = self.args(out, more);
        run(&args.iter().map(String::as_str).collect::<Vec<_>>())
    }

    pub fn lines(&self, out: &str, list: &str) -> Vec<Value> {
        read_lines(&self.path(out).join(format!("{list}.jsonl")))
    }

    pub fn summary(&self, out: &str) -> Value {
        serde_json::from_slice(&std::fs::read(self.path(out).join("summary.json")).unwrap()).unwrap()
    }

    /// All results of a scan by name; what may differ from run to run is left out.
    pub fn results(&self, out: &str) -> BTreeMap<String, Vec<u8>> {
        let mut found = BTreeMap::new();
        gather(&self.path(out), "", &mut found);
        found
    }
}

fn gather(dir: &Path, prefix: &str, found: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            if name != "run" {
                gather(&entry.path(), &format!("{name}/"), found);
            }
        } else if name != "timing.json" {
            found.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

/// The same results, named where they differ.
#[track_caller]
pub fn assert_same(found: &BTreeMap<String, Vec<u8>>, wanted: &BTreeMap<String, Vec<u8>>) {
    assert_eq!(found.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>());
    for (name, bytes) in wanted {
        assert!(found[name] == *bytes, "{name} differs");
    }
}

/// Made-up posts as JSON Lines: repeats, near repeats and broken lines among them.
pub fn made_up(count: usize) -> String {
    let words = "de trein naar Zwolle heeft vandaag weer tien minuten vertraging en niemand weet waarom het regent brood kaas markt \
                 fiets zaterdag buren gemeente plein storm oranje juichen vlag koffie school zwemmen hond kat tuin boek";
    let words: Vec<&str> = words.split_whitespace().collect();
    let mut state = 7_u64;
    let mut next = move |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % n
    };
    let mut out = String::new();
    for i in 0..count {
        let text = match next(20) {
            0 => "Goedemorgen allemaal, fijne dag".to_owned(),
            1 => format!("Deel dit bericht met iedereen die je kent voordat het weer weg is, vriend {}", next(50)),
            _ => (0..4 + next(9)).map(|_| words[next(words.len())]).collect::<Vec<_>>().join(" "),
        };
        if next(50) == 0 {
            let _ = writeln!(out, "{{\"id\": \"kapot-{i}\", \"te");
            continue;
        }
        let platform = ["mastodon", "forum"][next(2)];
        let post = serde_json::json!({
            "id": format!("p{i}"), "text": text, "platform": platform, "url": format!("https://voorbeeld.example/{i}"),
            "created_at": format!("2026-11-21T{:02}:00:00Z", next(24)),
        });
        let _ = writeln!(out, "{post}");
    }
    out
}
