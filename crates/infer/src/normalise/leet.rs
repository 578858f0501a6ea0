//! Digits that stand for letters: `g3handicapt`, `m0slims`. A classifier reads the word; the reader of its input should not have to.

/// The letter that a digit is written for, `0` where it is for none.
const LETTERS: [u8; 10] = *b"oi0eas0t00";

/// Most digits side by side that are read as letters: `t33f`. Above lie numbers.
const SIDE_BY_SIDE: usize = 2;

/// `text` with such digits as small letters, of as many bytes; `None` when there are none.
///
/// One or two of the digits 0, 1, 3, 4, 5 and 7 between two letters of ASCII, one of them small: `A4`, `3e`, `mp3`, `24/7` and `H5N1` stay.
pub(super) fn read(text: &str) -> Option<String> {
    if !has_digit_behind_letter(text) {
        return None;
    }
    let mut bytes = text.as_bytes().to_vec();
    let mut found = false;
    let mut at = 1;
    while at < bytes.len() {
        let digits = text.as_bytes()[at..].iter().take_while(|b| b.is_ascii_digit()).count();
        let (before, behind) = (bytes[at - 1], text.as_bytes().get(at + digits).copied().unwrap_or(b' '));
        let all_letters = text.as_bytes()[at..at + digits].iter().all(|&d| letter(d) != b'0');
        let between = before.is_ascii_alphabetic() && behind.is_ascii_alphabetic();
        if (1..=SIDE_BY_SIDE).contains(&digits)
            && all_letters
            && between
            && (before.is_ascii_lowercase() || behind.is_ascii_lowercase())
        {
            bytes[at..at + digits].iter_mut().for_each(|d| *d = letter(*d));
            found = true;
        }
        at += digits.max(1);
    }
    // ASCII stands for ASCII, so what was UTF-8 still is.
    found.then(|| String::from_utf8(bytes).ok()).flatten()
}

const fn letter(digit: u8) -> u8 {
    LETTERS[(digit - b'0') as usize]
}

fn has_digit_behind_letter(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Without a way out on the way it becomes vector instructions.
    bytes
        .iter()
        .zip(bytes.iter().skip(1))
        .fold(false, |found, (a, b)| found | (a.is_ascii_alphabetic() & b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn digits_are_read_as_the_letters_they_stand_for() {
        for (text, read_as) in [
            ("v1eze buurt", "vieze buurt"),
            ("t33f", "teef"),
            ("n0r5e k4t3n", "norse katen"),
            ("Een m3nS", "Een menS"),
            ("é4x w4s", "é4x was"),
        ] {
            assert_eq!(read(text).as_deref(), Some(read_as));
        }
        for text in ["A4 en 3e", "mp3", "H5N1", "24/7", "w8 ff", "b2b", "p2000", "10km", "a100b", "1x", "x1", "é4é", ""]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_byte_keeps_its_place(text in "[a-cA-C0-9 é]{0,24}") {
            if let Some(read) = read(&text) {
                prop_assert_eq!(read.len(), text.len());
                for (a, b) in text.bytes().zip(read.bytes()) {
                    prop_assert!(a == b || (a.is_ascii_digit() && b.is_ascii_lowercase()));
                }
            }
        }
    }
}
