//! The packed encoder on whatever device candle drives: the way to Apple's GPUs, and on the CPU the reference that the kernels
//! are compared with.

use candle_core::{D, Device, Tensor};
use grens_kernels::{AttentionShape, Precision, Queries};

use super::backend::{Backend, Between, Layer};
use super::embedding::Embeddings;
use crate::error::Result;
use crate::packed::PackedBatch;
use crate::weights::Matrix;

pub(super) struct Candle {
    device: Device,
}

impl Candle {
    pub(super) const fn new(device: Device) -> Self {
        Self { device }
    }
}

pub(super) struct Linear {
    /// `[n_in, n_out]`.
    weight: Tensor,
    bias: Tensor,
}

pub(super) struct Norm {
    gain: Tensor,
    shift: Tensor,
    epsilon: f64,
}

pub(super) struct Head {
    pooler: Linear,
    between: Between,
    classifier: Linear,
}

/// `norm(x)`.
fn normalised(x: &Tensor, norm: &Norm) -> Result<Tensor> {
    let x = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
    let variance = x.sqr()?.mean_keepdim(D::Minus1)?;
    let x = x.broadcast_div(&(variance + norm.epsilon)?.sqrt()?)?;
    Ok(x.broadcast_mul(&norm.gain)?.broadcast_add(&norm.shift)?)
}

impl Backend for Candle {
    type Rows = Tensor;
    type Linear = Linear;
    type Norm = Norm;
    type Embedding = Embeddings;
    type Head = Head;

    fn describe(&self) -> String {
        format!("candle on {:?}", self.device.location())
    }

    fn in_int8(_: &Linear) -> bool {
        false
    }

    fn make_linear(&self, weight: Matrix, bias: Vec<f32>, _: Precision) -> Result<Linear> {
        let shape = (weight.rows, weight.cols);
        let weight = Tensor::from_vec(weight.into_f32(), shape, &self.device)?.t()?.contiguous()?;
        Ok(Linear { weight, bias: Tensor::new(bias, &self.device)? })
    }

    fn make_norm(&self, gain: Vec<f32>, shift: Vec<f32>, epsilon: f32) -> Result<Norm> {
        Ok(Norm {
            gain: Tensor::new(gain, &self.device)?,
            shift: Tensor::new(shift, &self.device)?,
            epsilon: f64::from(epsilon),
        })
    }

    fn make_embedding(&self, tables: Embeddings) -> Result<Embeddings> {
        Ok(tables)
    }

    fn make_head(&self, pooler: Layer, between: Between, classifier: Layer) -> Result<Head> {
        let linear = |(weight, bias)| self.make_linear(weight, bias, Precision::TwoBytes);
        Ok(Head { pooler: linear(pooler)?, between, classifier: linear(classifier)? })
    }

    fn embed(&self, batch: &PackedBatch, tables: &Embeddings, norm: &Norm) -> Result<Tensor> {
        normalised(&Tensor::from_vec(tables.rows(batch), ((), tables.words.cols()), &self.device)?, norm)
    }

    fn linear(&self, x: &Tensor, layer: &Linear) -> Result<Tensor> {
        Ok(x.matmul(&layer.weight)?.broadcast_add(&layer.bias)?)
    }

    fn feed_forward(&self, x: &Tensor, up: &Linear, down: &Linear) -> Result<Tensor> {
        self.linear(&self.linear(x, up)?.gelu_erf()?, down)
    }

    fn add_norm(&self, x: Tensor, residual: &Tensor, norm: &Norm) -> Result<Tensor> {
        normalised(&(x + residual)?, norm)
    }

    fn attention(&self, qkv: Tensor, lengths: &[usize], shape: AttentionShape, queries: Queries) -> Result<Tensor> {
        let hidden = shape.heads * shape.head_dim;
        #[allow(clippy::cast_precision_loss, reason = "a head's width is small")]
        let scale = 1.0 / (shape.head_dim as f64).sqrt();
        let mut outs = Vec::with_capacity(lengths.len());
        let mut first = 0;
        for &length in lengths {
            let asked = if queries == Queries::All { length } else { 1 };
            // [rows, hidden] -> [heads, rows, head_dim]
            let part = |index: usize, rows: usize| -> candle_core::Result<Tensor> {
                qkv.narrow(0, first, rows)?
                    .narrow(1, index * hidden, hidden)?
                    .reshape((rows, shape.heads, shape.head_dim))?
                    .transpose(0, 1)?
                    .contiguous()
            };
            let scores = (part(0, asked)?.matmul(&part(1, length)?.t()?.contiguous()?)? * scale)?;
            let p = candle_nn::ops::softmax(&scores, D::Minus1)?;
            outs.push(p.matmul(&part(2, length)?)?.transpose(0, 1)?.reshape((asked, hidden))?);
            first += length;
        }
        Ok(Tensor::cat(&outs, 0)?)
    }

    fn first_rows(&self, x: &Tensor, lengths: &[usize]) -> Result<Tensor> {
        let mut first = 0_u32;
        let mut index = Vec::with_capacity(lengths.len());
        for &length in lengths {
            index.push(first);
            first += u32::try_from(length).unwrap_or(u32::MAX);
        }
        Ok(x.index_select(&Tensor::new(index, &self.device)?, 0)?)
    }

    fn logits(&self, x: Tensor, head: &Head) -> Result<Vec<f32>> {
        let pooled = self.linear(&x, &head.pooler)?;
        let pooled = match head.between {
            Between::Tanh => pooled.tanh()?,
            Between::Relu => pooled.relu()?,
        };
        Ok(self.linear(&pooled, &head.classifier)?.flatten_all()?.to_vec1()?)
    }
}
