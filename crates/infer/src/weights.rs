//! Tensors of a safetensors file as f32, whatever they are stored in.

use std::path::{Path, PathBuf};

use safetensors::SafeTensors;
use safetensors::tensor::{Dtype, TensorView};

use crate::error::{InferError, Result};

/// Suffix of the tensor that holds the scales of an 8-bit one: `value = q * scale[row]`.
pub(crate) const SCALE_SUFFIX: &str = "_scale";

/// The tensors of one file.
pub(crate) struct Weights<'a> {
    tensors: SafeTensors<'a>,
    path: PathBuf,
}

/// A matrix, row-major, in f32 or in 8 bits as the file has it.
pub(crate) struct Matrix {
    pub(crate) rows: usize,
    pub(crate) cols: usize,
    pub(crate) data: MatrixData,
}

pub(crate) enum MatrixData {
    F32(Vec<f32>),
    /// One scale a row.
    I8 {
        values: Vec<i8>,
        scales: Vec<f32>,
    },
}

impl Matrix {
    /// Matrices of the same width on top of each other; in 8 bits if all of them are.
    pub(crate) fn stacked(parts: Vec<Self>) -> Self {
        let cols = parts.first().map_or(0, |m| m.cols);
        let rows = parts.iter().map(|m| m.rows).sum();
        let data = if parts.iter().all(|m| matches!(m.data, MatrixData::I8 { .. })) {
            let (mut all, mut all_scales) = (vec![], vec![]);
            for part in parts {
                if let MatrixData::I8 { values, scales } = part.data {
                    all.extend(values);
                    all_scales.extend(scales);
                }
            }
            MatrixData::I8 { values: all, scales: all_scales }
        } else {
            MatrixData::F32(parts.into_iter().flat_map(Self::into_f32).collect())
        };
        Self { rows, cols, data }
    }

    /// All values in f32, row-major; 8-bit ones multiplied out.
    pub(crate) fn into_f32(self) -> Vec<f32> {
        match self.data {
            MatrixData::F32(values) => values,
            MatrixData::I8 { values, scales } => values
                .chunks_exact(self.cols.max(1))
                .zip(scales)
                .flat_map(|(row, s)| row.iter().map(move |&q| f32::from(q) * s))
                .collect(),
        }
    }
}

/// Rows that are looked up one by one; kept in 8 bits where the file has them so.
pub(crate) struct Table {
    rows: usize,
    cols: usize,
    data: TableData,
}

enum TableData {
    F32(Vec<f32>),
    I8 { values: Vec<i8>, scales: Vec<f32> },
}

impl Table {
    pub(crate) const fn rows(&self) -> usize {
        self.rows
    }

    pub(crate) const fn cols(&self) -> usize {
        self.cols
    }

    /// All rows in f32, row-major, `addend` added to each; empty for nothing.
    #[cfg(feature = "cuda")]
    pub(crate) fn into_f32(self, addend: &[f32]) -> Vec<f32> {
        let Self { rows, cols, data } = self;
        let data = match data {
            TableData::F32(values) => MatrixData::F32(values),
            TableData::I8 { values, scales } => MatrixData::I8 { values, scales },
        };
        let mut values = Matrix { rows, cols, data }.into_f32();
        if !addend.is_empty() {
            values.chunks_exact_mut(cols).for_each(|row| row.iter_mut().zip(addend).for_each(|(v, a)| *v += a));
        }
        values
    }

    /// Add row `row` to `out`. A row that does not exist adds nothing; ids are checked when they are made.
    pub(crate) fn add_row(&self, row: usize, out: &mut [f32]) {
        if row >= self.rows {
            return;
        }
        let at = row * self.cols..(row + 1) * self.cols;
        match &self.data {
            TableData::F32(values) => out.iter_mut().zip(&values[at]).for_each(|(o, v)| *o += v),
            TableData::I8 { values, scales } => {
                let scale = scales[row];
                out.iter_mut().zip(&values[at]).for_each(|(o, &q)| *o += f32::from(q) * scale);
            }
        }
    }
}

impl<'a> Weights<'a> {
    pub(crate) fn parse(bytes: &'a [u8], path: &Path) -> Result<Self> {
        let tensors = SafeTensors::deserialize(bytes).map_err(|e| InferError::malformed(path, e))?;
        Ok(Self { tensors, path: path.to_owned() })
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.tensors.names().into_iter().map(ToString::to_string).collect();
        names.sort();
        names
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.tensors.tensor(name).is_ok()
    }

    fn view(&self, name: &str) -> Result<TensorView<'_>> {
        self.tensors
            .tensor(name)
            .map_err(|_| InferError::malformed(&self.path, format!("the tensor {name} is missing")))
    }

    /// Shape of a tensor.
    pub(crate) fn shape(&self, name: &str) -> Result<Vec<usize>> {
        Ok(self.view(name)?.shape().to_vec())
    }

    /// All values of a tensor in f32; 8-bit ones multiplied out.
    pub(crate) fn values(&self, name: &str) -> Result<Vec<f32>> {
        let view = self.view(name)?;
        let data = view.data();
        Ok(match view.dtype() {
            Dtype::F32 => data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect(),
            Dtype::F16 => data.chunks_exact(2).map(|b| half::f16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
            Dtype::BF16 => data.chunks_exact(2).map(|b| half::bf16::from_le_bytes([b[0], b[1]]).to_f32()).collect(),
            Dtype::I8 => {
                let scales = self.scales(name)?;
                let cols = data.len() / scales.len().max(1);
                data.chunks_exact(cols.max(1))
                    .zip(&scales)
                    .flat_map(|(row, &s)| row.iter().map(move |&q| f32::from(q.cast_signed()) * s))
                    .collect()
            }
            other => {
                return Err(self.bad(name, format!("is stored as {other:?}; F32, F16, BF16 and I8 can be read")));
            }
        })
    }

    /// A vector of `len` values.
    pub(crate) fn vector(&self, name: &str, len: usize) -> Result<Vec<f32>> {
        self.expect_shape(name, &[len])?;
        self.values(name)
    }

    /// A matrix `[rows, cols]`.
    pub(crate) fn matrix(&self, name: &str, rows: usize, cols: usize) -> Result<Matrix> {
        self.expect_shape(name, &[rows, cols])?;
        let view = self.view(name)?;
        let data = if view.dtype() == Dtype::I8 {
            MatrixData::I8 { values: signed(view.data()), scales: self.scales(name)? }
        } else {
            MatrixData::F32(self.values(name)?)
        };
        Ok(Matrix { rows, cols, data })
    }

    /// A table of rows of width `cols`, however many there are.
    pub(crate) fn table(&self, name: &str, cols: usize) -> Result<Table> {
        let shape = self.shape(name)?;
        let [rows, found] = shape[..] else {
            return Err(self.bad(name, format!("has shape {shape:?}; two dimensions are wanted")));
        };
        if found != cols {
            return Err(self.bad(name, format!("has rows of {found}; config.json says {cols}")));
        }
        let view = self.view(name)?;
        let data = if view.dtype() == Dtype::I8 {
            TableData::I8 { values: signed(view.data()), scales: self.scales(name)? }
        } else {
            TableData::F32(self.values(name)?)
        };
        Ok(Table { rows, cols, data })
    }

    fn scales(&self, name: &str) -> Result<Vec<f32>> {
        let rows = self.shape(name)?.first().copied().unwrap_or(0);
        let scale_name = format!("{name}{SCALE_SUFFIX}");
        let view = self.view(&scale_name)?;
        if view.dtype() != Dtype::F32 || view.shape() != [rows] {
            return Err(self.bad(&scale_name, format!("must be {rows} F32 values, one per row of {name}")));
        }
        self.values(&scale_name)
    }

    fn expect_shape(&self, name: &str, wanted: &[usize]) -> Result<()> {
        let found = self.shape(name)?;
        if found == wanted {
            Ok(())
        } else {
            Err(self.bad(name, format!("has shape {found:?}; config.json asks for {wanted:?}")))
        }
    }

    fn bad(&self, name: &str, problem: String) -> InferError {
        InferError::malformed(&self.path, format!("the tensor {name} {problem}"))
    }
}

fn signed(bytes: &[u8]) -> Vec<i8> {
    bytes.iter().map(|&b| b.cast_signed()).collect()
}
