//! Encoders: from packed token ids to logits.

#[cfg(any(test, feature = "cuda"))]
mod accelerated;
mod backend;
mod bert;
mod candle_backend;
#[cfg(feature = "cuda")]
mod cuda_backend;
mod embedding;
mod kernel_backend;
mod partner;
mod zoo;

use std::path::Path;

use serde_json::Value;

use crate::device::Device;
use crate::error::{InferError, Result};
use crate::packed::PackedBatch;
use crate::weights::Weights;

/// In what portions an encoder takes posts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// Tokens of a batch.
    pub batch_tokens: usize,
    /// Batches under way at once on devices of its own; 0 for an encoder that computes on the thread that asks.
    pub lanes: usize,
}

impl Pace {
    /// On a processor: enough tokens that reading the weights is a small part of the work, little enough that a batch's hidden states
    /// stay near the processor.
    pub(crate) const PROCESSOR: Self = Self { batch_tokens: 512, lanes: 0 };
}

/// A sequence classifier.
pub trait Encoder: Send + Sync {
    /// Logits of each post of the batch, `[posts, n_labels]` row-major.
    ///
    /// # Errors
    /// When the tensor library fails.
    fn logits(&self, batch: &PackedBatch) -> Result<Vec<f32>>;

    /// As [`Encoder::logits`], of a batch that is alone: one of `threads` has nothing else to do, and may help.
    ///
    /// # Errors
    /// As [`Encoder::logits`].
    fn logits_of_one(&self, batch: &PackedBatch, _threads: &rayon::ThreadPool) -> Result<Vec<f32>> {
        self.logits(batch)
    }

    /// Outputs per post.
    fn n_labels(&self) -> usize;

    /// Vocabulary size: ids must lie below it.
    fn vocab_size(&self) -> usize;

    /// One line for people: which code runs it, on what.
    fn describe(&self) -> String;

    /// Whether its layers multiply in 8 bits.
    fn in_int8(&self) -> bool {
        false
    }

    /// Whether its hidden states are kept in bf16.
    fn in_bf16(&self) -> bool {
        false
    }

    /// In what portions it takes posts.
    fn pace(&self) -> Pace {
        Pace::PROCESSOR
    }
}

/// `model_type`s that can be run.
pub const MODEL_TYPES: [&str; 5] = ["bert", "xlm-roberta", "distilbert", "deberta-v2", "modernbert"];

/// Whether the encoder that `config.json` names is the packed one, which runs on every device.
#[cfg(feature = "cuda")]
pub(crate) fn is_packed(config: &Value) -> bool {
    matches!(config["model_type"].as_str(), Some("bert" | "xlm-roberta" | "distilbert"))
}

/// Build the encoder that `config.json` names.
pub(crate) fn build(
    config: &Value,
    config_path: &Path,
    weights: &Weights<'_>,
    device: &Device,
) -> Result<Box<dyn Encoder>> {
    let model_type = config["model_type"].as_str().unwrap_or("");
    match model_type {
        "bert" | "xlm-roberta" | "distilbert" => {
            let shape = bert::Shape::read(config, model_type, config_path)?;
            match device {
                Device::Cpu(tier) => {
                    let backend = kernel_backend::Kernels::new(*tier);
                    Ok(Box::new(bert::Bert::load(backend, shape, weights)?))
                }
                #[cfg(feature = "cuda")]
                Device::Cuda(devices) => on_gpus(devices, &shape, weights),
                Device::Accelerator(device) => {
                    let backend = candle_backend::Candle::new(device.clone());
                    Ok(Box::new(bert::Bert::load(backend, shape, weights)?))
                }
            }
        }
        #[cfg(feature = "cuda")]
        "deberta-v2" | "modernbert" if matches!(device, Device::Cuda(_)) => {
            Err(InferError::Device(format!("models of type {model_type} do not run on cuda; use --device cpu")))
        }
        "deberta-v2" => Ok(Box::new(zoo::Deberta::load(config, config_path, weights, device)?)),
        "modernbert" => Ok(Box::new(zoo::ModernBert::load(config, config_path, weights, device)?)),
        other => Err(InferError::Unsupported {
            path: config_path.to_owned(),
            model_type: other.to_owned(),
            known: MODEL_TYPES.join(", "),
        }),
    }
}

/// One packed encoder a GPU.
#[cfg(feature = "cuda")]
fn on_gpus(
    devices: &[grens_kernels::cuda::Device],
    shape: &bert::Shape,
    weights: &Weights<'_>,
) -> Result<Box<dyn Encoder>> {
    weights.keep();
    let load = |device| {
        let backend = cuda_backend::Cuda::new(device, shape.attention())?;
        let gpu = std::sync::Arc::clone(backend.gpu());
        let encoder = bert::Bert::load(backend, shape.clone(), weights)?;
        gpu.ready(shape.intermediate())?;
        let tokens = gpu.batch_tokens(shape.intermediate())?;
        Ok(accelerated::OnDevice::new(Box::new(encoder), gpu.lanes(), tokens))
    };
    let loaded: Result<Vec<_>> = devices.iter().map(load).collect();
    let all = accelerated::Accelerated::new(loaded?);
    Ok(Box::new(all.ok_or_else(|| InferError::Device("no GPU was named".to_owned()))?))
}

/// A whole number of `config.json`, or the error that names it.
fn number(config: &Value, path: &Path, field: &str) -> Result<usize> {
    config[field]
        .as_u64()
        .and_then(|n| usize::try_from(n).ok())
        .filter(|&n| n > 0)
        .ok_or_else(|| InferError::malformed(path, format!("`{field}` must be a positive whole number")))
}

/// How many labels `config.json` declares.
pub(crate) fn label_names(config: &Value) -> Vec<String> {
    let Some(map) = config["id2label"].as_object() else {
        let n = config["num_labels"].as_u64().unwrap_or(2);
        return (0..n).map(|i| format!("LABEL_{i}")).collect();
    };
    let mut names: Vec<(usize, String)> =
        map.iter().filter_map(|(id, name)| Some((id.parse().ok()?, name.as_str()?.to_owned()))).collect();
    names.sort();
    names.into_iter().map(|(_, name)| name).collect()
}

#[cfg(test)]
mod tests;
