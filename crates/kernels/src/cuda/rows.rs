//! Rows of hidden states on a device, and what the encoder does to them.

use std::mem::ManuallyDrop;
use std::rc::Rc;
use std::sync::Arc;

use cudarc::driver::{CudaSlice, LaunchConfig, PushKernelArg};

use super::error::CudaError;
use super::gpu::Gpu;
use super::lane::Lane;
use super::parts::{Embedding, Finish, Head, Linear, Norm};

// As in `source`.
const WARP: u32 = 32;
const ROWS_A_BLOCK: u32 = 4;
const GELU_ROWS: u32 = 8;
const GELU_THREADS: u32 = 64;
const TILE: usize = 32;
const HEAD_POSTS: u32 = 4;
const HEAD_THREADS: u32 = 256;

/// Warps of a block of `attention`.
const fn attention_warps(head_dim: usize) -> u32 {
    if head_dim <= 32 {
        4
    } else if head_dim <= 64 {
        2
    } else {
        1
    }
}

/// A batch under way on a lane.
struct Session {
    gpu: Arc<Gpu>,
    lane: ManuallyDrop<Lane>,
    /// Tiles and posts of four words each, then ids, then places.
    inputs: ManuallyDrop<CudaSlice<u32>>,
    tiles: usize,
    posts: usize,
    tokens: usize,
}

impl Session {
    /// A buffer of this batch's lane. Where memory is short, what other lanes only keep for later is given up for it.
    fn take(&self, words: usize) -> Result<CudaSlice<u32>, CudaError> {
        match self.lane.take(words) {
            Err(CudaError::OutOfMemory) if self.gpu.lanes.give_up_spare() => self.lane.take(words),
            taken => taken,
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // SAFETY: this is the end of the session; neither is used again.
        let (lane, inputs) = unsafe { (ManuallyDrop::take(&mut self.lane), ManuallyDrop::take(&mut self.inputs)) };
        // Whatever went wrong: nothing may read staged inputs any more when the next batch writes its own.
        lane.settle();
        lane.give_back(inputs);
        self.gpu.lanes.release(lane);
    }
}

/// Rows of bf16 on a device, of a batch under way.
pub struct Rows {
    session: Rc<Session>,
    buffer: ManuallyDrop<CudaSlice<u32>>,
    rows: usize,
    width: usize,
    /// What is still to be done to a product.
    unfinished: Option<Arc<Finish>>,
}

impl Drop for Rows {
    fn drop(&mut self) {
        // SAFETY: this is the end of these rows; `buffer` is not used again.
        self.session.lane.give_back(unsafe { ManuallyDrop::take(&mut self.buffer) });
    }
}

/// The words of a batch for the device, and how many tiles it has.
fn inputs(ids: &[u32], lengths: &[usize], first_position: usize) -> Result<(Vec<u32>, usize), CudaError> {
    let word = |n: usize| u32::try_from(n).map_err(|_| CudaError::Shape("a batch has too many tokens".to_owned()));
    let mut words = Vec::with_capacity(6 * ids.len());
    let mut first = 0;
    for &length in lengths {
        for query in (0..length).step_by(TILE) {
            words.extend([word(first)?, word(length)?, word(query)?, word(first + query)?]);
        }
        first += length;
    }
    let tiles = words.len() / 4;
    first = 0;
    for (post, &length) in lengths.iter().enumerate() {
        words.extend([word(first)?, word(length)?, 0, word(post)?]);
        first += length;
    }
    words.extend_from_slice(ids);
    for &length in lengths {
        for place in first_position..first_position + length {
            words.push(word(place)?);
        }
    }
    Ok((words, tiles))
}

fn blocks(n: usize, a_block: u32) -> Result<u32, CudaError> {
    u32::try_from(n.div_ceil(a_block as usize)).map_err(|_| CudaError::Shape("a batch has too many rows".to_owned()))
}

const fn grid(x: u32, y: u32, threads: u32) -> LaunchConfig {
    LaunchConfig { grid_dim: (x, y, 1), block_dim: (threads, 1, 1), shared_mem_bytes: 0 }
}

/// A count as kernels take it. Everything that is counted so was counted before as part of a batch's words.
fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Gpu {
    /// Hidden states of the tokens of posts, `[tokens, hidden]`: words and positions added up, normalised. Takes a lane, and waits for one where none is free.
    ///
    /// # Errors
    /// When lengths and ids do not fit together or the tables, or the device fails or is full.
    pub fn embed(
        self: &Arc<Self>,
        ids: &[u32],
        lengths: &[usize],
        tables: &Embedding,
        norm: &Norm,
    ) -> Result<Rows, CudaError> {
        let longest = lengths.iter().copied().max().unwrap_or(0);
        if ids.is_empty() || lengths.contains(&0) || lengths.iter().sum::<usize>() != ids.len() {
            return Err(CudaError::Shape(format!("{} ids are not posts of these lengths", ids.len())));
        }
        if tables.first_position + longest > tables.places {
            return Err(CudaError::Shape(format!("a post of {longest} tokens is longer than the table of positions")));
        }
        if let Some(id) = ids.iter().find(|&&id| id as usize >= tables.ids) {
            return Err(CudaError::Shape(format!("the id {id} is beyond the table of words")));
        }
        let (words, tiles) = inputs(ids, lengths, tables.first_position)?;
        if self.lanes() == 0 {
            return Err(CudaError::Shape("a batch came before the GPU was made ready".to_owned()));
        }
        let lane = self.lanes.acquire();
        let uploaded = match lane.upload(&words) {
            Err(CudaError::OutOfMemory) if self.lanes.give_up_spare() => lane.upload(&words),
            uploaded => uploaded,
        };
        let on_device = match uploaded {
            Ok(on_device) => on_device,
            Err(error) => {
                lane.settle();
                self.lanes.release(lane);
                return Err(error);
            }
        };
        let session = Session {
            gpu: Arc::clone(self),
            lane: ManuallyDrop::new(lane),
            inputs: ManuallyDrop::new(on_device),
            tiles,
            posts: lengths.len(),
            tokens: ids.len(),
        };
        Rows::embedded(Rc::new(session), tables, norm)
    }
}

impl Rows {
    fn new(session: &Rc<Session>, rows: usize, width: usize) -> Result<Self, CudaError> {
        let buffer = ManuallyDrop::new(session.take(rows * width / 2)?);
        Ok(Self { session: Rc::clone(session), buffer, rows, width, unfinished: None })
    }

    fn embedded(session: Rc<Session>, tables: &Embedding, norm: &Norm) -> Result<Self, CudaError> {
        let mut out = Self::new(&session, session.tokens, session.gpu.hidden())?;
        let first_id = 4 * (session.tiles + session.posts);
        let ids = session.inputs.slice(first_id..first_id + session.tokens);
        let places = session.inputs.slice(first_id + session.tokens..first_id + 2 * session.tokens);
        let rows = count(session.tokens);
        let mut launch = session.lane.stream.launch_builder(&session.gpu.kernels.embed);
        launch.arg(&ids).arg(&places).arg(&rows).arg(&tables.words).arg(&tables.positions);
        launch.arg(&norm.gain).arg(&norm.shift).arg(&norm.epsilon).arg(&mut *out.buffer);
        // SAFETY: the arguments are those of `embed` in `rows.cu`. Ids and places were checked against the tables, which are as wide as the kernel was
        // compiled for, and `out` has a row a token.
        unsafe { launch.launch(grid(blocks(session.tokens, ROWS_A_BLOCK)?, 1, ROWS_A_BLOCK * WARP))? };
        Ok(out)
    }

    /// These rows times the layer's weights, `[rows, n_out]`. Scale and bias are applied by what comes next: [`Rows::gelu`], [`Rows::attention`] or
    /// [`Rows::add_norm`].
    ///
    /// # Errors
    /// When these rows are unfinished or not as wide as the layer, or the device fails or is full.
    pub fn linear(&self, layer: &Linear) -> Result<Self, CudaError> {
        self.expect_finished()?;
        if self.width != layer.plan.n_in() {
            return Err(CudaError::Shape(format!(
                "rows of {} do not fit a layer of {}",
                self.width,
                layer.plan.n_in()
            )));
        }
        let mut out = Self::new(&self.session, self.rows, layer.plan.n_out())?;
        layer.plan.run(&self.session.lane, &layer.weights, &self.buffer, &mut out.buffer, self.rows)?;
        out.unfinished = Some(Arc::clone(&layer.finish));
        Ok(out)
    }

    /// GELU of a product, in its place.
    ///
    /// # Errors
    /// When these rows are no product, or the device fails.
    pub fn gelu(mut self) -> Result<Self, CudaError> {
        let finish = self.take_unfinished()?;
        let session = Rc::clone(&self.session);
        let (rows, width) = (count(self.rows), count(self.width));
        let mut launch = session.lane.stream.launch_builder(&session.gpu.kernels.finish_gelu);
        launch.arg(&mut *self.buffer).arg(&finish.scale).arg(&finish.bias).arg(&rows).arg(&width);
        let grid = grid(blocks(self.rows, GELU_ROWS)?, blocks(self.width / 8, GELU_THREADS)?, GELU_THREADS);
        // SAFETY: the arguments are those of `finish_gelu` in `gelu.cu`. The width is a multiple of 8 (`Plan::new`), scale and bias are as long, and the
        // buffer holds `rows * width` values.
        unsafe { launch.launch(grid)? };
        Ok(self)
    }

    /// `norm(product + residual)`, in the product's place.
    ///
    /// # Errors
    /// When these rows are no product, the residual does not fit, or the device fails.
    pub fn add_norm(mut self, residual: &Self, norm: &Norm) -> Result<Self, CudaError> {
        let finish = self.take_unfinished()?;
        residual.expect_finished()?;
        let hidden = self.session.gpu.hidden();
        if (self.rows, self.width) != (residual.rows, hidden) || residual.width != hidden {
            return Err(CudaError::Shape(format!("{} rows of {} do not fit their residual", self.rows, self.width)));
        }
        let session = Rc::clone(&self.session);
        let rows = count(self.rows);
        let mut launch = session.lane.stream.launch_builder(&session.gpu.kernels.add_norm);
        launch.arg(&mut *self.buffer).arg(&finish.scale).arg(&finish.bias).arg(&*residual.buffer).arg(&rows);
        launch.arg(&norm.gain).arg(&norm.shift).arg(&norm.epsilon);
        // SAFETY: the arguments are those of `add_norm` in `rows.cu`; both buffers hold `rows` rows of the width that it was compiled for, and all
        // vectors are as wide.
        unsafe { launch.launch(grid(blocks(self.rows, ROWS_A_BLOCK)?, 1, ROWS_A_BLOCK * WARP))? };
        Ok(self)
    }

    /// Attention of each post over itself, of a product that holds queries, keys and values side by side: `[tokens, hidden]`, or with `first_only`
    /// the first token's of each post, `[posts, hidden]`.
    ///
    /// # Errors
    /// When these rows are no such product, or the device fails or is full.
    pub fn attention(mut self, first_only: bool) -> Result<Self, CudaError> {
        let finish = self.take_unfinished()?;
        let session = Rc::clone(&self.session);
        let size = session.gpu.size;
        if (self.rows, self.width) != (session.tokens, 3 * size.hidden) {
            return Err(CudaError::Shape(format!(
                "{} rows of {} are no queries, keys and values",
                self.rows, self.width
            )));
        }
        let (rows, tiles, most) = if first_only {
            (session.posts, 4 * session.tiles..4 * (session.tiles + session.posts), 1_u32)
        } else {
            (session.tokens, 0..4 * session.tiles, count(TILE))
        };
        let mut out = Self::new(&session, rows, size.hidden)?;
        let tiles_count = tiles.len() / 4;
        let tiles = session.inputs.slice(tiles);
        let number = count(tiles_count);
        let warps = attention_warps(size.hidden / size.heads);
        let mut launch = session.lane.stream.launch_builder(&session.gpu.kernels.attention);
        launch.arg(&*self.buffer).arg(&finish.scale).arg(&finish.bias).arg(&tiles).arg(&number).arg(&most);
        launch.arg(&mut *out.buffer);
        // SAFETY: the arguments are those of `attention` in `attention.cu`. Tiles were made of this batch's lengths, so that they name rows of `qkv`, of
        // which there is one a token, and rows of `out`; scale and bias are as wide as `qkv`. Tiles lie at a multiple of 16 bytes.
        unsafe { launch.launch(grid(blocks(tiles_count, warps)?, count(size.heads), warps * WARP))? };
        Ok(out)
    }

    /// The first row of each post, `[posts, hidden]`.
    ///
    /// # Errors
    /// When these are not the hidden states of all tokens, or the device fails or is full.
    pub fn first_rows(&self) -> Result<Self, CudaError> {
        self.expect_finished()?;
        let session = &self.session;
        if (self.rows, self.width) != (session.tokens, session.gpu.hidden()) {
            return Err(CudaError::Shape(format!("{} rows of {} are not all tokens", self.rows, self.width)));
        }
        let mut out = Self::new(session, session.posts, self.width)?;
        let posts = session.inputs.slice(4 * session.tiles..4 * (session.tiles + session.posts));
        let number = count(session.posts);
        let mut launch = session.lane.stream.launch_builder(&session.gpu.kernels.first_rows);
        launch.arg(&*self.buffer).arg(&posts).arg(&number).arg(&mut *out.buffer);
        // SAFETY: the arguments are those of `first_rows` in `rows.cu`; posts name rows of these, and `out` has a row a post.
        unsafe { launch.launch(grid(blocks(session.posts, ROWS_A_BLOCK)?, 1, ROWS_A_BLOCK * WARP))? };
        Ok(out)
    }

    /// Logits of one row a post, `[posts, labels]`, read back. Waits for the batch.
    ///
    /// # Errors
    /// When these rows are not one a post, or anything of the batch failed on the device.
    pub fn logits(self, head: &Head) -> Result<Vec<f32>, CudaError> {
        self.expect_finished()?;
        let session = &self.session;
        if (self.rows, self.width) != (session.posts, session.gpu.hidden()) {
            return Err(CudaError::Shape(format!("{} rows of {} are not one a post", self.rows, self.width)));
        }
        // f32 are as wide as the words of a buffer.
        let mut out = Self::new(session, self.rows, 2 * head.labels)?;
        let (posts, labels, is_relu) = (count(self.rows), count(head.labels), u32::from(head.is_relu));
        let mut launch = session.lane.stream.launch_builder(&session.gpu.kernels.head);
        launch.arg(&*self.buffer).arg(&posts).arg(&head.dense).arg(&head.dense_bias).arg(&is_relu);
        launch.arg(&head.output).arg(&head.output_bias).arg(&labels).arg(&mut *out.buffer);
        // SAFETY: the arguments are those of `head` in `head.cu`; the layers were checked against the width that it was compiled for, and `out` has
        // `posts * labels` words.
        unsafe { launch.launch(grid(blocks(self.rows, HEAD_POSTS)?, 1, HEAD_THREADS))? };
        let results = self.rows * head.labels;
        // SAFETY: any 32 bits are an f32, and the kernel writes f32.
        let values = unsafe { out.buffer.transmute::<f32>(results) };
        let values = values.ok_or_else(|| CudaError::Shape(format!("{results} results do not fit their buffer")))?;
        session.lane.read(&values, results)
    }

    fn expect_finished(&self) -> Result<(), CudaError> {
        match self.unfinished {
            None => Ok(()),
            Some(_) => Err(CudaError::Shape("a product was used before its bias was added".to_owned())),
        }
    }

    fn take_unfinished(&mut self) -> Result<Arc<Finish>, CudaError> {
        self.unfinished.take().ok_or_else(|| CudaError::Shape("these rows are no product".to_owned()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn tiles_cover_every_query_once_and_posts_follow() {
        let lengths = [5, 32, 33];
        let ids: Vec<u32> = (100..170).collect();
        let (words, tiles) = inputs(&ids, &lengths, 2).unwrap();
        let quads: Vec<&[u32]> = words[..4 * (tiles + 3)].chunks(4).collect();
        assert_eq!(quads[..tiles], [[0, 5, 0, 0], [5, 32, 0, 5], [37, 33, 0, 37], [37, 33, 32, 69]]);
        assert_eq!(quads[tiles..], [[0, 5, 0, 0], [5, 32, 0, 1], [37, 33, 0, 2]]);
        assert_eq!(words[4 * (tiles + 3)..][..70], ids);
        let places: Vec<u32> = (2..7).chain(2..34).chain(2..35).collect();
        assert_eq!(words[4 * (tiles + 3) + 70..], places);
    }
}
