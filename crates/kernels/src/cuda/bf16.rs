//! Numbers in 16 bits: the upper half of an f32.

/// Rounded to nearest, ties to even. What is no number stays none.
pub(super) fn narrow(value: f32) -> u16 {
    let bits = value.to_bits();
    if value.is_nan() {
        return 0x7fff;
    }
    // The carry may reach the exponent, which is how a mantissa rounds up to the next power of two; it cannot go past the sign.
    ((bits + 0x7fff + ((bits >> 16) & 1)) >> 16) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn widen(bits: u16) -> f32 {
        f32::from_bits(u32::from(bits) << 16)
    }

    #[test]
    fn whole_numbers_of_8_bits_stay_what_they_are() {
        for q in i8::MIN..=i8::MAX {
            assert_eq!(widen(narrow(f32::from(q))).to_bits(), f32::from(q).to_bits());
        }
    }

    #[test]
    fn rounding_is_to_nearest_and_ties_go_to_even() {
        // 1 and its next neighbours in bf16 are 2^-7 apart.
        let step = 2f32.powi(-7);
        assert_eq!(widen(narrow(1.0 + 0.49 * step)), 1.0);
        assert_eq!(widen(narrow(1.0 + 0.5 * step)), 1.0);
        assert_eq!(widen(narrow(1.0 + 1.5 * step)), 1.0 + 2.0 * step);
        assert_eq!(widen(narrow(f32::MAX)), f32::INFINITY);
        assert_eq!(widen(narrow(f32::NEG_INFINITY)), f32::NEG_INFINITY);
        assert!(widen(narrow(f32::NAN)).is_nan());
    }
}
