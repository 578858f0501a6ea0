//! The least of many numbers under many hash functions at once: what sketches of texts are made of (MinHash, Broder 1997).

use crate::Tier;
use crate::elementwise::per_tier;

per_tier! {
    /// Lower each `least[i]` to the least of `number * factors[i] + summands[i]` over all numbers, in arithmetic modulo 2^64, where that is less. The
    /// same on every tier. There are as many factors and summands as there are least numbers.
    pub fn minima(numbers: &[u64], factors: &[u64], summands: &[u64], least: &mut [u64]) = minima_body
}

// Where there is fused multiply-add there are vectors.
#[inline(always)]
fn minima_body<const FMA: bool>(numbers: &[u64], factors: &[u64], summands: &[u64], least: &mut [u64]) {
    if FMA {
        by_number(numbers, factors, summands, least);
    } else {
        by_four(numbers, factors, summands, least);
    }
}

/// One number after another, all functions side by side.
#[inline(always)]
fn by_number(numbers: &[u64], factors: &[u64], summands: &[u64], least: &mut [u64]) {
    // A compiler that knows how many functions there are puts the numbers side by side instead, which takes three times as long.
    let functions = std::hint::black_box(least.len());
    let (factors, summands, least) = (&factors[..functions], &summands[..functions], &mut least[..functions]);
    for number in numbers {
        for ((least, factor), summand) in least.iter_mut().zip(factors).zip(summands) {
            *least = (*least).min(number.wrapping_mul(*factor).wrapping_add(*summand));
        }
    }
}

/// Four functions over all numbers, which stay in registers, and then the next four.
#[inline(always)]
fn by_four(numbers: &[u64], factors: &[u64], summands: &[u64], least: &mut [u64]) {
    for ((factors, summands), least) in factors.chunks(4).zip(summands.chunks(4)).zip(least.chunks_mut(4)) {
        let (mut lowest, mut functions) = ([u64::MAX; 4], [(0, u64::MAX); 4]);
        functions.iter_mut().zip(factors.iter().zip(summands)).for_each(|(to, (&a, &b))| *to = (a, b));
        for number in numbers {
            for (lowest, (factor, summand)) in lowest.iter_mut().zip(functions) {
                *lowest = (*lowest).min(number.wrapping_mul(factor).wrapping_add(summand));
            }
        }
        least.iter_mut().zip(lowest).for_each(|(least, lowest)| *least = (*least).min(lowest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_tier_finds_the_least(
            numbers in prop::collection::vec(any::<u64>(), 0..40),
            functions in prop::collection::vec(any::<(u64, u64)>(), 0..40),
        ) {
            let (factors, summands): (Vec<u64>, Vec<u64>) = functions.iter().copied().unzip();
            for tier in Tier::ALL.into_iter().filter(|t| t.is_available()) {
                let mut least = vec![u64::MAX; functions.len()];
                minima(tier, &numbers, &factors, &summands, &mut least);
                for i in 0..functions.len() {
                    let hashed = numbers.iter().map(|n| n.wrapping_mul(factors[i]).wrapping_add(summands[i]));
                    prop_assert_eq!(least[i], hashed.min().unwrap_or(u64::MAX), "{}", tier);
                }
            }
        }
    }
}
