//! The packed encoder on an NVIDIA GPU, by `grens_kernels::cuda`: hidden states in bf16, sums and what lies between in f32.

use std::sync::Arc;

use grens_kernels::cuda::{
    Device, Embedding, Gpu, Head, HeadWeights, Linear, LinearWeights, ModelSize, Norm, Rows, Tables,
};
use grens_kernels::{AttentionShape, Precision, Queries};

use super::backend::{Backend, Between, Layer};
use super::embedding::Embeddings;
use crate::error::Result;
use crate::packed::PackedBatch;
use crate::weights::{Matrix, MatrixData};

pub(super) struct Cuda {
    gpu: Arc<Gpu>,
}

impl Cuda {
    /// Kernels for a model of these sizes.
    pub(super) fn new(device: &Device, attention: AttentionShape) -> Result<Self> {
        let size = ModelSize { hidden: attention.heads * attention.head_dim, heads: attention.heads };
        Ok(Self { gpu: Arc::new(Gpu::new(device, size)?) })
    }

    /// For what is asked of the device beside the encoder's arithmetic.
    pub(super) const fn gpu(&self) -> &Arc<Gpu> {
        &self.gpu
    }
}

impl Backend for Cuda {
    type Rows = Rows;
    type Linear = Linear;
    type Norm = Norm;
    type Embedding = Embedding;
    type Head = Head;

    const IN_BF16: bool = true;

    fn describe(&self) -> String {
        let device = self.gpu.device();
        format!("cuda:{} {}", device.ordinal, device.name)
    }

    fn in_int8(_: &Linear) -> bool {
        false
    }

    fn make_linear(&self, weight: Matrix, bias: Vec<f32>, _: Precision) -> Result<Linear> {
        let weights = match &weight.data {
            MatrixData::F32(values) => LinearWeights::F32(values),
            MatrixData::I8 { values, scales } => LinearWeights::I8 { values, scales },
        };
        Ok(self.gpu.linear(weights, weight.cols, &bias)?)
    }

    fn make_norm(&self, gain: Vec<f32>, shift: Vec<f32>, epsilon: f32) -> Result<Norm> {
        Ok(self.gpu.norm(&gain, &shift, epsilon)?)
    }

    fn make_embedding(&self, tables: Embeddings) -> Result<Embedding> {
        let first_position = tables.first_position;
        let words = tables.words.into_f32(&[]);
        let positions = tables.positions.into_f32(&tables.token_type);
        Ok(self.gpu.embedding(&Tables { words, positions, first_position })?)
    }

    fn make_head(&self, pooler: Layer, between: Between, classifier: Layer) -> Result<Head> {
        let (dense, output) = (pooler.0.into_f32(), classifier.0.into_f32());
        Ok(self.gpu.head(&HeadWeights {
            dense: &dense,
            dense_bias: &pooler.1,
            is_relu: between == Between::Relu,
            output: &output,
            output_bias: &classifier.1,
        })?)
    }

    fn embed(&self, batch: &PackedBatch, tables: &Embedding, norm: &Norm) -> Result<Rows> {
        Ok(self.gpu.embed(batch.ids(), batch.lengths(), tables, norm)?)
    }

    fn linear(&self, x: &Rows, layer: &Linear) -> Result<Rows> {
        Ok(x.linear(layer)?)
    }

    fn feed_forward(&self, x: &Rows, up: &Linear, down: &Linear) -> Result<Rows> {
        Ok(x.linear(up)?.gelu()?.linear(down)?)
    }

    fn add_norm(&self, x: Rows, residual: &Rows, norm: &Norm) -> Result<Rows> {
        Ok(x.add_norm(residual, norm)?)
    }

    // The device has lengths and sizes already.
    fn attention(&self, qkv: Rows, _: &[usize], _: AttentionShape, queries: Queries) -> Result<Rows> {
        Ok(qkv.attention(queries == Queries::First)?)
    }

    fn first_rows(&self, x: &Rows, _: &[usize]) -> Result<Rows> {
        Ok(x.first_rows()?)
    }

    fn logits(&self, x: Rows, head: &Head) -> Result<Vec<f32>> {
        Ok(x.logits(head)?)
    }
}
