//! How often language detectors call short posts foreign. Prints the tables of `docs/language-gate.md`.
//!
//! Dutch: `eval-data/sample`, every seventh row of `eval-data/train`, and the `nl` and `nl-*` lines of `eval-data/language`, which
//! are short, Flemish, street language, misspelt or mixed on purpose. Others: the rest of `eval-data/language`.

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::path::Path;

use lingua::{Language, LanguageDetector, LanguageDetectorBuilder};
use whichlang::Lang;

// The gate itself, not a copy of it.
#[path = "../../../crates/input/src/language.rs"]
mod gate;

/// A way to tell whether a post is clearly not Dutch.
type Detector = Box<dyn Fn(&str) -> bool>;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let sets = sets(&root)?;
    println!("| detector | {} | posts/s |", sets.keys().map(String::as_str).collect::<Vec<_>>().join(" | "));
    println!("|---|{}---|", "---|".repeat(sets.len()));
    println!("| *posts* | {} | |", sets.values().map(|s| s.len().to_string()).collect::<Vec<_>>().join(" | "));
    for (name, detector) in detectors() {
        let started = processor_time()?;
        let shares: Vec<String> = sets.values().map(|posts| share(posts, &detector)).collect();
        let total: usize = sets.values().map(Vec::len).sum();
        let speed = total as f64 / (processor_time()? - started).max(1e-9);
        println!("| {name} | {} | {speed:.0} |", shares.join(" | "));
    }
    if std::env::args().any(|a| a == "--lost") {
        for (set, posts) in &sets {
            for post in posts.iter().filter(|p| set.starts_with("nl") && gate::clearly_other(p, None).is_some()) {
                println!("lost ({set}, as {:?}): {post}", gate::clearly_other(post, None));
            }
        }
    }
    Ok(())
}

/// Seconds of processor time that this process has used: other work on the machine does not change it. Linux only.
fn processor_time() -> Result<f64, Box<dyn Error>> {
    let stat = fs::read_to_string("/proc/self/schedstat")?;
    Ok(stat.split(' ').next().unwrap_or_default().parse::<f64>()? / 1e9)
}

fn share(posts: &[String], foreign: &Detector) -> String {
    let n = posts.iter().filter(|p| foreign(p)).count();
    format!("{:.1}%", 100.0 * n as f64 / posts.len().max(1) as f64)
}

fn detectors() -> Vec<(&'static str, Detector)> {
    let languages = [
        Language::Dutch,
        Language::German,
        Language::English,
        Language::Afrikaans,
        Language::Turkish,
        Language::French,
        Language::Spanish,
        Language::Polish,
    ];
    let lingua = |distance: f64| -> LanguageDetector {
        LanguageDetectorBuilder::from_languages(&languages).with_minimum_relative_distance(distance).build()
    };
    let (plain, sure) = (lingua(0.0), lingua(0.5));
    vec![
        ("whatlang, any answer", Box::new(|t| whatlang::detect(t).is_some_and(|i| i.lang() != whatlang::Lang::Nld))),
        (
            "whatlang, `is_reliable`",
            Box::new(|t| whatlang::detect(t).is_some_and(|i| i.is_reliable() && i.lang() != whatlang::Lang::Nld)),
        ),
        ("whichlang", Box::new(|t| whichlang::detect_language(t) != Lang::Nld)),
        ("lingua, 8 languages", Box::new(move |t| plain.detect_language_of(t).is_some_and(|l| l != Language::Dutch))),
        (
            "lingua, 8 languages, distance 0.5",
            Box::new(move |t| sure.detect_language_of(t).is_some_and(|l| l != Language::Dutch)),
        ),
        ("**the gate**", Box::new(|t| gate::clearly_other(t, None).is_some())),
    ]
}

fn sets(root: &Path) -> Result<BTreeMap<String, Vec<String>>, Box<dyn Error>> {
    let mut sets: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in fs::read_to_string(root.join("eval-data/language/posts.tsv"))?.lines().skip(1) {
        let (lang, text) = line.split_once('\t').ok_or("a line without a tab")?;
        let set = match lang {
            "nl" => "nl, short and hard",
            mixed if mixed.contains('-') => "nl, mixed",
            other => other,
        };
        sets.entry(set.to_owned()).or_default().push(text.to_owned());
    }
    let sample = fs::read_to_string(root.join("eval-data/sample/posts.jsonl"))?;
    for line in sample.lines() {
        let post: serde_json::Value = serde_json::from_str(line)?;
        sets.entry("nl, sample".to_owned()).or_default().push(post["text"].as_str().unwrap_or_default().to_owned());
    }
    let mut files: Vec<_> = fs::read_dir(root.join("eval-data/train"))?
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .filter(|e| e.path().is_dir())
        .map(|e| fs::read_dir(e.path()))
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .flatten()
        .collect::<Result<Vec<_>, _>>()?;
    files.sort_by_key(fs::DirEntry::path);
    let mut rows = vec![];
    for file in files.iter().filter(|f| f.path().extension().is_some_and(|e| e == "tsv")) {
        let table = fs::read_to_string(file.path())?;
        rows.extend(table.lines().skip(1).filter_map(|row| row.rsplit('\t').next()).map(str::to_owned));
    }
    sets.insert("nl, train".to_owned(), rows.into_iter().step_by(7).collect());
    Ok(sets)
}
