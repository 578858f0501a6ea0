//! Texts that are normal as they are: most posts, told without writing them anew.

/// Whether [`super::normalise`] surely changes nothing before [`super::read_out`]: printable ASCII and letters of Western Europe, no link or mention, nothing to join, to cut or
/// to trim. Where this is false the text may be normal all the same.
pub(super) fn is_normal(text: &str) -> bool {
    let bytes = text.as_bytes();
    let trimmed = bytes.first() != Some(&b' ') && bytes.last() != Some(&b' ');
    // A text does not begin within a character; of all others the byte before it shows it.
    let begins_plainly = bytes.first().is_none_or(|&b| b < 0x80 || b == LATIN);
    let windows = bytes.windows(BLOCK + BEHIND).step_by(BLOCK);
    let rest = bytes.get(windows.len() * BLOCK..).unwrap_or_default();
    // The end is looked at with signs behind it that mean nothing to any rule.
    let mut end = *b"!?!?!?!?!?!?!?!?!?!?!?!?!?!?!?!?!?!?";
    end.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
    let ends = end.windows(BLOCK + BEHIND).step_by(BLOCK).take(rest.len().div_ceil(BLOCK));
    let mut blocks = windows.chain(ends);
    trimmed && begins_plainly && !blocks.any(|block| block.first_chunk().is_none_or(any_asks_for_more))
}

/// Bytes whose turn it is in one step: as many as a vector register of any processor holds.
const BLOCK: usize = 16;
/// Bytes behind a byte that are looked at together with it.
const BEHIND: usize = 4;

/// First byte of U+00C0 to U+00FF: letters that NFKC leaves as they are, and the signs of multiplication and division.
pub(super) const LATIN: u8 = 0xc3;

/// Whether any five bytes in a row ask for more than a look. Every rule is put to every byte, so that all bytes of a block go through side by side.
fn any_asks_for_more(bytes: &[u8; BLOCK + BEHIND]) -> bool {
    let mut found = [false; BLOCK];
    for (at, found) in found.iter_mut().enumerate() {
        *found = asks_for_more([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3], bytes[at + 4]]);
    }
    found != [false; BLOCK]
}

/// The rules of normalisation as far as five bytes tell, each a little too strict.
fn asks_for_more([a, b, c, d, e]: [u8; 5]) -> bool {
    // Signs of control, mentions, and what is written in more than one byte, but for `LATIN`.
    let strange = (a < b' ') | (a == 0x7f) | (a == b'@') | ((a >= 0xc0) & (a != LATIN));
    let second_of_another = (0x80..0xc0).contains(&b) & (a != LATIN);
    let link = ((a == b'/') & (b == b'/')) | ((a | 0x20 == b'w') & (b | 0x20 == b'w'));
    let spaces = (a == b' ') & (b == b' ');
    let repeat = (a == b) & (b == c) & (c == d);
    let repeat_of_latin = (a == LATIN) & (c == LATIN) & (e == LATIN) & (b == d);
    // Of four letters that stand alone either the two in the middle are ASCII, or one of them is not.
    let spelled_out = is_gap(a) & b.is_ascii_alphabetic() & is_gap(c) & d.is_ascii_alphabetic() & is_gap(e);
    let spelled_out_in_latin = is_gap(a) & (b == LATIN) & is_gap(d);
    strange | second_of_another | link | spaces | repeat | repeat_of_latin | spelled_out | spelled_out_in_latin
}

const fn is_gap(b: u8) -> bool {
    (b == b' ') | (b == b'.') | (b == b'-') | (b == b'_') | (b == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normalise;
    use crate::normalise::read_out;
    use proptest::prelude::*;

    #[test]
    fn most_posts_are_told_to_be_normal() {
        for text in [
            "",
            "ja",
            "één",
            "Morgen om 9.30 u. thuis; als u wilt, niet te laat...",
            "coöperatie, efficiënt en 3×4",
            "Dat is 100% waar!!! (echt)",
        ] {
            assert!(is_normal(text) && normalise(text).text() == text, "{text}");
        }
    }

    #[test]
    fn every_rule_is_told_at_every_place() {
        for odd in [
            "  ", "\n", "@a", "//", "WW", "zzzz", "éééé", "a b c d", "é b c d", "a é c d", "a b é d", "a b c é", "œ",
            "🤡", "e\u{301}",
        ] {
            for before in 0..40 {
                for after in 0..40 {
                    let text = format!("{}{odd}{}", "0/".repeat(before), "/0".repeat(after));
                    assert!(!is_normal(&text), "{text}");
                }
            }
        }
        assert!(!is_normal(" a") && !is_normal("a "));
    }

    proptest! {
        #[test]
        fn what_is_told_to_be_normal_is(text in "[aéw1 .@/!-]{0,40}") {
            prop_assert!(!is_normal(&text) || normalise(&text).text() == read_out(&text).unwrap_or(text));
        }

        #[test]
        fn what_is_told_to_be_normal_is_in_any_script(text: String) {
            prop_assert!(!is_normal(&text) || normalise(&text).text() == read_out(&text).unwrap_or(text));
        }

        #[test]
        fn single_letters_that_are_told_to_be_normal_are(text in "([aé1!][ .-]){0,12}[aé]{0,2}") {
            prop_assert!(!is_normal(&text) || normalise(&text).text() == read_out(&text).unwrap_or(text));
        }
    }
}
