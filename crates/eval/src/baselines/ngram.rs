//! Logistic regression over hashed character n-grams, trained on `eval-data/train` by `examples/train_ngrams.rs`.

use sha2::{Digest, Sha256};

use crate::head::Head;

/// Buckets that n-grams are hashed into.
pub const BUCKETS: usize = 1 << 17;
/// Lengths of the n-grams, in characters.
const LENGTHS: std::ops::RangeInclusive<usize> = 2..=5;
const SHIPPED: &[u8] = include_bytes!("../../data/ngrams-nl.bin");
const HEADS: usize = Head::ALL.len();
/// Scale and bias of a head, as little-endian floats.
const HEADER: usize = 8;

/// Weights of the heads, in the order of [`Head::ALL`]; 8 bits each, times a scale.
#[derive(Debug, Clone)]
pub struct NgramModel<'a> {
    heads: [(f32, f32, &'a [u8]); HEADS],
}

impl NgramModel<'static> {
    /// The model that ships.
    #[must_use]
    pub fn shipped() -> Self {
        Self::parse(SHIPPED)
    }

    /// SHA-256 of its file, hexadecimal.
    #[must_use]
    pub fn hash() -> String {
        format!("{:x}", Sha256::digest(SHIPPED))
    }
}

impl<'a> NgramModel<'a> {
    /// Read weights: for each head scale and bias, then one signed byte a bucket. What is missing counts as 0.
    #[must_use]
    pub fn parse(bytes: &'a [u8]) -> Self {
        let float = |at: usize| bytes.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0.0, f32::from_le_bytes);
        let head = |h: usize| {
            let start = h * (HEADER + BUCKETS);
            let weights = bytes.get(start + HEADER..start + HEADER + BUCKETS).unwrap_or_default();
            (float(start), float(start + 4), weights)
        };
        Self { heads: [head(0), head(1), head(2)] }
    }

    /// Write weights as [`NgramModel::parse`] reads them. `heads`: weights `[BUCKETS]` and bias.
    #[must_use]
    #[allow(clippy::cast_possible_truncation, reason = "rounded into -127..=127")]
    pub fn to_bytes(heads: &[(Vec<f32>, f32)]) -> Vec<u8> {
        let mut bytes = vec![];
        for (weights, bias) in heads {
            let most = weights.iter().fold(f32::MIN_POSITIVE, |m, w| m.max(w.abs()));
            let scale = most / 127.0;
            bytes.extend(scale.to_le_bytes());
            bytes.extend(bias.to_le_bytes());
            bytes.extend(weights.iter().map(|w| ((w / scale).round() as i8).cast_unsigned()));
        }
        bytes
    }

    /// Probability of each head, in the order of [`Head::ALL`]. `text` as [`super::plain`] gives it.
    #[must_use]
    pub fn probabilities(&self, text: &str) -> [f32; HEADS] {
        let features = features(text);
        #[allow(clippy::cast_precision_loss, reason = "few features")]
        let norm = (features.len().max(1) as f32).sqrt();
        self.heads.map(|(scale, bias, weights)| {
            let sum: i32 =
                features.iter().map(|&f| i32::from(weights.get(f as usize).copied().unwrap_or(0).cast_signed())).sum();
            #[allow(clippy::cast_precision_loss, reason = "sums of bytes")]
            let logit = scale * sum as f32 / norm + bias;
            1.0 / (1.0 + (-logit).exp())
        })
    }
}

/// Buckets of the distinct n-grams of a text, sorted. N-grams stay within words, a space stands at both ends of each.
#[must_use]
#[allow(clippy::cast_possible_truncation, reason = "masked to the number of buckets")]
pub fn features(text: &str) -> Vec<u32> {
    let mut found = vec![];
    for word in text.split_whitespace() {
        let padded: Vec<char> = std::iter::once(' ').chain(word.chars()).chain(std::iter::once(' ')).collect();
        for length in LENGTHS {
            found.extend(padded.windows(length).map(|gram| (fnv(gram) & (BUCKETS as u64 - 1)) as u32));
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// FNV-1a over the characters, its halves folded together.
fn fnv(gram: &[char]) -> u64 {
    let bytes = gram.iter().flat_map(|c| u32::from(*c).to_le_bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325, |h: u64, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    hash ^ (hash >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_distinct_and_know_the_ends_of_words() {
        let list = features("aaaa aaaa");
        assert!(list.windows(2).all(|w| w[0] < w[1]));
        // " a", "aa", "a ", " aa", "aaa", "aa ", " aaa", "aaaa", "aaa ", " aaaa", "aaaa "
        assert_eq!(list.len(), 11);
        assert!(features("").is_empty());
    }

    #[test]
    fn weights_survive_their_eight_bits() {
        let mut weights = vec![0.0; BUCKETS];
        for f in features("rot") {
            weights[f as usize] = 1.0;
        }
        let bytes = NgramModel::to_bytes(&[(weights.clone(), -1.0), (weights.clone(), 0.0), (weights, 0.0)]);
        let model = NgramModel::parse(&bytes);
        let [hate, other, _] = model.probabilities("rot");
        // Ten n-grams of weight 1 over the root of ten, less the bias.
        assert!((hate - 1.0 / (1.0 + (1.0 - 10.0_f32.sqrt()).exp())).abs() < 1e-3, "{hate}");
        assert!(other > hate && model.probabilities("")[0] < 0.3);
    }
}
