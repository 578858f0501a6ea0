//! Self-attention over packed sequences: no padding, each sequence by itself.

use std::cell::RefCell;

use crate::Tier;
use crate::aligned::AlignedFloats;
use crate::elementwise::{exp, mul_add, per_tier};
#[cfg(target_arch = "x86_64")]
use crate::tier::assert_available;

/// Scores that are summed side by side: one AVX-512 vector.
pub(crate) const LANES: usize = 16;

/// Tokens whose scores are summed side by side: enough that one sum need not wait for the last.
pub(crate) const ROWS: usize = 8;

thread_local! {
    /// What a sequence is laid out in, kept for the next one.
    static SCRATCH: RefCell<AlignedFloats> = RefCell::default();
}

/// Sizes of an attention layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttentionShape {
    /// Attention heads.
    pub heads: usize,
    /// Width of a head; `heads * head_dim` is the hidden size.
    pub head_dim: usize,
}

/// Whose outputs are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Queries {
    /// Every token's: `out` is `[tokens, hidden]`.
    All,
    /// Each sequence's first token's, which is all that a classifier reads of its last layer: `out` is
    /// `[sequences, hidden]`.
    First,
}

/// Scaled dot-product attention (Vaswani et al. 2017) of packed sequences.
///
/// `qkv` is `[tokens, 3 * hidden]`: queries, keys and values side by side. `lengths` are the sequences' lengths, in order,
/// none 0, and add up to `tokens`. The shape of `out` follows from `queries`.
///
/// # Panics
/// When the lengths do not fit together or `tier` is not available here.
pub fn attention(tier: Tier, qkv: &[f32], lengths: &[usize], shape: AttentionShape, queries: Queries, out: &mut [f32]) {
    let hidden = shape.heads * shape.head_dim;
    let tokens: usize = lengths.iter().sum();
    assert_eq!(qkv.len(), tokens * 3 * hidden, "qkv must be [{tokens}, {}]", 3 * hidden);
    let asked = |length: usize| if queries == Queries::All { length } else { 1 };
    let rows: usize = lengths.iter().map(|&n| asked(n)).sum();
    assert_eq!(out.len(), rows * hidden, "out must be [{rows}, {hidden}]");
    assert!(!lengths.contains(&0), "a sequence has tokens");
    let longest = lengths.iter().copied().max().unwrap_or(0);
    #[cfg(target_arch = "x86_64")]
    let tiles = in_tiles(tier, shape, queries).then(crate::amx::Tiles::set_up);
    let mut scratch = SCRATCH.take();
    scratch.resize(scratch_len(longest, shape));
    let (mut first, mut first_out) = (0, 0);
    for &length in lengths {
        let qkv = &qkv[first * 3 * hidden..(first + length) * 3 * hidden];
        let out = &mut out[first_out * hidden..(first_out + asked(length)) * hidden];
        first += length;
        first_out += asked(length);
        #[cfg(target_arch = "x86_64")]
        if let Some(tiles) = tiles.as_ref().filter(|_| length >= LEAST_IN_TILES) {
            // SAFETY: the tiles are there because the processor has bf16 in them and the tier says that it has all else.
            unsafe {
                crate::x86_amx_attention::one_sequence(tiles, qkv, length, shape.heads, scratch.as_mut_slice(), out);
            };
            continue;
        }
        run(tier, qkv, length, shape, scratch.as_mut_slice(), out);
    }
    SCRATCH.set(scratch);
}

/// Tokens from which on tiles are faster, as measured: they take 16 queries at a time, and splitting numbers takes time too.
#[cfg(target_arch = "x86_64")]
const LEAST_IN_TILES: usize = 25;

#[cfg(target_arch = "x86_64")]
const _: () = assert!(LEAST_IN_TILES > LANES, "tiles want two blocks of queries a head");

/// Whether tiles do this. One query would leave them empty.
#[cfg(target_arch = "x86_64")]
fn in_tiles(tier: Tier, shape: AttentionShape, queries: Queries) -> bool {
    assert_available(tier);
    let fits = shape.head_dim == crate::x86_amx_attention::WIDTH && queries == Queries::All;
    tier == Tier::Amx && fits && crate::amx::has_bf16()
}

/// How many f32 the kernels for a sequence want.
fn scratch_len(length: usize, shape: AttentionShape) -> usize {
    // Per head: keys transposed, values gathered, some rows of scores; keys in whole lanes.
    let len = length.next_multiple_of(LANES) * (2 * shape.head_dim + ROWS);
    #[cfg(target_arch = "x86_64")]
    let len = len.max(crate::x86_amx_attention::scratch_len(length));
    len
}

/// One sequence, by the kernel of the tier that there is for such heads.
fn run(tier: Tier, qkv: &[f32], length: usize, shape: AttentionShape, scratch: &mut [f32], out: &mut [f32]) {
    #[cfg(target_arch = "x86_64")]
    if tier.has_avx512() && matches!(shape.head_dim, 32 | 64) {
        assert_available(tier);
        // SAFETY: the tier is available, and is none below AVX-512.
        unsafe { crate::x86_attention::one_sequence(qkv, length, shape, scratch, out) };
        return;
    }
    one_sequence(tier, qkv, length, shape, scratch, out);
}

per_tier! {
    fn one_sequence(qkv: &[f32], length: usize, shape: AttentionShape, scratch: &mut [f32], out: &mut [f32]) = sequence_body
}

#[inline(always)]
fn sequence_body<const FMA: bool>(
    qkv: &[f32],
    length: usize,
    shape: AttentionShape,
    scratch: &mut [f32],
    out: &mut [f32],
) {
    // A width that is known when compiled keeps a head's output in registers; 0 stands for any other.
    match shape.head_dim {
        32 => heads_body::<FMA, 32>(qkv, length, shape, scratch, out),
        64 => heads_body::<FMA, 64>(qkv, length, shape, scratch, out),
        _ => heads_body::<FMA, 0>(qkv, length, shape, scratch, out),
    }
}

// No closures in here: one would not be compiled with the tier's instructions.
#[inline(always)]
fn heads_body<const FMA: bool, const D: usize>(
    qkv: &[f32],
    length: usize,
    shape: AttentionShape,
    scratch: &mut [f32],
    out: &mut [f32],
) {
    let width = if D == 0 { shape.head_dim } else { D };
    let hidden = shape.heads * width;
    #[allow(clippy::cast_precision_loss, reason = "a head's width is far below 2^24")]
    let scale = 1.0 / (width as f32).sqrt();
    let padded = length.next_multiple_of(LANES);
    let (keys, rest) = scratch.split_at_mut(padded * width);
    let (values, rest) = rest.split_at_mut(length * width);
    let p = &mut rest[..ROWS * padded];
    // What is left of another sequence must not be read as numbers here: it may be anything.
    keys.fill(0.0);
    for head in 0..shape.heads {
        for (t, row) in qkv.chunks_exact(3 * hidden).enumerate() {
            let key = &row[hidden + head * width..][..width];
            for (d, &k) in key.iter().enumerate() {
                keys[d * padded + t] = k * scale;
            }
            values[t * width..(t + 1) * width].copy_from_slice(&row[2 * hidden + head * width..][..width]);
        }
        let task = HeadTask { keys, values, length, padded, hidden, width, at: head * width };
        let asked = out.len() / hidden;
        let mut t = 0;
        while t + ROWS <= asked {
            rows_body::<FMA, D, ROWS>(&task, &qkv[t * 3 * hidden..], p, &mut out[t * hidden..]);
            t += ROWS;
        }
        if t + 4 <= asked {
            rows_body::<FMA, D, 4>(&task, &qkv[t * 3 * hidden..], p, &mut out[t * hidden..]);
            t += 4;
        }
        if t + 2 <= asked {
            rows_body::<FMA, D, 2>(&task, &qkv[t * 3 * hidden..], p, &mut out[t * hidden..]);
            t += 2;
        }
        if t < asked {
            rows_body::<FMA, D, 1>(&task, &qkv[t * 3 * hidden..], p, &mut out[t * hidden..]);
        }
    }
}

/// One head of one sequence.
struct HeadTask<'a> {
    /// `[width, padded]`, scaled.
    keys: &'a [f32],
    /// `[length, width]`.
    values: &'a [f32],
    length: usize,
    padded: usize,
    hidden: usize,
    width: usize,
    /// First column of the head.
    at: usize,
}

/// The outputs of `R` neighbouring tokens. Each token's sums run in the same order whatever `R` is.
#[inline(always)]
fn rows_body<const FMA: bool, const D: usize, const R: usize>(
    task: &HeadTask<'_>,
    qkv: &[f32],
    p: &mut [f32],
    out: &mut [f32],
) {
    let HeadTask { keys, values, length, padded, hidden, at, .. } = *task;
    let width = if D == 0 { task.width } else { D };
    let mut query: [&[f32]; R] = [&[]; R];
    for (r, query) in query.iter_mut().enumerate() {
        *query = &qkv[r * 3 * hidden + at..][..width];
    }
    for block in (0..padded).step_by(LANES) {
        // A block of scores stays in registers over all of the head's width.
        let mut sum = [[0.0_f32; LANES]; R];
        for d in 0..width {
            let keys = &keys[d * padded + block..][..LANES];
            for r in 0..R {
                let q = query[r][d];
                for (s, &k) in sum[r].iter_mut().zip(keys) {
                    *s = mul_add::<FMA>(q, k, *s);
                }
            }
        }
        for r in 0..R {
            p[r * padded + block..][..LANES].copy_from_slice(&sum[r]);
        }
    }
    let mut share = [0.0_f32; R];
    for r in 0..R {
        share[r] = 1.0 / weigh::<FMA>(&mut p[r * padded..(r + 1) * padded], length);
    }
    if D == 0 {
        for r in 0..R {
            let out = &mut out[r * hidden + at..][..width];
            out.fill(0.0);
            for (t, v) in values.chunks_exact(width).enumerate() {
                for (s, &v) in out.iter_mut().zip(v) {
                    *s = mul_add::<FMA>(p[r * padded + t], v, *s);
                }
            }
            for s in out {
                *s *= share[r];
            }
        }
        return;
    }
    let mut sum = [[0.0_f32; D]; R];
    for (t, v) in values.as_chunks::<D>().0.iter().enumerate() {
        for r in 0..R {
            let p = p[r * padded + t];
            for d in 0..D {
                sum[r][d] = mul_add::<FMA>(p, v[d], sum[r][d]);
            }
        }
    }
    for r in 0..R {
        let out = &mut out[r * hidden + at..][..width];
        for d in 0..D {
            out[d] = sum[r][d] * share[r];
        }
    }
}

/// Replace scores by their exponentials, the largest 1, and return their sum: a softmax that is not divided yet.
#[inline(always)]
fn weigh<const FMA: bool>(p: &mut [f32], length: usize) -> f32 {
    // Padding weighs e^-87 at most: nothing, in f32.
    p[length..].fill(f32::MIN);
    let (blocks, _) = p.as_chunks_mut::<LANES>();
    let mut most = [f32::MIN; LANES];
    for block in blocks.iter() {
        for i in 0..LANES {
            most[i] = if block[i] > most[i] { block[i] } else { most[i] };
        }
    }
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            most[i] = if most[i + half] > most[i] { most[i + half] } else { most[i] };
        }
        half /= 2;
    }
    let most = most[0];
    let mut sum = [0.0_f32; LANES];
    for block in blocks.iter_mut() {
        for i in 0..LANES {
            block[i] = exp::<FMA>(block[i] - most);
            sum[i] += block[i];
        }
    }
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            sum[i] += sum[i + half];
        }
        half /= 2;
    }
    sum[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn in_f64(qkv: &[f32], length: usize, heads: usize, width: usize) -> Vec<f64> {
        let hidden = heads * width;
        let at =
            |t: usize, part: usize, h: usize, d: usize| f64::from(qkv[t * 3 * hidden + part * hidden + h * width + d]);
        let mut out = vec![0.0; length * hidden];
        for h in 0..heads {
            for t in 0..length {
                let s: Vec<f64> = (0..length)
                    .map(|u| (0..width).map(|d| at(t, 0, h, d) * at(u, 1, h, d)).sum::<f64>() / (width as f64).sqrt())
                    .collect();
                let most = s.iter().copied().fold(f64::MIN, f64::max);
                let e: Vec<f64> = s.iter().map(|v| (v - most).exp()).collect();
                let total: f64 = e.iter().sum();
                for d in 0..width {
                    out[t * hidden + h * width + d] = (0..length).map(|u| e[u] / total * at(u, 2, h, d)).sum();
                }
            }
        }
        out
    }

    /// Numbers from -2 to 2.
    fn numbers(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 22) as f32 - 2.0
        };
        (0..count).map(|_| next()).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]
        #[test]
        fn every_tier_agrees_with_double_precision(
            lengths in prop::collection::vec(1usize..70, 1..4),
            width in prop::sample::select(vec![8usize, 16, 32, 64, 5, 12]),
            heads in 1usize..4,
            seed: u32,
        ) {
            let hidden = heads * width;
            let tokens: usize = lengths.iter().sum();
            let qkv = numbers(tokens * 3 * hidden, seed);
            let mut wanted = vec![];
            let mut first = 0;
            for &length in &lengths {
                wanted.extend(in_f64(&qkv[first * 3 * hidden..(first + length) * 3 * hidden], length, heads, width));
                first += length;
            }
            for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
                // Two bf16 keep 16 bits of a score, which then stands in an exponent.
                let error = if tier == Tier::Amx && width == 32 { 1e-4 } else { 2e-5 };
                let mut out = vec![f32::NAN; tokens * hidden];
                let shape = AttentionShape { heads, head_dim: width };
                attention(tier, &qkv, &lengths, shape, Queries::All, &mut out);
                for (g, w) in out.iter().zip(&wanted) {
                    prop_assert!((f64::from(*g) - w).abs() < error, "{tier}: {g} {w}");
                }
                let mut firsts = vec![f32::NAN; lengths.len() * hidden];
                attention(tier, &qkv, &lengths, shape, Queries::First, &mut firsts);
                let mut at = 0;
                for (i, &length) in lengths.iter().enumerate() {
                    let (one, first) = (&firsts[i * hidden..(i + 1) * hidden], &out[at * hidden..(at + 1) * hidden]);
                    for (a, b) in one.iter().zip(first) {
                        prop_assert!(f64::from(a - b).abs() <= if tier == Tier::Amx { error } else { 0.0 }, "{tier}: {a} {b}");
                    }
                    at += length;
                }
            }
        }

        #[test]
        fn long_sequences_agree_with_double_precision(length in 17usize..300, heads in 1usize..5, seed: u32) {
            let (width, hidden) = (32, heads * 32);
            let qkv = numbers(length * 3 * hidden, seed);
            let wanted = in_f64(&qkv, length, heads, width);
            for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
                let mut out = vec![f32::NAN; length * hidden];
                attention(tier, &qkv, &[length], AttentionShape { heads, head_dim: width }, Queries::All, &mut out);
                for (g, w) in out.iter().zip(&wanted) {
                    prop_assert!((f64::from(*g) - w).abs() < if tier == Tier::Amx { 1e-4 } else { 2e-5 }, "{tier}: {g} {w}");
                }
            }
        }

        #[test]
        fn a_sequence_knows_no_other(
            lengths in prop::collection::vec(1usize..70, 2..6),
            width in prop::sample::select(vec![32usize, 64, 12]),
            bad in prop::sample::select(vec![f32::NAN, f32::from_bits(0x7fff_ffff), f32::from_bits(0x7f80_0001)]),
            seed: u32,
        ) {
            let shape = AttentionShape { heads: 2, head_dim: width };
            let hidden = 2 * width;
            let tokens: usize = lengths.iter().sum();
            let qkv = numbers(tokens * 3 * hidden, seed);
            // One number of one sequence is none; all others must come out as they do alone.
            let spoilt = seed as usize % lengths.len();
            let start: usize = lengths[..spoilt].iter().sum();
            let mut with_bad = qkv.clone();
            // Of the last token's first head: its query, a key or a value.
            let part = seed as usize % 3;
            with_bad[(start + lengths[spoilt] - 1) * 3 * hidden + part * hidden] = bad;
            for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
                for queries in [Queries::All, Queries::First] {
                    let rows = |length: usize| if queries == Queries::All { length } else { 1 };
                    let mut out = vec![0.0; lengths.iter().map(|&n| rows(n)).sum::<usize>() * hidden];
                    attention(tier, &with_bad, &lengths, shape, queries, &mut out);
                    let (mut at, mut out) = (0, &out[..]);
                    for (i, &length) in lengths.iter().enumerate() {
                        let mut alone = vec![f32::NAN; rows(length) * hidden];
                        let own = &qkv[at * 3 * hidden..(at + length) * 3 * hidden];
                        attention(tier, own, &[length], shape, queries, &mut alone);
                        let (packed, rest) = out.split_at(alone.len());
                        if i != spoilt {
                            prop_assert!(packed == alone, "{tier}");
                        } else if part > 0 || rows(length) == length {
                            prop_assert!(packed[packed.len() - hidden].is_nan(), "{tier}: {part} of {length}");
                            // The other head is as it was.
                            for (a, b) in packed.chunks_exact(width).zip(alone.chunks_exact(width)).skip(1).step_by(2) {
                                prop_assert!(a == b, "{tier}");
                            }
                        }
                        (at, out) = (at + length, rest);
                    }
                }
            }
        }
    }
}
