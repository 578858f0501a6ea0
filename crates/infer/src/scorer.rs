//! The one scoring path: texts in, calibrated scores out.

use std::borrow::Borrow;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use grens_law::{ModelRef, Scores};
use rayon::prelude::*;

use crate::calibration::Calibration;
use crate::device::{Device, DeviceChoice};
use crate::encoder::{self, Encoder, Pace, label_names};
use crate::error::{InferError, Result};
use crate::labels::{Activation, Heads, LabelMap};
use crate::model_dir::ModelDir;
use crate::packed::{PackedBatch, equal_ranges};
use crate::tokens::{Encoded, Tokens};

/// How a model is to be run.
#[derive(Debug, Clone, Default)]
pub struct ScorerOptions {
    /// Where.
    pub device: DeviceChoice,
    /// Worker threads; 0 for one per processor.
    pub threads: usize,
    /// Which output is which head; `None` for the model's own word.
    pub labels: Option<LabelMap>,
    /// How numbers are multiplied on a processor.
    pub arithmetic: Arithmetic,
}

/// How numbers are multiplied on a processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Arithmetic {
    /// That of the kernel tier: 8 bits where it has products of them and the weights are kept in them; else f32.
    #[default]
    Fastest,
    /// f32 throughout: what golden files are held against.
    F32,
}

/// What a model says of one post.
#[derive(Debug, Clone, PartialEq)]
pub struct PostScores {
    /// Calibrated probabilities.
    pub scores: Scores,
    /// The heads' logits before calibration, in the order of [`Scores::HEADS`]; `None` for a head that the model lacks.
    pub logits: [Option<f32>; 8],
    /// Tokens that were scored, special ones counted in.
    pub n_tokens: u32,
    /// Whether the post was longer than the model reads.
    pub truncated: bool,
}

/// Facts about a loaded model, for people.
#[derive(Debug, Clone)]
pub struct ModelInfo {
    /// Name and hash.
    pub reference: ModelRef,
    /// `model_type` of its configuration.
    pub model_type: String,
    /// Which code runs it, on what.
    pub runs_on: String,
    /// Whether it multiplies in 8 bits.
    pub in_int8: bool,
    /// Whether hidden states are kept in bf16.
    pub in_bf16: bool,
    /// In what portions it takes posts.
    pub pace: Pace,
    /// Pieces in the tokenizer.
    pub vocab_size: usize,
    /// Tokens read of a post.
    pub max_tokens: usize,
    /// Heads of ours that it has.
    pub heads: Vec<&'static str>,
    /// Worker threads.
    pub threads: usize,
    /// Whether a manifest vouched for its files.
    pub verified: bool,
}

/// A loaded model.
pub struct Scorer {
    tokens: Tokens,
    encoder: Box<dyn Encoder>,
    heads: Heads,
    calibration: Calibration,
    pool: rayon::ThreadPool,
    /// Posts alone that are being scored.
    alone: AtomicUsize,
    info: ModelInfo,
}

impl Scorer {
    /// Load a model.
    ///
    /// # Errors
    /// When its files do not fit together, its kind cannot be run, or the device is not there.
    pub fn load(dir: &ModelDir, options: &ScorerOptions) -> Result<Self> {
        let device = match Device::find(&options.device)? {
            // The user's own choice is refused with a reason instead, where the encoder is built.
            #[cfg(feature = "cuda")]
            Device::Cuda(_) if options.device == DeviceChoice::Auto && !encoder::is_packed(&dir.config) => {
                Device::find(&DeviceChoice::Cpu)?
            }
            device => device,
        };
        let device = match device {
            Device::Cpu(tier) if options.arithmetic == Arithmetic::F32 => Device::Cpu(tier.in_f32()),
            device => device,
        };
        let threads = match options.threads {
            0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            n => n,
        };
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|i| format!("score-{i}"))
            .build()
            .map_err(|e| InferError::Threads(e.to_string()))?;
        let load = || dir.load(|weights| encoder::build(&dir.config, &dir.config_file.path, weights, &device));
        // Each takes about as long as the other. The vocabulary's many small pieces are had sooner on the main thread, whose heap grows without
        // asking for every page.
        let mut loaded = None;
        let tokens = pool.in_place_scope(|scope| {
            scope.spawn(|_| loaded = Some(load()));
            Tokens::parse(&dir.tokenizer.bytes, &dir.tokenizer.path, dir.max_tokens())
        });
        let (reference, encoder) = loaded.unwrap_or_else(|| unreachable!("the scope waits for what it spawned"))?;
        let tokens = tokens?;
        if tokens.vocab_size() > encoder.vocab_size() {
            return Err(InferError::malformed(
                &dir.tokenizer.path,
                format!("it has {} pieces, the model only {}", tokens.vocab_size(), encoder.vocab_size()),
            ));
        }
        let names = label_names(&dir.config);
        let multi_label = dir.config["problem_type"] == "multi_label_classification" || names.len() == 1;
        let activation = if multi_label { Activation::Sigmoid } else { Activation::Softmax };
        let heads = Heads::new(options.labels.as_ref().or_else(|| dir.labels()), &names, activation)?;
        let calibration = match &dir.calibration {
            Some(file) => Calibration::parse(&file.bytes, &file.path)?,
            None => Calibration::default(),
        };
        let info = ModelInfo {
            reference,
            model_type: dir.config["model_type"].as_str().unwrap_or("unknown").to_owned(),
            runs_on: encoder.describe(),
            in_int8: encoder.in_int8(),
            in_bf16: encoder.in_bf16(),
            pace: encoder.pace(),
            vocab_size: tokens.vocab_size(),
            max_tokens: tokens.max_tokens(),
            heads: heads.present().collect(),
            threads,
            verified: dir.is_verified(),
        };
        Ok(Self { tokens, encoder, heads, calibration, pool, alone: AtomicUsize::new(0), info })
    }

    /// Facts for people.
    #[must_use]
    pub const fn info(&self) -> &ModelInfo {
        &self.info
    }

    /// Score texts, in order. A post's scores do not depend on its neighbours, their order, or the number of threads.
    ///
    /// # Errors
    /// When the tensor library fails, or the model gives something that is no number.
    pub fn score<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<Vec<PostScores>> {
        self.score_encoded(&self.encode(texts)?)
    }

    /// Normalise and tokenise one text on the calling thread, while the worker threads go on scoring others.
    ///
    /// # Errors
    /// When the tokenizer refuses the text (none is known that it does).
    pub fn encode_one(&self, text: &str) -> Result<Encoded> {
        self.tokens.encode(text)
    }

    /// As [`Scorer::score`], for texts that are tokenised already.
    ///
    /// # Errors
    /// When the tensor library fails, or the model gives something that is no number.
    pub fn score_encoded<E: Borrow<Encoded> + Sync>(&self, posts: &[E]) -> Result<Vec<PostScores>> {
        let logits = self.logits_of(posts)?;
        let rows = logits.chunks_exact(self.encoder.n_labels());
        let scored = |(post, row): (&E, &[f32])| {
            let (post, logits) = (post.borrow(), self.heads.logits(row));
            let n_tokens = u32::try_from(post.ids.len()).unwrap_or(u32::MAX);
            PostScores { scores: self.calibration.scores(logits), logits, n_tokens, truncated: post.truncated }
        };
        Ok(posts.iter().zip(rows).map(scored).collect())
    }

    /// Token ids and raw logits, `[n_labels]`, of each text: what golden files hold.
    ///
    /// # Errors
    /// As [`Scorer::score`].
    pub fn raw<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<Vec<(Encoded, Vec<f32>)>> {
        let encoded = self.encode(texts)?;
        let logits = self.logits_of(&encoded)?;
        let rows = logits.chunks_exact(self.encoder.n_labels()).map(<[f32]>::to_vec);
        Ok(encoded.into_iter().zip(rows).collect())
    }

    /// The maps from logits to probabilities.
    #[must_use]
    pub const fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// Logits of the heads of each text, in the order of [`grens_law::Scores::HEADS`], before calibration: what calibration is fitted on.
    ///
    /// # Errors
    /// As [`Scorer::score`].
    pub fn head_logits<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<Vec<[Option<f32>; 8]>> {
        let logits = self.logits_of(&self.encode(texts)?)?;
        Ok(logits.chunks_exact(self.encoder.n_labels()).map(|row| self.heads.logits(row)).collect())
    }

    /// Normalise and tokenise texts on the worker threads.
    ///
    /// # Errors
    /// As [`Scorer::encode_one`].
    pub fn encode<T: AsRef<str> + Sync>(&self, texts: &[T]) -> Result<Vec<Encoded>> {
        if let [text] = texts {
            return Ok(vec![self.encode_one(text.as_ref())?]);
        }
        self.pool.install(|| texts.par_iter().map(|t| self.tokens.encode(t.as_ref())).collect())
    }

    /// Calibrated probabilities of one post's outputs, `[n_labels]`.
    pub(crate) fn scores_of(&self, outputs: &[f32]) -> Scores {
        self.calibration.scores(self.heads.logits(outputs))
    }

    /// Logits of one post, on the calling thread and, if nothing else is scored, with the help of a worker.
    fn logits_of_one(&self, post: &Encoded) -> Result<Vec<f32>> {
        let batch = PackedBatch::new(std::iter::once(post.ids.as_slice()));
        let others = self.alone.fetch_add(1, Ordering::Relaxed);
        let _underway = Underway(&self.alone);
        if others == 0 && self.info.threads > 1 {
            self.encoder.logits_of_one(&batch, &self.pool)
        } else {
            self.encoder.logits(&batch)
        }
    }

    /// Logits of all posts, `[posts, n_labels]`: batches of neighbours side by side, on the threads or on the encoder's lanes.
    fn logits_of<E: Borrow<Encoded> + Sync>(&self, posts: &[E]) -> Result<Vec<f32>> {
        let lengths: Vec<usize> = posts.iter().map(|p| p.borrow().ids.len()).collect();
        let logits = |range: Range<usize>| {
            self.encoder.logits(&PackedBatch::new(posts[range].iter().map(|p| p.borrow().ids.as_slice())))
        };
        let Pace { batch_tokens, lanes } = self.encoder.pace();
        let batches: Vec<Vec<f32>> = if lanes == 0 && posts.len() == 1 && self.encoder.in_int8() {
            vec![self.logits_of_one(posts[0].borrow())?]
        } else if lanes == 0 {
            let ranges = equal_ranges(&lengths, batch_tokens, self.info.threads);
            self.pool.install(|| ranges.into_par_iter().map(logits).collect::<Result<_>>())?
        } else {
            on_lanes(&equal_ranges(&lengths, batch_tokens, 1), lanes, logits)?
        };
        finite(batches.concat())
    }
}

/// Says that a post is scored until this is dropped.
struct Underway<'a>(&'a AtomicUsize);

impl Drop for Underway<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// The same logits. One that is no number reaches no threshold, and would call every post clear.
fn finite(logits: Vec<f32>) -> Result<Vec<f32>> {
    if logits.iter().all(|l| l.is_finite()) { Ok(logits) } else { Err(InferError::NotFinite) }
}

/// What `run` gives for each range, in order, `lanes` of them at a time: on threads beside the workers, since they do nothing but wait for a device,
/// while the workers tokenise what comes next.
fn on_lanes<T: Send>(
    ranges: &[Range<usize>],
    lanes: usize,
    run: impl Fn(Range<usize>) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let done: Mutex<Vec<(usize, Result<T>)>> = Mutex::default();
    let work = || {
        while let Some((at, range)) =
            Some(next.fetch_add(1, Ordering::Relaxed)).and_then(|at| Some((at, ranges.get(at)?)))
        {
            let result = run(range.clone());
            done.lock().unwrap_or_else(PoisonError::into_inner).push((at, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..lanes.min(ranges.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_number_is_no_score() {
        assert!(finite(vec![-30.0, 0.0, 30.0]).is_ok());
        for wrong in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert!(matches!(finite(vec![0.0, wrong]), Err(InferError::NotFinite)));
        }
    }

    #[test]
    fn lanes_keep_the_order_and_hand_on_errors() {
        let ranges: Vec<Range<usize>> = (0..50).map(|i| i..i + 1).collect();
        for lanes in [1, 3, 100] {
            let starts = on_lanes(&ranges, lanes, |range| Ok(range.start));
            assert!(starts.is_ok_and(|s| s == (0..50).collect::<Vec<_>>()));
            let error =
                on_lanes(&ranges, lanes, |range| if range.start == 7 { Err(InferError::OutOfMemory) } else { Ok(()) });
            assert!(matches!(error, Err(InferError::OutOfMemory)));
        }
        assert!(on_lanes(&[], 3, |_| Ok(())).is_ok_and(|none| none.is_empty()));
    }
}
