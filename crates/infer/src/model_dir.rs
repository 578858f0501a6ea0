//! The files of a model, found, read and checked.

use std::path::{Path, PathBuf};

use grens_law::{ModelRef, Policy};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::error::{InferError, Result};
use crate::hub::{HubModel, is_hub_name};
use crate::labels::LabelMap;
use crate::manifest::{self, Manifest};
use crate::weights::Weights;
use crate::weights_file::WeightsFile;

/// Files that every model has.
const NEEDED: [&str; 3] = ["config.json", "tokenizer.json", WEIGHTS];
const WEIGHTS: &str = "model.safetensors";
/// Tokens read of a post where the manifest does not say.
const DEFAULT_MAX_TOKENS: usize = 256;

/// One file of a model.
pub(crate) struct ModelFile {
    pub(crate) path: PathBuf,
    pub(crate) bytes: Vec<u8>,
}

/// A model's files in memory, hashes checked, but for the weights: they are by far the largest file, and read, hashed and used part by part.
pub struct ModelDir {
    pub(crate) config: Value,
    pub(crate) config_file: ModelFile,
    pub(crate) tokenizer: ModelFile,
    weights: PathBuf,
    pub(crate) calibration: Option<ModelFile>,
    policy: Option<PathBuf>,
    golden: Option<PathBuf>,
    manifest: Manifest,
    place: PathBuf,
    name: String,
    /// Lines of what was hashed, without the weights': `hash  file`.
    hashes: Vec<String>,
}

impl ModelDir {
    /// Open a local directory or a hub name (`owner/model`).
    ///
    /// # Errors
    /// When a needed file is missing, or one that is not the weights cannot be read or is not what `grens.toml` says.
    pub fn open(place: &str) -> Result<Self> {
        let path = Path::new(place);
        if path.is_dir() {
            let finder = |name: &str| Ok(Some(path.join(name)).filter(|p| p.is_file()));
            return Self::read(path, place, finder);
        }
        if is_hub_name(place) && !path.exists() {
            let hub = HubModel::new(place);
            let finder = |name: &str| {
                if NEEDED.contains(&name) { hub.file(name).map(Some) } else { Ok(hub.optional_file(name)) }
            };
            return Self::read(path, place, finder);
        }
        Err(InferError::NoModel { path: path.to_owned(), missing: "the directory".to_owned() })
    }

    fn read(place: &Path, name: &str, find: impl Fn(&str) -> Result<Option<PathBuf>>) -> Result<Self> {
        let path_of = |file: &str| {
            find(file)?.ok_or_else(|| InferError::NoModel { path: place.to_owned(), missing: file.to_owned() })
        };
        let needed = |file: &str| read_file(&path_of(file)?);
        let optional = |file: &str| find(file)?.map(|p| read_file(&p)).transpose();

        let manifest = match optional(manifest::FILE)? {
            Some(file) => Manifest::parse(&file.bytes, &file.path)?,
            None => Manifest::default(),
        };
        let [config_file, tokenizer] = [needed(NEEDED[0])?, needed(NEEDED[1])?];
        let weights = path_of(WEIGHTS)?;
        let calibration = optional("calibration.json")?;

        // What is loaded is hashed as it was read; the rest of the manifest's files from disk.
        let mut hashes = vec![];
        for (file, name) in [Some(&config_file), Some(&tokenizer), calibration.as_ref()]
            .into_iter()
            .zip(["config.json", "tokenizer.json", "calibration.json"])
            .filter_map(|(f, n)| f.map(|f| (f, n)))
        {
            hashes.push(checked(&manifest, name, file)?);
        }
        for name in manifest.files.keys().filter(|name| *name != WEIGHTS) {
            if !hashes.iter().any(|h| h.ends_with(&format!("  {name}\n"))) {
                checked(&manifest, name, &needed(name)?)?;
            }
        }

        let config: Value =
            serde_json::from_slice(&config_file.bytes).map_err(|e| InferError::malformed(&config_file.path, e))?;
        let name = match (&manifest.name, &manifest.version) {
            (Some(name), Some(version)) => format!("{name} {version}"),
            (Some(name), None) => name.clone(),
            _ => name.to_owned(),
        };
        Ok(Self {
            name,
            hashes,
            policy: find("policy.toml")?,
            golden: find("golden.json")?,
            place: place.to_owned(),
            config,
            config_file,
            tokenizer,
            weights,
            calibration,
            manifest,
        })
    }

    /// What `build` makes of the weights, and name and hash of the model as records carry them: the hash covers configuration, tokenizer,
    /// weights and calibration. The weights are hashed beside `build`, and what it made of them is given out only if the manifest vouches for them.
    ///
    /// # Errors
    /// When the weights cannot be read, are not what the manifest says, or `build` fails.
    pub(crate) fn load<T>(&self, build: impl FnOnce(&Weights<'_>) -> Result<T>) -> Result<(ModelRef, T)> {
        let (built, hash) =
            WeightsFile::read(&self.weights, |file| Weights::of(file).and_then(|weights| build(&weights)))?;
        // Weights that were changed are refused as such, not for what came of them.
        let mut hashes = self.hashes.clone();
        hashes.push(vouched(&self.manifest, WEIGHTS, &self.weights, &hash)?);
        hashes.sort();
        Ok((ModelRef { name: self.name.clone(), hash: hex(&Sha256::digest(hashes.concat())) }, built?))
    }

    /// Where it was found.
    #[must_use]
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Whether a manifest vouched for the files.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        NEEDED.iter().all(|n| self.manifest.files.contains_key(*n))
    }

    /// Whether the model brings a policy.
    #[must_use]
    pub const fn has_policy(&self) -> bool {
        self.policy.is_some()
    }

    /// The policy that came with the model.
    ///
    /// # Errors
    /// When there is none, or it is not sound.
    pub fn policy(&self) -> Result<Policy> {
        let path = self.policy.as_ref().ok_or_else(|| InferError::Malformed {
            path: self.place.clone(),
            problem: "the model brings no policy.toml; give one with --policy FILE".to_owned(),
        })?;
        Ok(Policy::read(path)?)
    }

    /// The file of golden posts, where there is one.
    #[must_use]
    pub fn golden_path(&self) -> Option<&Path> {
        self.golden.as_deref()
    }

    /// What the manifest says of the labels.
    pub(crate) const fn labels(&self) -> Option<&LabelMap> {
        self.manifest.labels.as_ref()
    }

    /// Tokens read of a post: the manifest's word, else the default, and never more than the model has positions.
    pub(crate) fn max_tokens(&self) -> usize {
        let wanted = self.manifest.max_tokens.unwrap_or(DEFAULT_MAX_TOKENS);
        let positions = self.config["max_position_embeddings"].as_u64().and_then(|n| usize::try_from(n).ok());
        // XLM-R keeps the first two positions for itself.
        let reserved = if self.config["model_type"] == "xlm-roberta" { 2 } else { 0 };
        wanted.min(positions.map_or(wanted, |n| n.saturating_sub(reserved))).max(2)
    }
}

fn read_file(path: &Path) -> Result<ModelFile> {
    let bytes = std::fs::read(path).map_err(|source| InferError::Read { path: path.to_owned(), source })?;
    Ok(ModelFile { path: path.to_owned(), bytes })
}

fn checked(manifest: &Manifest, name: &str, file: &ModelFile) -> Result<String> {
    vouched(manifest, name, &file.path, &Sha256::digest(&file.bytes))
}

/// `hash  name` of a file whose hash is what the manifest says, or of which it says nothing.
fn vouched(manifest: &Manifest, name: &str, path: &Path, hash: &[u8]) -> Result<String> {
    let found = hex(hash);
    match manifest.files.get(name) {
        Some(wanted) if !wanted.eq_ignore_ascii_case(&found) => {
            Err(InferError::Hash { path: path.to_owned(), found, wanted: wanted.clone() })
        }
        _ => Ok(format!("{found}  {name}\n")),
    }
}

/// Lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    let digit = |nibble: u8| DIGITS[usize::from(nibble & 15)];
    bytes.iter().flat_map(|b| [digit(b >> 4), digit(*b)]).collect()
}
