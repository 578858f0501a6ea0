//! Where the model is when nobody says.

use std::path::{Path, PathBuf};

use crate::env;

/// The shipped model, seen from the repository's root.
const SHIPPED: &str = "models/grens-nl";

/// `--model`, else `GRENS_MODEL`, else the shipped model beside the working directory or above the program.
pub(crate) fn model(flag: Option<&str>) -> String {
    if let Some(name) = flag {
        return name.to_owned();
    }
    if let Ok(name) = std::env::var(env::MODEL)
        && !name.is_empty()
    {
        return name;
    }
    let above_program = std::env::current_exe()
        .ok()
        .and_then(|exe| exe.ancestors().skip(1).map(|dir| dir.join(SHIPPED)).find(|dir| dir.is_dir()));
    Some(PathBuf::from(SHIPPED))
        .filter(|p| p.is_dir())
        .or(above_program)
        .unwrap_or_else(|| Path::new(SHIPPED).to_owned())
        .display()
        .to_string()
}
