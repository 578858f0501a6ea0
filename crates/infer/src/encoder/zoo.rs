//! Other architectures, through candle-transformers. Posts of equal length go together, so that nothing is padded and a
//! post's score cannot depend on its neighbours.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use candle_core::{D, DType, IndexOp, Module, Tensor};
use candle_nn::{LayerNorm, Linear, VarBuilder};
use candle_transformers::models::{debertav2, modernbert};
use serde_json::Value;

use super::{Encoder, label_names, number};
use crate::device::Device;
use crate::error::{InferError, Result};
use crate::packed::PackedBatch;
use crate::weights::Weights;

/// All tensors of the file on the device.
fn tensors(weights: &Weights<'_>, device: &Device) -> Result<VarBuilder<'static>> {
    let device = device.candle();
    let mut map = HashMap::new();
    for name in weights.names() {
        let tensor = Tensor::from_vec(weights.values(&name)?, weights.shape(&name)?, &device)?;
        map.insert(name, tensor);
    }
    Ok(VarBuilder::from_tensors(map, DType::F32, &device))
}

/// Run `forward` on `[posts, length]` id tensors, one per length, and put the rows of logits back in order.
fn by_length(
    batch: &PackedBatch,
    n_labels: usize,
    device: &candle_core::Device,
    forward: impl Fn(&Tensor) -> candle_core::Result<Tensor>,
) -> Result<Vec<f32>> {
    let mut groups: BTreeMap<usize, Vec<(usize, &[u32])>> = BTreeMap::new();
    for (i, ids) in batch.posts().enumerate() {
        groups.entry(ids.len()).or_default().push((i, ids));
    }
    let mut out = vec![0.0; batch.lengths().len() * n_labels];
    for (length, posts) in groups {
        let ids: Vec<u32> = posts.iter().flat_map(|(_, ids)| ids.iter().copied()).collect();
        let logits = forward(&Tensor::from_vec(ids, (posts.len(), length), device)?)?.to_vec2::<f32>()?;
        for ((i, _), row) in posts.iter().zip(logits) {
            out[i * n_labels..(i + 1) * n_labels].copy_from_slice(&row);
        }
    }
    Ok(out)
}

/// DeBERTa-v2 and v3.
pub(super) struct Deberta {
    model: debertav2::DebertaV2SeqClassificationModel,
    n_labels: usize,
    vocab_size: usize,
}

impl Deberta {
    pub(super) fn load(config: &Value, path: &Path, weights: &Weights<'_>, device: &Device) -> Result<Self> {
        let parsed: debertav2::Config =
            serde_json::from_value(config.clone()).map_err(|e| InferError::malformed(path, e))?;
        let n_labels = label_names(config).len();
        let vb = tensors(weights, device)?.pp("deberta");
        let names = (0_u32..).zip(label_names(config)).collect();
        let parsed = debertav2::Config { id2label: None, label2id: None, ..parsed };
        let vocab_size = parsed.vocab_size;
        let model = debertav2::DebertaV2SeqClassificationModel::load(vb, &parsed, Some(names))?;
        Ok(Self { model, n_labels, vocab_size })
    }
}

impl Encoder for Deberta {
    fn logits(&self, batch: &PackedBatch) -> Result<Vec<f32>> {
        by_length(batch, self.n_labels, &self.model.device, |ids| self.model.forward(ids, None, None))
    }

    fn n_labels(&self) -> usize {
        self.n_labels
    }

    fn vocab_size(&self) -> usize {
        self.vocab_size
    }

    fn describe(&self) -> String {
        format!("candle-transformers deberta-v2, f32, on {:?}", self.model.device.location())
    }
}

/// ModernBERT. candle's own classifier ends in a softmax; the head is put on here, so that logits come out.
pub(super) struct ModernBert {
    model: modernbert::ModernBert,
    dense: Linear,
    norm: LayerNorm,
    classifier: Linear,
    mean_pooling: bool,
    n_labels: usize,
    vocab_size: usize,
    device: candle_core::Device,
}

impl ModernBert {
    pub(super) fn load(config: &Value, path: &Path, weights: &Weights<'_>, device: &Device) -> Result<Self> {
        let theta = |field: &str, kind: &str, default: f64| {
            config[field].as_f64().or_else(|| config["rope_parameters"][kind]["rope_theta"].as_f64()).unwrap_or(default)
        };
        let float =
            |fields: [&str; 2], default: f64| fields.iter().find_map(|f| config[*f].as_f64()).unwrap_or(default);
        let parsed = modernbert::Config {
            vocab_size: number(config, path, "vocab_size")?,
            hidden_size: number(config, path, "hidden_size")?,
            num_hidden_layers: number(config, path, "num_hidden_layers")?,
            num_attention_heads: number(config, path, "num_attention_heads")?,
            intermediate_size: number(config, path, "intermediate_size")?,
            max_position_embeddings: number(config, path, "max_position_embeddings")?,
            layer_norm_eps: float(["norm_eps", "layer_norm_eps"], 1e-5),
            pad_token_id: 0,
            global_attn_every_n_layers: number(config, path, "global_attn_every_n_layers")?,
            global_rope_theta: theta("global_rope_theta", "full_attention", 160_000.0),
            local_attention: number(config, path, "local_attention")?,
            local_rope_theta: theta("local_rope_theta", "sliding_attention", 10_000.0),
            classifier_config: None,
        };
        let n_labels = label_names(config).len();
        let h = parsed.hidden_size;
        let vb = tensors(weights, device)?;
        Ok(Self {
            model: modernbert::ModernBert::load(vb.clone(), &parsed)?,
            dense: candle_nn::linear_no_bias(h, h, vb.pp("head.dense"))?,
            norm: candle_nn::layer_norm_no_bias(h, parsed.layer_norm_eps, vb.pp("head.norm"))?,
            classifier: candle_nn::linear(h, n_labels, vb.pp("classifier"))?,
            mean_pooling: config["classifier_pooling"].as_str() == Some("mean"),
            n_labels,
            vocab_size: parsed.vocab_size,
            device: device.candle(),
        })
    }

    fn forward(&self, ids: &Tensor) -> candle_core::Result<Tensor> {
        let mask = Tensor::ones(ids.shape(), DType::F32, &self.device)?;
        let hidden = self.model.forward(ids, &mask)?;
        let pooled = if self.mean_pooling { hidden.mean(D::Minus2)? } else { hidden.i((.., 0))?.contiguous()? };
        self.classifier.forward(&self.norm.forward(&self.dense.forward(&pooled)?.gelu_erf()?)?)
    }
}

impl Encoder for ModernBert {
    fn logits(&self, batch: &PackedBatch) -> Result<Vec<f32>> {
        by_length(batch, self.n_labels, &self.device, |ids| self.forward(ids))
    }

    fn n_labels(&self) -> usize {
        self.n_labels
    }

    fn vocab_size(&self) -> usize {
        self.vocab_size
    }

    fn describe(&self) -> String {
        format!("candle-transformers modernbert, f32, on {:?}", self.device.location())
    }
}
