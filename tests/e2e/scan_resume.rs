//! Never lose, never double: a scan that is killed, stopped or disturbed, and gone on with.

use std::io::Write;
use std::process::Command;
use std::time::Duration;

use super::night::{Night, assert_same, made_up};
use super::support::{grens, run, spawn, text};

/// Runs a scan that is killed after a while; whether the kill came before its end.
fn kill_after(night: &Night, out: &str, more: &[&str], pause: Duration) -> bool {
    let args = night.args(out, more);
    let mut child = grens(&args.iter().map(String::as_str).collect::<Vec<_>>()).spawn().unwrap();
    std::thread::sleep(pause);
    let running = child.try_wait().unwrap().is_none();
    child.kill().unwrap();
    child.wait().unwrap();
    running
}

#[test]
fn a_killed_scan_ends_as_an_undisturbed_one() {
    let night = Night::new(&made_up(20_000));
    let small = ["--part-items", "300", "--keep-clear"];
    night.scan("heel", &["--keep-clear"]).expect(3);
    let mut kills = 0;
    // Each time a little later, so that the kills fall into every stage, the last step counted in.
    for step in 0..8_u64 {
        kills += u64::from(kill_after(&night, "uit", &small, Duration::from_millis(60 + 90 * step)));
    }
    assert!(kills > 0, "no kill came in time");
    night.scan("uit", &small).expect(3);
    assert_same(&night.results("uit"), &night.results("heel"));
}

#[test]
fn a_finished_scan_may_be_run_again() {
    let night = Night::new(&made_up(300));
    night.scan("uit", &[]).expect(3);
    let before = night.results("uit");
    night.scan("uit", &[]).expect(3).says(&["going on after 300 items"]);
    assert_same(&night.results("uit"), &before);
}

#[test]
fn another_plan_is_refused_with_its_differences() {
    let night = Night::new(&made_up(100));
    night.scan("uit", &[]).expect(3);
    night.scan("uit", &["--no-text", "--id-field", "url"]).expect(6).says(&[
        "begun otherwise",
        "--no-text: was false, is true",
        "fields: was",
        "hint:",
    ]);
    let policy = std::fs::read_to_string(night.path("policy.toml")).unwrap();
    std::fs::write(night.path("policy.toml"), policy.replace("0.25", "0.24")).unwrap();
    night.scan("uit", &[]).expect(6).says(&["policy: was \"fixture-1"]);
}

#[test]
fn another_input_is_refused() {
    let posts = made_up(400);
    for (changed, says) in [
        (posts.replacen("Zwolle", "Meppel", 1), "are not what was scanned"),
        (posts.lines().take(100).map(|l| format!("{l}\n")).collect(), "it ends after 100 items"),
        (format!("{posts}{{\"id\":\"later\",\"text\":\"erbij\"}}\n"), "it has grown"),
        (format!("{posts}\n"), "another SHA-256"),
    ] {
        let night = Night::new(&posts);
        night.scan("uit", &[]).expect(3);
        let before = night.results("uit");
        std::fs::write(&night.input, changed).unwrap();
        night.scan("uit", &[]).expect(6).says(&["the input is not the one", says, "hint:"]);
        assert_same(&night.results("uit"), &before);
    }
}

#[test]
fn a_damaged_part_is_named() {
    let night = Night::new(&made_up(100));
    night.scan("uit", &[]).expect(3);
    let part = night.path("uit").join("run/parts/000000.jsonl");
    let bytes = std::fs::read_to_string(&part).unwrap();
    std::fs::write(&part, bytes.replacen("\"candidate\"", "\"review\"", 1)).unwrap();
    night.scan("uit", &[]).expect(6).says(&["000000.jsonl is damaged", "SHA-256"]);
}

#[test]
fn too_many_rejects_are_listed_and_a_higher_limit_goes_on() {
    let night = Night::new(&made_up(400));
    night.scan("heel", &[]).expect(3);
    night.scan("uit", &["--max-rejects", "2"]).expect(9);
    assert_eq!(night.lines("uit", "rejects").len(), 3);
    assert!(!night.path("uit").join("candidates.jsonl").exists());
    night.scan("uit", &["--max-rejects", "400"]).expect(3).says(&["going on after"]);
    assert_same(&night.results("uit"), &night.results("heel"));
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let night = Night::new(&made_up(10));
    std::fs::create_dir(night.path("uit")).unwrap();
    std::fs::write(night.path("uit").join("decisions.jsonl"), "oud").unwrap();
    night.scan("uit", &[]).expect(6).says(&["the output of an older scan"]);
    night.scan("uit/decisions.jsonl/in", &[]).expect(6).says(&["cannot write"]);
}

#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_written_is_named() {
    // Root may write anywhere but here.
    let ran = run(&["scan", "eval-data/sample/posts.jsonl", "--out", "/proc/grens-out"]).expect(6);
    ran.says(&["cannot write /proc/grens-out"]);
}

#[cfg(unix)]
#[test]
fn a_full_disk_loses_nothing() {
    let night = Night::new(&made_up(3000));
    night.scan("heel", &[]).expect(3);
    // The system refuses to let a file grow beyond some size: what a full disk looks like to a program.
    let command = "trap '' XFSZ; ulimit -f 64; exec \"$@\"";
    let mut shell = Command::new("bash");
    shell
        .args(["-c", command, "bash", env!("CARGO_BIN_EXE_grens")])
        .args(night.args("uit", &["--part-items", "100000"]));
    let output = shell.current_dir(super::support::root()).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(6), "{stderr}");
    assert!(stderr.contains("cannot write") && stderr.contains("hint:"), "{stderr}");
    night.scan("uit", &["--part-items", "100000"]).expect(3);
    assert_same(&night.results("uit"), &night.results("heel"));
}

/// A scan of stdin that has done its first posts and waits for more.
fn waiting(night: &Night) -> (std::process::Child, std::process::ChildStdin) {
    let file = night.path("grens.prom");
    let mut args = night.args("uit", &["--metrics-file", text(&file)]);
    args[1] = "-".to_owned();
    let mut child = spawn(&args.iter().map(String::as_str).collect::<Vec<_>>());
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(made_up(30).as_bytes()).unwrap();
    stdin.flush().unwrap();
    for _ in 0..6000 {
        if file.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    (child, stdin)
}

#[cfg(unix)]
#[test]
fn a_stop_keeps_what_was_done_and_the_next_run_goes_on() {
    let night = Night::new(&made_up(30));
    let (child, stdin) = waiting(&night);
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    drop(stdin);
    let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(130), "{stderr}");
    assert!(stderr.contains("the same command goes on from there"), "{stderr}");
    let mut args = night.args("uit", &[]);
    args[1] = "-".to_owned();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let ran = super::support::run_with(&args, made_up(30).as_bytes()).says(&["going on after"]);
    assert!([0, 3].contains(&ran.code), "{}", ran.stderr);
    let posts = night.summary("uit")["posts"].as_u64().unwrap() + night.summary("uit")["rejected"].as_u64().unwrap();
    assert_eq!(posts, 30);
}

#[cfg(unix)]
#[test]
fn two_runs_in_one_folder_are_one_too_many() {
    let night = Night::new(&made_up(30));
    let (mut child, stdin) = waiting(&night);
    let pid = child.id().to_string();
    night.scan("uit", &[]).expect(6).says(&[&format!("process {pid} on "), "hint:"]);
    child.kill().unwrap();
    child.wait().unwrap();
    drop(stdin);
    // A dead process holds nothing; what it had done was of another input (stdin), and that is said.
    night.scan("uit", &[]).expect(6).says(&[&format!("process {pid} ended here without finishing"), "input: was"]);
}
