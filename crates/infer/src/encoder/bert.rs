//! The packed encoder: BERT and the two families that differ from it in names only (XLM-R, DistilBERT).
//!
//! A batch is `[total_tokens, hidden]` without padding; attention runs per sequence, and the last layer computes only the
//! first token of each sequence, which is all that the head reads.

use std::path::Path;

use grens_kernels::{AttentionShape, Precision, Queries};
use serde_json::Value;

use super::backend::{Backend, Between};
use super::embedding::Embeddings;
use super::{Encoder, label_names, number};
use crate::error::{InferError, Result};
use crate::packed::PackedBatch;
use crate::weights::{Matrix, Weights};

/// Which of the families, with what tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Bert,
    XlmRoberta,
    DistilBert,
}

/// Sizes, from `config.json`.
#[derive(Debug, Clone)]
pub(super) struct Shape {
    family: Family,
    hidden: usize,
    layers: usize,
    heads: usize,
    intermediate: usize,
    epsilon: f32,
    /// Position of the first token: XLM-R counts on from the padding id.
    first_position: usize,
    n_labels: usize,
}

impl Shape {
    pub(super) fn read(config: &Value, model_type: &str, path: &Path) -> Result<Self> {
        let family = match model_type {
            "xlm-roberta" => Family::XlmRoberta,
            "distilbert" => Family::DistilBert,
            _ => Family::Bert,
        };
        let [hidden, layers, heads, intermediate, act] = if family == Family::DistilBert {
            ["dim", "n_layers", "n_heads", "hidden_dim", "activation"]
        } else {
            ["hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size", "hidden_act"]
        };
        match config[act].as_str() {
            Some("gelu") => {}
            other => {
                let problem = format!("`{act}` is {}; only the exact \"gelu\" is known", other.unwrap_or("missing"));
                return Err(InferError::malformed(path, problem));
            }
        }
        if config["position_embedding_type"].as_str().is_some_and(|t| t != "absolute") {
            return Err(InferError::malformed(path, "`position_embedding_type` must be \"absolute\""));
        }
        #[allow(clippy::cast_possible_truncation, reason = "an epsilon fits f32")]
        let epsilon = config["layer_norm_eps"].as_f64().unwrap_or(1e-12) as f32;
        let pad = config["pad_token_id"].as_u64().and_then(|n| usize::try_from(n).ok()).unwrap_or(1);
        let shape = Self {
            family,
            hidden: number(config, path, hidden)?,
            layers: number(config, path, layers)?,
            heads: number(config, path, heads)?,
            intermediate: number(config, path, intermediate)?,
            epsilon,
            first_position: if family == Family::XlmRoberta { pad + 1 } else { 0 },
            n_labels: label_names(config).len(),
        };
        if !shape.hidden.is_multiple_of(shape.heads) {
            let problem = format!("`{hidden}` {} is no multiple of `{heads}` {}", shape.hidden, shape.heads);
            return Err(InferError::malformed(path, problem));
        }
        Ok(shape)
    }

    pub(super) const fn attention(&self) -> AttentionShape {
        AttentionShape { heads: self.heads, head_dim: self.hidden / self.heads }
    }

    /// Width between the feed-forward products.
    #[cfg(feature = "cuda")]
    pub(super) const fn intermediate(&self) -> usize {
        self.intermediate
    }

    /// Tensor names of a layer's parts.
    fn layer_names(&self, i: usize) -> LayerNames {
        match self.family {
            Family::DistilBert => {
                let at = format!("distilbert.transformer.layer.{i}");
                LayerNames {
                    qkv: ["q_lin", "k_lin", "v_lin"].map(|n| format!("{at}.attention.{n}")),
                    attention_out: format!("{at}.attention.out_lin"),
                    attention_norm: format!("{at}.sa_layer_norm"),
                    up: format!("{at}.ffn.lin1"),
                    down: format!("{at}.ffn.lin2"),
                    out_norm: format!("{at}.output_layer_norm"),
                }
            }
            Family::Bert | Family::XlmRoberta => {
                let at = format!("{}.encoder.layer.{i}", self.root());
                LayerNames {
                    qkv: ["query", "key", "value"].map(|n| format!("{at}.attention.self.{n}")),
                    attention_out: format!("{at}.attention.output.dense"),
                    attention_norm: format!("{at}.attention.output.LayerNorm"),
                    up: format!("{at}.intermediate.dense"),
                    down: format!("{at}.output.dense"),
                    out_norm: format!("{at}.output.LayerNorm"),
                }
            }
        }
    }

    const fn root(&self) -> &'static str {
        match self.family {
            Family::Bert => "bert",
            Family::XlmRoberta => "roberta",
            Family::DistilBert => "distilbert",
        }
    }
}

struct LayerNames {
    qkv: [String; 3],
    attention_out: String,
    attention_norm: String,
    up: String,
    down: String,
    out_norm: String,
}

struct Layer<B: Backend> {
    qkv: B::Linear,
    attention_out: B::Linear,
    attention_norm: B::Norm,
    up: B::Linear,
    down: B::Linear,
    out_norm: B::Norm,
}

/// A classifier over the first token's last hidden state.
pub(super) struct Bert<B: Backend> {
    backend: B,
    shape: Shape,
    /// Rows of the table of words.
    vocab_size: usize,
    embedding: B::Embedding,
    embedding_norm: B::Norm,
    layers: Vec<Layer<B>>,
    head: B::Head,
}

impl<B: Backend> Bert<B> {
    pub(super) fn load(backend: B, shape: Shape, weights: &Weights<'_>) -> Result<Self> {
        let h = shape.hidden;
        let at = format!("{}.embeddings", shape.root());
        let layer = |name: &str, rows: usize, cols: usize| -> Result<_> {
            let weight = weights.matrix(&format!("{name}.weight"), rows, cols)?;
            Ok((weight, weights.vector(&format!("{name}.bias"), rows)?))
        };
        let linear = |name: &str, rows: usize, cols: usize, inputs: Precision| {
            let (weight, bias) = layer(name, rows, cols)?;
            backend.make_linear(weight, bias, inputs)
        };
        let norm = |name: &str| {
            let gain = weights.vector(&format!("{name}.weight"), h)?;
            backend.make_norm(gain, weights.vector(&format!("{name}.bias"), h)?, shape.epsilon)
        };

        let mut layers = Vec::with_capacity(shape.layers);
        for i in 0..shape.layers {
            let names = shape.layer_names(i);
            let (qkv, qkv_bias) = (stacked(weights, &names.qkv, h)?, stacked_bias(weights, &names.qkv, h)?);
            let inputs = layer_inputs(i, shape.layers);
            layers.push(Layer {
                qkv: backend.make_linear(qkv, qkv_bias, inputs)?,
                attention_out: linear(&names.attention_out, h, h, inputs)?,
                attention_norm: norm(&names.attention_norm)?,
                up: linear(&names.up, shape.intermediate, h, inputs)?,
                down: linear(&names.down, h, shape.intermediate, inputs)?,
                out_norm: norm(&names.out_norm)?,
            });
        }
        let mut token_type = vec![0.0; h];
        if shape.family != Family::DistilBert {
            weights.table(&format!("{at}.token_type_embeddings.weight"), h)?.add_row(0, &mut token_type);
        }
        let (pooler, classifier) = match shape.family {
            Family::Bert => ("bert.pooler.dense", "classifier"),
            Family::XlmRoberta => ("classifier.dense", "classifier.out_proj"),
            Family::DistilBert => ("pre_classifier", "classifier"),
        };
        let between = if shape.family == Family::DistilBert { Between::Relu } else { Between::Tanh };
        let tables = Embeddings {
            words: weights.table(&format!("{at}.word_embeddings.weight"), h)?,
            positions: weights.table(&format!("{at}.position_embeddings.weight"), h)?,
            token_type,
            first_position: shape.first_position,
        };
        Ok(Self {
            vocab_size: tables.words.rows(),
            embedding: backend.make_embedding(tables)?,
            embedding_norm: norm(&format!("{at}.LayerNorm"))?,
            layers,
            head: backend.make_head(layer(pooler, h, h)?, between, layer(classifier, shape.n_labels, h)?)?,
            backend,
            shape,
        })
    }
}

impl<B: Backend> Encoder for Bert<B> {
    fn logits(&self, batch: &PackedBatch) -> Result<Vec<f32>> {
        if batch.lengths().is_empty() {
            return Ok(vec![]);
        }
        let b = &self.backend;
        let lengths = batch.lengths();
        let attention = self.shape.attention();
        let mut x = b.embed(batch, &self.embedding, &self.embedding_norm)?;
        for (i, layer) in self.layers.iter().enumerate() {
            let last = i + 1 == self.layers.len();
            let qkv = b.linear(&x, &layer.qkv)?;
            let queries = if last { Queries::First } else { Queries::All };
            let mixed = b.attention(qkv, lengths, attention, queries)?;
            if last {
                x = b.first_rows(&x, lengths)?;
            }
            let mixed = b.linear(&mixed, &layer.attention_out)?;
            x = b.add_norm(mixed, &x, &layer.attention_norm)?;
            let mixed = b.feed_forward(&x, &layer.up, &layer.down)?;
            x = b.add_norm(mixed, &x, &layer.out_norm)?;
        }
        b.logits(x, &self.head)
    }

    fn logits_of_one(&self, batch: &PackedBatch, threads: &rayon::ThreadPool) -> Result<Vec<f32>> {
        self.backend.with_partner(threads, || self.logits(batch))
    }

    fn n_labels(&self) -> usize {
        self.shape.n_labels
    }

    fn vocab_size(&self) -> usize {
        self.vocab_size
    }

    fn describe(&self) -> String {
        let arithmetic = match (self.in_int8(), B::IN_BF16) {
            (true, _) => "int8",
            (_, true) => "bf16",
            _ => "f32",
        };
        format!("packed encoder, {arithmetic}, {}", self.backend.describe())
    }

    fn in_int8(&self) -> bool {
        self.layers.iter().any(|layer| B::in_int8(&layer.up))
    }

    fn in_bf16(&self) -> bool {
        B::IN_BF16
    }
}

/// How finely the inputs of a layer's products are to be cut where products are made of bytes. Measured on development posts, one
/// layer in bytes at a time: a layer of the first half brings several times the error of one near the end, since all others pass
/// it on. If errors add up, an eighth of the squared error of a logit is left without the first half (docs/speed.md).
fn layer_inputs(layer: usize, layers: usize) -> Precision {
    if 2 * layer < layers { Precision::TwoBytes } else { Precision::OneByte }
}

/// Query, key and value weights on top of each other, so that one product makes all three.
fn stacked(weights: &Weights<'_>, names: &[String; 3], hidden: usize) -> Result<Matrix> {
    let parts: Result<Vec<Matrix>> =
        names.iter().map(|name| weights.matrix(&format!("{name}.weight"), hidden, hidden)).collect();
    Ok(Matrix::stacked(parts?))
}

fn stacked_bias(weights: &Weights<'_>, names: &[String; 3], hidden: usize) -> Result<Vec<f32>> {
    let mut data = Vec::with_capacity(3 * hidden);
    for name in names {
        data.extend(weights.vector(&format!("{name}.bias"), hidden)?);
    }
    Ok(data)
}
