//! Running the binary.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

pub fn shipped_model() -> PathBuf {
    root().join("models/grens-nl")
}

pub fn fixture(name: &str) -> PathBuf {
    root().join("tests/fixtures/hf").join(name)
}

pub fn sample() -> PathBuf {
    root().join("eval-data/sample/posts.jsonl")
}

/// The binary, away from the caller's settings.
pub fn grens(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_grens"));
    command.args(args).current_dir(root());
    for variable in ["GRENS_MODEL", "GRENS_KERNEL", "NO_COLOR", "HF_HOME", "HF_HUB_OFFLINE", "GRENS_DELIVER_SECRET"] {
        command.env_remove(variable);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    pub fn new(output: Output) -> Self {
        Self {
            code: output.status.code().expect("no signal ended the process"),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// stdout as JSON Lines.
    pub fn records(&self) -> Vec<Value> {
        self.stdout.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    }

    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stderr: {}", self.stderr);
        self
    }

    #[track_caller]
    pub fn says(self, parts: &[&str]) -> Self {
        for part in parts {
            assert!(self.stderr.contains(part), "{part:?} is not in: {}", self.stderr);
        }
        self
    }
}

pub fn run(args: &[&str]) -> Ran {
    Ran::new(grens(args).output().unwrap())
}

/// Run with `input` on stdin.
pub fn run_with(args: &[&str], input: &[u8]) -> Ran {
    let mut child = spawn(args);
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // A process that refuses its arguments reads nothing.
        let _ = stdin.write_all(&input);
    });
    let ran = Ran::new(child.wait_with_output().unwrap());
    writer.join().unwrap();
    ran
}

pub fn spawn(args: &[&str]) -> Child {
    grens(args).stdin(Stdio::piped()).spawn().unwrap()
}

/// JSON Lines of made-up posts.
pub fn posts(texts: &[&str]) -> Vec<u8> {
    let lines =
        texts.iter().enumerate().map(|(i, t)| serde_json::json!({"id": format!("p{i}"), "text": t}).to_string() + "\n");
    lines.collect::<String>().into_bytes()
}

pub fn read_lines(path: &Path) -> Vec<Value> {
    std::fs::read_to_string(path).unwrap().lines().map(|l| serde_json::from_str(l).unwrap()).collect()
}

/// A copy of a model directory that may be spoilt.
pub fn copy_of(model: &Path) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(model).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), dir.path().join(entry.file_name())).unwrap();
    }
    dir
}

pub fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
