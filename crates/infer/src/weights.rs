//! Tensors of a safetensors file as f32, whatever they are stored in.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::PathBuf;
use std::vec::IntoIter;

use safetensors::tensor::{Dtype, Metadata, TensorInfo};

use crate::error::{InferError, Result};
use crate::weights_file::{Part, WeightsFile};

/// Suffix of the tensor that holds the scales of an 8-bit one: `value = q * scale[row]`.
pub(crate) const SCALE_SUFFIX: &str = "_scale";

/// The tensors of one file, each read when it is asked for or lies before one that is.
pub(crate) struct Weights<'a> {
    header: Metadata,
    path: PathBuf,
    unused: RefCell<Unused<'a>>,
}

/// What nobody asked for yet.
struct Unused<'a> {
    file: &'a mut WeightsFile,
    /// Names of tensors that the file goes on with.
    next: IntoIter<String>,
    read: HashMap<String, Part>,
    /// Whether what was asked for is kept for the next who does.
    kept: bool,
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
    /// Signed bytes as the file has them: no copy of a model's largest tensor is made.
    I8 {
        values: Part,
        scales: Vec<f32>,
    },
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
            TableData::I8 { values, scales } => MatrixData::I8 { values: signed(&values), scales },
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
                out.iter_mut().zip(&values[at]).for_each(|(o, &q)| *o += f32::from(q.cast_signed()) * scale);
            }
        }
    }
}

impl<'a> Weights<'a> {
    /// The tensors of `file`, of which nothing was read yet.
    ///
    /// # Errors
    /// When it is no safetensors file.
    pub(crate) fn of(file: &'a mut WeightsFile) -> Result<Self> {
        let header = file.header()?;
        let (next, path) = (header.offset_keys().into_iter(), file.path().to_owned());
        let unused = Unused { file, next, read: HashMap::new(), kept: false };
        Ok(Self { header, path, unused: RefCell::new(unused) })
    }

    /// Keep all tensors: without this each can be had once, and its memory goes when its user lets it go.
    #[cfg(any(test, feature = "cuda"))]
    pub(crate) fn keep(&self) {
        self.unused.borrow_mut().kept = true;
    }

    pub(crate) fn names(&self) -> Vec<String> {
        let mut names = self.header.offset_keys();
        names.sort();
        names
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.header.info(name).is_some()
    }

    fn info(&self, name: &str) -> Result<&TensorInfo> {
        self.header.info(name).ok_or_else(|| InferError::malformed(&self.path, format!("the tensor {name} is missing")))
    }

    /// The bytes of a tensor as the file has them.
    fn bytes(&self, name: &str) -> Result<Part> {
        self.info(name)?;
        self.unused
            .borrow_mut()
            .take(name, &self.header)
            .map_err(|e| e.unwrap_or_else(|| self.bad(name, "is asked for twice".to_owned())))
    }

    /// Shape of a tensor.
    pub(crate) fn shape(&self, name: &str) -> Result<Vec<usize>> {
        Ok(self.info(name)?.shape.clone())
    }

    /// All values of a tensor in f32; 8-bit ones multiplied out.
    pub(crate) fn values(&self, name: &str) -> Result<Vec<f32>> {
        let bytes = self.bytes(name)?;
        let data = bytes.as_slice();
        Ok(match self.info(name)?.dtype {
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
        let data = if self.info(name)?.dtype == Dtype::I8 {
            MatrixData::I8 { values: signed(&self.bytes(name)?), scales: self.scales(name)? }
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
        let data = if self.info(name)?.dtype == Dtype::I8 {
            TableData::I8 { values: self.bytes(name)?, scales: self.scales(name)? }
        } else {
            TableData::F32(self.values(name)?)
        };
        Ok(Table { rows, cols, data })
    }

    fn scales(&self, name: &str) -> Result<Vec<f32>> {
        let rows = self.shape(name)?.first().copied().unwrap_or(0);
        let scale_name = format!("{name}{SCALE_SUFFIX}");
        let info = self.info(&scale_name)?;
        if info.dtype != Dtype::F32 || info.shape != [rows] {
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

impl Unused<'_> {
    /// Read on until `name` is there. `None` as the error where it was given away.
    fn take(&mut self, name: &str, header: &Metadata) -> std::result::Result<Part, Option<InferError>> {
        loop {
            if let Some(part) = self.read.get(name).cloned() {
                if !self.kept {
                    self.read.remove(name);
                }
                return Ok(part);
            }
            let next = self.next.next().ok_or(None)?;
            let bytes = header.info(&next).map_or(0, |info| info.data_offsets.1 - info.data_offsets.0);
            let part = self.file.next(bytes).map_err(Some)?;
            self.read.insert(next, part);
        }
    }
}

fn signed(bytes: &[u8]) -> Vec<i8> {
    bytes.iter().map(|&b| b.cast_signed()).collect()
}
