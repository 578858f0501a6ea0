//! Posts read from memory on one core, everything but the model: parsing, ids, hashes, places, the language gate. `cargo bench -p grens-input`.
//! Measured in processor time, so that other work on the machine changes little.

#![allow(missing_docs, clippy::unwrap_used)]

use std::io::{Cursor, Write as _};
use std::time::{Duration, Instant};

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use grens_input::{Format, InputOptions, Inputs, Item};

/// Processor time of the main thread; where there is no /proc, time.
struct ProcessorTime(Instant);

impl ProcessorTime {
    fn now(&self) -> Duration {
        let stat = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
        stat.split(' ').next().and_then(|n| n.parse().ok()).map_or_else(|| self.0.elapsed(), Duration::from_nanos)
    }
}

impl Measurement for ProcessorTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        self.now()
    }

    fn end(&self, start: Duration) -> Duration {
        self.now() - start
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        static WALL: WallTime = WallTime;
        WALL.formatter()
    }
}

/// Posts in one reading.
const POSTS: usize = 20_000;

/// The sample posts over and over, each time with an id of its own, as one line of JSON each.
fn lines() -> String {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/../../eval-data/sample/posts.jsonl");
    let sample = std::fs::read_to_string(sample).unwrap();
    let posts = sample.lines().cycle().take(POSTS).enumerate();
    posts.map(|(i, line)| line.replacen("\"id\": \"mb-", &format!("\"id\": \"{i}-"), 1) + "\n").collect()
}

fn csv(lines: &str) -> String {
    let mut table = "id,text,platform\n".to_owned();
    for line in lines.lines() {
        let post: serde_json::Value = serde_json::from_str(line).unwrap();
        let text = post["text"].as_str().unwrap().replace('"', "\"\"");
        table.push_str(&format!(
            "{},\"{text}\",{}\n",
            post["id"].as_str().unwrap(),
            post["platform"].as_str().unwrap()
        ));
    }
    table
}

fn mastodon(lines: &str) -> String {
    lines
        .lines()
        .map(|line| {
            let post: serde_json::Value = serde_json::from_str(line).unwrap();
            let status = serde_json::json!({
                "id": post["id"], "uri": post["id"], "url": "https://toot.example/@a/1", "created_at": post["created_at"],
                "in_reply_to_id": null, "visibility": "public", "language": "nl", "spoiler_text": "", "reblog": null,
                "content": format!("<p>{}</p>", post["text"].as_str().unwrap()),
                "account": {"acct": "a", "url": "https://toot.example/@a", "display_name": "A", "followers_count": 3},
                "media_attachments": [], "mentions": [], "tags": [], "emojis": [],
            });
            status.to_string() + "\n"
        })
        .collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(vec![], flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn read(bytes: &[u8], options: &InputOptions) -> usize {
    let inputs = Inputs::from_reader("bench", Cursor::new(bytes.to_vec()), options.clone()).unwrap();
    inputs.filter(|item| matches!(item, Item::Post(_))).count()
}

fn reading(c: &mut Criterion<ProcessorTime>) {
    let lines = lines();
    let all = InputOptions { all_languages: true, ..InputOptions::default() };
    let cases = [
        ("jsonl", lines.clone().into_bytes(), InputOptions::default()),
        ("jsonl-no-gate", lines.clone().into_bytes(), all),
        ("jsonl-gz", gzip(lines.as_bytes()), InputOptions::default()),
        ("csv", csv(&lines).into_bytes(), InputOptions { format: Some(Format::Csv), ..InputOptions::default() }),
        (
            "mastodon",
            mastodon(&lines).into_bytes(),
            InputOptions { preset: "mastodon".parse().ok(), ..InputOptions::default() },
        ),
    ];
    let mut group = c.benchmark_group("reading");
    group.sample_size(10);
    group.throughput(Throughput::Elements(POSTS as u64));
    for (name, bytes, options) in cases {
        // The sample is Dutch, but for a post or two that the gate may doubt.
        assert!(read(&bytes, &options) > POSTS * 9 / 10, "{name}");
        group.bench_function(name, |b| b.iter(|| read(&bytes, &options)));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(ProcessorTime(Instant::now()));
    targets = reading
}
criterion_main!(benches);
