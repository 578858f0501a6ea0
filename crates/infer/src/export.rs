//! The plain float checkpoint: what transformers and other servers load.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use safetensors::tensor::{Dtype, TensorView};
use serde_json::json;

use crate::error::{InferError, Result};
use crate::model_dir::ModelDir;
use crate::weights::{SCALE_SUFFIX, Weights};

/// Write the model as a plain Hugging Face directory: `model.safetensors` in F32, `config.json`, `tokenizer.json`,
/// `tokenizer_config.json`. Returns the files written.
///
/// # Errors
/// When the directory holds a model already, or a file cannot be written.
pub fn export_hf(dir: &ModelDir, to: &Path) -> Result<Vec<PathBuf>> {
    let target = to.join("model.safetensors");
    if target.exists() {
        let problem = "there is a model already; give an empty directory".to_owned();
        return Err(InferError::Malformed { path: target, problem });
    }
    let write_error = |path: &Path| {
        let path = path.to_owned();
        move |source| InferError::Write { path, source }
    };
    std::fs::create_dir_all(to).map_err(write_error(to))?;

    let (_, tensors) = dir.load(in_f32)?;
    let views = tensors
        .iter()
        .map(|(name, (shape, bytes))| Ok((name, TensorView::new(Dtype::F32, shape.clone(), bytes)?)))
        .collect::<std::result::Result<Vec<_>, safetensors::SafeTensorError>>()
        .map_err(|e| InferError::malformed(&target, e))?;
    let metadata = Some([("format".to_owned(), "pt".to_owned())].into());
    let bytes = safetensors::serialize(views, metadata).map_err(|e| InferError::malformed(&target, e))?;

    let tokenizer_config = json!({
        "tokenizer_class": "PreTrainedTokenizerFast",
        "model_max_length": dir.max_tokens(),
        "bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>",
        "pad_token": "<pad>", "unk_token": "<unk>", "mask_token": "<mask>",
    });
    let mut written = vec![];
    for (name, bytes) in [
        ("config.json", dir.config_file.bytes.as_slice()),
        ("tokenizer.json", dir.tokenizer.bytes.as_slice()),
        ("tokenizer_config.json", format!("{tokenizer_config:#}\n").as_bytes()),
        ("model.safetensors", bytes.as_slice()),
    ] {
        let path = to.join(name);
        std::fs::write(&path, bytes).map_err(write_error(&path))?;
        written.push(path);
    }
    Ok(written)
}

/// Shape and little-endian values of each tensor by its name.
type Floats = BTreeMap<String, (Vec<usize>, Vec<u8>)>;

/// All tensors in F32; 8-bit ones multiplied out, their scales left out.
fn in_f32(weights: &Weights<'_>) -> Result<Floats> {
    let is_scale = |name: &String| name.strip_suffix(SCALE_SUFFIX).is_some_and(|base| weights.has(base));
    let tensor = |name: String| {
        let bytes = weights.values(&name)?.iter().flat_map(|v| v.to_le_bytes()).collect();
        Ok((name.clone(), (weights.shape(&name)?, bytes)))
    };
    weights.names().into_iter().filter(|name| !is_scale(name)).map(tensor).collect()
}
