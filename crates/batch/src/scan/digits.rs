//! Bytes as hexadecimal digits of a JSON string, read where they stand: millions of them are, and none needs a string of its own.

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
use serde::ser::Serializer;

/// Write `bytes` as twice as many digits.
pub(crate) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&grens_infer::hex(bytes))
}

/// Read `N` bytes.
pub(crate) fn deserialize<'de, D: Deserializer<'de>, const N: usize>(deserializer: D) -> Result<[u8; N], D::Error> {
    deserializer.deserialize_str(Digits)
}

struct Digits<const N: usize>;

impl<const N: usize> Visitor<'_> for Digits<N> {
    type Value = [u8; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} hexadecimal digits", 2 * N)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        let wrong = || E::invalid_value(serde::de::Unexpected::Other("a string of another kind"), &self);
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        if pairs.len() != N || !rest.is_empty() {
            return Err(wrong());
        }
        let value = |digit: u8| char::from(digit).to_digit(16);
        let mut bytes = [0; N];
        for (byte, [upper, lower]) in bytes.iter_mut().zip(pairs) {
            let (upper, lower) = (value(*upper).ok_or_else(wrong)?, value(*lower).ok_or_else(wrong)?);
            *byte = (upper << 4 | lower).to_le_bytes()[0];
        }
        Ok(bytes)
    }
}
