//! Names on the command line as files: globs and folders become what they hold, in the order of their names.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::format::Format;
use super::source::Source;
use crate::error::{InputError, Result};

/// The sources that `names` stand for: `-`, files, folders (searched through, hidden files left out, files of a known format taken),
/// and patterns with `*`, `?`, `[...]` and `**`. Each file is taken once, however often it is named. What lies under `except`, the
/// folder that results go to, is left out.
///
/// # Errors
/// When a folder cannot be listed, or a pattern or a folder stands for no file.
pub fn expand<S: AsRef<str>>(names: &[S], except: Option<&Path>) -> Result<Vec<Source>> {
    let except = except.and_then(|path| path.canonicalize().ok());
    let (mut sources, mut taken) = (vec![], HashSet::new());
    let mut take = |path: PathBuf| {
        let real = path.canonicalize().unwrap_or_else(|_| path.clone());
        if !except.as_ref().is_some_and(|except| real.starts_with(except)) && taken.insert(real) {
            sources.push(if path == Path::new("-") { Source::Stdin } else { Source::File(path) });
        }
    };
    for name in names {
        let name = name.as_ref();
        let path = Path::new(name);
        if name == "-" {
            take(PathBuf::from("-"));
        } else if path.is_dir() {
            let mut files = vec![];
            list(path, &mut files)?;
            if files.is_empty() {
                let endings =
                    "no file in it ends in .jsonl, .ndjson, .json, .js, .csv, .tsv or .parquet (also with .gz or .zst)";
                return Err(nothing(name, endings));
            }
            for file in files {
                take(file);
            }
        } else if !path.exists() && name.contains(['*', '?', '[']) {
            let pattern = glob::glob(name).map_err(|e| nothing(name, e.msg))?;
            let mut any = false;
            for found in pattern {
                let found = found.map_err(|e| InputError::Open { file: name.to_owned(), source: e.into() })?;
                if found.is_file() {
                    any = true;
                    take(found);
                }
            }
            if !any {
                return Err(nothing(name, "no file fits the pattern"));
            }
        } else {
            take(path.to_owned());
        }
    }
    Ok(sources)
}

fn nothing(name: &str, problem: &str) -> InputError {
    InputError::Open { file: name.to_owned(), source: io::Error::new(io::ErrorKind::NotFound, problem) }
}

/// Files of a known format in a folder and the folders in it, sorted. Links to folders are not followed: they may lead in circles.
fn list(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let failed = |source| InputError::Open { file: folder.display().to_string(), source };
    let mut entries = fs::read_dir(folder).and_then(Iterator::collect::<io::Result<Vec<_>>>).map_err(failed)?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(b".") {
            continue;
        }
        if entry.file_type().map_err(failed)?.is_dir() {
            list(&path, files)?;
        } else if path.is_file() && Format::of_name(&path).is_some() {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(found: Result<Vec<Source>>, root: &Path) -> Vec<String> {
        let found = found.unwrap_or_else(|e| panic!("{e}"));
        let short = |s: &Source| s.to_string().replace(&format!("{}/", root.display()), "");
        found.iter().map(short).collect()
    }

    #[test]
    fn folders_and_patterns_become_files_in_order() {
        let dir = tempfile::tempdir().unwrap_or_else(|e| panic!("{e}"));
        let root = dir.path();
        for name in
            ["b/2.jsonl", "b/1.csv.gz", "a.parquet", "c.txt", ".hidden.jsonl", "uit/decisions.jsonl", "b/.x/y.jsonl"]
        {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap_or(root)).and_then(|()| fs::write(path, "")).unwrap_or_default();
        }
        let at = |name: &str| root.join(name).display().to_string();
        let all = expand(&[at("")], Some(&root.join("uit")));
        assert_eq!(names(all, root), ["a.parquet", "b/1.csv.gz", "b/2.jsonl"]);
        let twice = expand(&[at("b/*.jsonl"), at("b"), at("b/2.jsonl")], None);
        assert_eq!(names(twice, root), ["b/2.jsonl", "b/1.csv.gz"]);
        assert_eq!(names(expand(&["-".to_owned(), at("c.txt")], None), root), ["-", "c.txt"]);
        assert!(expand(&[at("*.niets")], None).is_err_and(|e| e.to_string().contains("no file fits")));
        assert_eq!(names(expand(&[at("uit")], Some(&root.join("uit"))), root), Vec::<String>::new());
        fs::create_dir(root.join("leeg")).unwrap_or_default();
        assert!(expand(&[at("leeg")], None).is_err_and(|e| e.to_string().contains(".jsonl")));
    }
}
