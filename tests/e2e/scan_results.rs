//! What a scan leaves in its folder.

use std::process::Command;

use serde_json::Value;

use super::night::{Night, POLICY, assert_same, made_up};
use super::support::text;

/// A post as a line of the input.
fn post(id: &str, words: &str) -> String {
    serde_json::json!({"id": id, "text": words, "url": format!("https://voorbeeld.example/{id}"), "platform": "forum"})
        .to_string()
        + "\n"
}

/// A policy under which everything is a candidate.
fn all_candidates(night: &Night, cap: usize) {
    let policy = POLICY.replace("candidate = 0.25", "candidate = 0.0").replace("review = 0.2\n", "review = 0.0\n");
    let policy =
        policy.replace("named = 0.5", "named = 0.0").replace("nightly_cap = 1000", &format!("nightly_cap = {cap}"));
    std::fs::write(night.path("policy.toml"), policy).unwrap();
}

#[test]
fn the_same_text_is_scored_once_and_every_copy_is_kept() {
    let night = Night::new(
        &(post("a", "Kijk eens https://een.example @jan")
            + &post("b", "iets anders hier")
            + &post("c", "Kijk  eens https://twee.example @piet")),
    );
    all_candidates(&night, 10);
    night.scan("uit", &[]).expect(0);
    let summary = night.summary("uit");
    assert_eq!((&summary["posts"], &summary["scored"], &summary["repeats"]), (&3.into(), &2.into(), &1.into()));
    assert_eq!(summary["candidates"], 3, "a repeat has the band of its first");
    let repeats = night.lines("uit", "repeats");
    assert_eq!(repeats.len(), 1);
    assert_eq!(
        (&repeats[0]["id"], &repeats[0]["repeat_of"], &repeats[0]["line"]),
        (&"c".into(), &"a".into(), &3.into())
    );
    assert_eq!(repeats[0]["url"], "https://voorbeeld.example/c");
    let first = night.lines("uit", "candidates").into_iter().find(|c| c["id"] == "a").unwrap();
    assert_eq!((&first["repeats"], &first["stands_for"]), (&1.into(), &2.into()));
}

#[test]
fn a_wave_is_one_line_and_its_posts_stay_in_reach() {
    let wave = "Deel dit bericht met iedereen die je kent voordat ze het weer van dit platform weghalen";
    let mut posts: String = (0..12).map(|i| post(&format!("golf{i}"), &format!("{wave} {i}"))).collect();
    posts += &post("los", "Vanavond eten we boerenkool met worst bij de buren");
    let night = Night::new(&posts);
    all_candidates(&night, 100);
    night.scan("uit", &[]).expect(0);
    let (candidates, clusters) = (night.lines("uit", "candidates"), night.lines("uit", "clusters"));
    assert_eq!(candidates.len(), 2);
    let head = candidates.iter().find(|c| c["id"] != "los").unwrap();
    assert_eq!(head["stands_for"], 12);
    assert_eq!(clusters.len(), 11);
    assert!(clusters.iter().all(|c| c["head"] == head["id"] && c["text"].is_string()));
    assert_eq!(night.summary("uit")["near_repeats"], 11);

    // The other way round: the same clusters.
    let reversed: Vec<&str> = posts.lines().rev().collect();
    let other = Night::new(&(reversed.join("\n") + "\n"));
    all_candidates(&other, 100);
    other.scan("uit", &[]).expect(0);
    let ids = |lines: Vec<Value>| lines.iter().map(|l| l["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(other.lines("uit", "candidates")), ids(candidates));
}

#[test]
fn the_cap_keeps_what_it_leaves_out() {
    let night = Night::new(&made_up(200));
    all_candidates(&night, 7);
    night.scan("uit", &[]).expect(3);
    let (candidates, overflow) = (night.lines("uit", "candidates"), night.lines("uit", "overflow"));
    let summary = night.summary("uit");
    assert!(candidates.len() >= 7 && candidates.len() <= 14, "{}", candidates.len());
    assert_eq!(summary["lines"]["candidates"], candidates.len() as u64);
    assert_eq!(summary["lines"]["overflow"], overflow.len() as u64);
    let mut ranks: Vec<u64> = candidates.iter().chain(&overflow).map(|c| c["rank"].as_u64().unwrap()).collect();
    ranks.sort_unstable();
    assert_eq!(ranks, (1..=ranks.len() as u64).collect::<Vec<_>>(), "nothing is lost");
    let stands_for: u64 = candidates.iter().chain(&overflow).map(|c| c["stands_for"].as_u64().unwrap()).sum();
    assert_eq!(summary["posts"], stands_for);
}

#[test]
fn no_text_means_none_in_any_file() {
    let night = Night::new(&(post("a", "Zeldzaamwoord in een bericht") + &post("b", "Nogeenzeldzaamwoord hier")));
    all_candidates(&night, 10);
    night.scan("uit", &["--no-text", "--keep-clear"]).expect(0);
    let mut files = night.results("uit");
    files.insert("part".into(), std::fs::read(night.path("uit").join("run/parts/000000.jsonl")).unwrap());
    for (name, bytes) in files {
        assert!(!String::from_utf8_lossy(&bytes).contains("eldzaamwoord"), "{name}");
    }
    assert_eq!(night.lines("uit", "candidates").len(), 2);
}

#[test]
fn texts_of_clear_posts_are_nowhere() {
    let night = Night::new(&made_up(300));
    night.scan("uit", &["--keep-clear"]).expect(3);
    let part = std::fs::read_to_string(night.path("uit").join("run/parts/000000.jsonl")).unwrap();
    let rows = part.lines().map(|l| serde_json::from_str::<Value>(l).unwrap());
    let (mut clear, mut shown) = (0, 0);
    for row in rows.filter(|r| r["post"].is_object()) {
        let is_clear = row["post"]["decision"]["band"] == "clear";
        assert_eq!(row["post"]["text"].is_null(), is_clear);
        if is_clear { clear += 1 } else { shown += 1 }
    }
    assert!(clear > 0 && shown > 0, "{clear} {shown}");
}

#[test]
fn threads_and_shards_change_no_byte() {
    let night = Night::new(&made_up(3000));
    night.scan("heel", &["--keep-clear"]).expect(3);
    night.scan("draden", &["--keep-clear", "--threads", "3", "--part-items", "111"]).expect(3);
    assert_same(&night.results("draden"), &night.results("heel"));
    for of in [2, 5] {
        let names: Vec<String> = (1..=of).map(|i| format!("deel{i}van{of}")).collect();
        for (i, name) in names.iter().enumerate() {
            let shard = format!("{}/{of}", i + 1);
            let ran = night.scan(name, &["--keep-clear", "--shard", &shard, "--part-items", "500"]);
            assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
            assert!(!night.path(name).join("candidates.jsonl").exists(), "a shard alone has no list");
        }
        merge(&night, &names, &format!("samen{of}")).expect(3);
        assert_same(&night.results(&format!("samen{of}")), &night.results("heel"));
    }
}

fn merge(night: &Night, shards: &[String], out: &str) -> super::support::Ran {
    let mut args: Vec<String> = vec!["merge".to_owned()];
    args.extend(shards.iter().map(|s| text(&night.path(s)).to_owned()));
    args.extend(["--out".to_owned(), text(&night.path(out)).to_owned()]);
    super::support::run(&args.iter().map(String::as_str).collect::<Vec<_>>())
}

#[test]
fn shards_that_make_no_whole_are_refused() {
    let night = Night::new(&made_up(200));
    for (name, shard, more) in [("een", "1/3", &[][..]), ("twee", "2/3", &[]), ("drie", "3/3", &["--no-text"])] {
        let args: Vec<&str> = ["--shard", shard].iter().chain(more).copied().collect();
        let ran = night.scan(name, &args);
        assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
    }
    let names = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
    merge(&night, &names(&["een", "twee"]), "uit").expect(6).says(&["shard 3/3 is missing", "hint:"]);
    merge(&night, &names(&["een", "twee", "twee"]), "uit").expect(6).says(&["twee is named twice"]);
    merge(&night, &names(&["een", "twee", "drie"]), "uit").expect(6).says(&["--no-text: was false, is true"]);
    merge(&night, &names(&["een", "twee", "nergens"]), "uit").expect(6).says(&["nergens holds no scan"]);
    assert!(!night.path("uit").exists());
    night.scan("vier", &["--shard", "4/3"]).expect(2).says(&["is no shard"]);
    night.scan("vier", &["--shard", "1/3", "--state", "x"]).expect(2).says(&["cannot be used with"]);
}

#[test]
fn a_state_folder_remembers_posts_but_not_edits() {
    let night = Night::new(&(post("a", "eerste bericht") + &post("b", "tweede bericht")));
    let state = night.path("stand");
    let state = ["--state", text(&state)];
    night.scan("maandag", &state).expect(0);
    let second = post("a", "eerste bericht") + &post("b", "tweede bericht, nu anders") + &post("c", "derde bericht");
    std::fs::write(&night.input, second).unwrap();
    night.scan("dinsdag", &state).expect(0);
    let summary = night.summary("dinsdag");
    assert_eq!((&summary["seen_before"], &summary["posts"]), (&1.into(), &2.into()));
    // A run that is repeated does not see itself, nor what came after it.
    let before = night.results("dinsdag");
    night.scan("dinsdag", &state).expect(0);
    assert_same(&night.results("dinsdag"), &before);
}

#[test]
fn a_hostile_post_stays_text_on_the_page() {
    let hostile = "<script>alert(1)</script><img src=x onerror=alert(2)> \"'</details>{{ s.policy }}\u{202e}";
    let line =
        serde_json::json!({"id": "<b>x", "text": hostile, "url": "javascript:alert(3)", "platform": "\"><script>"})
            .to_string()
            + "\n";
    let night = Night::new(&line);
    all_candidates(&night, 10);
    night.scan("uit", &["--all-languages"]).expect(0);
    let page = std::fs::read_to_string(night.path("uit").join("summary.html")).unwrap();
    for never in ["<script", "<img", "<b>x", "href=\"javascript", "\u{202e}", "src=\"", "http://"] {
        assert!(!page.contains(never), "{never}");
    }
    assert!(page.contains("&#60;script&#62;alert(1)"), "the text is there");
    assert!(page.contains("default-src 'none'") && page.contains("lang=\"nl\""));
    assert!(page.contains("kandidaat") && !page.to_lowercase().contains("strafbaar"));
}

#[test]
fn every_format_holds_the_same_records() {
    let night = Night::new(&made_up(400));
    for format in ["jsonl", "csv", "parquet"] {
        night.scan(format, &["--format", format, "--keep-clear"]).expect(3);
        assert_eq!(night.summary(format), night.summary("jsonl"));
    }
    let wanted = night.lines("jsonl", "candidates");
    let csv = std::fs::read_to_string(night.path("csv").join("candidates.csv")).unwrap();
    let header: Vec<&str> = csv.lines().next().unwrap().split(',').collect();
    assert!(header.windows(2).any(|pair| pair == ["id", "band"]), "{header:?}");
    assert_eq!(header.len(), 38);
    assert_eq!(csv.lines().count(), 1 + wanted.len());
    for (line, record) in csv.lines().skip(1).zip(&wanted) {
        assert!(line.contains(&format!(",{},candidate,", record["id"].as_str().unwrap())), "{line}");
    }
    night.scan("iets", &["--format", "xlsx"]).expect(2).says(&["is no format"]);
}

/// DuckDB reads what was written. `.ci/run` names a Python that has it; without one the test says that it was left out.
#[test]
#[allow(clippy::print_stderr, reason = "a test that is left out says so")]
fn duckdb_opens_the_parquet_lists() {
    let Some(python) = std::env::var_os("GRENS_DUCKDB_PYTHON") else {
        eprintln!("left out: GRENS_DUCKDB_PYTHON names no Python with duckdb (scripts/requirements-ci.txt)");
        return;
    };
    let night = Night::new(&made_up(400));
    night.scan("uit", &["--format", "parquet", "--keep-clear"]).expect(3);
    night.scan("json", &["--keep-clear"]).expect(3);
    let query = "import duckdb, json, sys\n\
        out = sys.argv[1]\n\
        sql = lambda q: duckdb.sql(q.replace('OUT', out)).fetchall()\n\
        rows = sql(\"select id, rank, band, articles, round(scores.art137c, 5), model.hash, url from 'OUT/candidates.parquet' order by rank\")\n\
        counts = {name: sql(f\"select count(*) from 'OUT/{name}.parquet'\")[0][0] for name in ['review', 'clusters', 'overflow', 'repeats', 'decisions/00000']}\n\
        print(json.dumps({'rows': rows, 'counts': counts}))\n";
    let output = Command::new(python).args(["-c", query, text(&night.path("uit"))]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let wanted = night.lines("json", "candidates");
    assert!(!wanted.is_empty());
    let rows = found["rows"].as_array().unwrap();
    assert_eq!(rows.len(), wanted.len());
    for (row, record) in rows.iter().zip(&wanted) {
        assert_eq!((&row[0], &row[1], &row[2]), (&record["id"], &record["rank"], &record["band"]));
        assert_eq!((&row[3], &row[5], &row[6]), (&record["articles"], &record["model"]["hash"], &record["url"]));
        assert!((row[4].as_f64().unwrap() - record["scores"]["art137c"].as_f64().unwrap()).abs() < 1e-5);
    }
    for (list, n) in found["counts"].as_object().unwrap() {
        let wanted = super::support::read_lines(&night.path("json").join(format!("{list}.jsonl"))).len();
        assert_eq!(n.as_u64(), Some(wanted as u64), "{list}");
    }
}
