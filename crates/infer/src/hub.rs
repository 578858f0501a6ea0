//! Files of a model on the hub: from the local cache when they are there, else downloaded into it.

use std::path::PathBuf;

use hf_hub::{Cache, Repo, api::sync::ApiBuilder};

use crate::error::{InferError, Result};

/// Environment variable that forbids the network, as in Hugging Face's own tools.
pub const OFFLINE_ENV: &str = "HF_HUB_OFFLINE";

/// Whether `name` looks like `owner/model` on the hub.
pub(crate) fn is_hub_name(name: &str) -> bool {
    let part = |p: &str| {
        !p.is_empty() && !p.starts_with('.') && p.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
    };
    name.split_once('/').is_some_and(|(owner, model)| part(owner) && part(model))
}

/// A model on the hub.
pub(crate) struct HubModel {
    name: String,
    cache: Cache,
}

impl HubModel {
    pub(crate) fn new(name: &str) -> Self {
        Self { name: name.to_owned(), cache: Cache::from_env() }
    }

    /// The local path of a file, downloaded if need be.
    pub(crate) fn file(&self, file: &str) -> Result<PathBuf> {
        if let Some(path) = self.cached(file) {
            return Ok(path);
        }
        let failed = |problem: String| InferError::Hub { name: format!("{} ({file})", self.name), problem };
        if std::env::var_os(OFFLINE_ENV).is_some_and(|v| v != "0" && !v.is_empty()) {
            return Err(failed(format!("{OFFLINE_ENV} is set and the cache does not hold it")));
        }
        let api = ApiBuilder::from_cache(self.cache.clone())
            .with_progress(false)
            .build()
            .map_err(|e| failed(e.to_string()))?;
        api.model(self.name.clone()).get(file).map_err(|e| failed(e.to_string()))
    }

    /// The local path of a file that a model may lack: only what the cache holds, or can be fetched.
    pub(crate) fn optional_file(&self, file: &str) -> Option<PathBuf> {
        self.cached(file)
    }

    fn cached(&self, file: &str) -> Option<PathBuf> {
        self.cache.repo(Repo::model(self.name.clone())).get(file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hub_names_are_told_from_paths() {
        assert!(is_hub_name("intfloat/multilingual-e5-small"));
        for path in ["models/a/b", "./models", "../x", "/abs/model", "model", "models/", "a/../b"] {
            assert!(!is_hub_name(path), "{path}");
        }
    }
}
