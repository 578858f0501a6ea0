//! The same text as [`super::normalise`], without the way back to the original, and quick for what most posts are made of.

/// The normalised text of a post. Equal to `normalise(text).text()`.
#[must_use]
pub fn normalise_text(text: &str) -> String {
    simple(text).unwrap_or_else(|| super::normalise(text).text)
}

/// One pass for a text of plain characters without links and mentions: only spaces and repeats are left to do. `None` for any other.
fn simple(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut last, mut repeat) = ('\0', 0);
    for c in text.chars() {
        let c = match c {
            '@' => return None,
            // A link begins with :// or www. before anything else makes it one.
            '/' if out.ends_with(":/") => return None,
            '.' if ends_with_www(&out) => return None,
            ' '..='~' => c,
            '\0'..='\x1f' | '\x7f' => ' ',
            c if is_plain(c) => c,
            _ => return None,
        };
        repeat = if c == last { repeat + 1 } else { 1 };
        last = c;
        let too_often = repeat > 3 && !c.is_ascii_digit();
        let needless_space = c == ' ' && (out.is_empty() || out.ends_with(' '));
        if !too_often && !needless_space {
            out.push(c);
        }
    }
    if out.ends_with(' ') {
        out.pop();
    }
    Some(out)
}

fn ends_with_www(out: &str) -> bool {
    out.as_bytes().last_chunk::<3>().is_some_and(|www| www.eq_ignore_ascii_case(b"www"))
}

/// Letters of Western Europe, common punctuation and pictographs: NFKC leaves them as they are, alone and next to each other.
const fn is_plain(c: char) -> bool {
    matches!(c,
        '\u{c0}'..='\u{131}' | '\u{134}'..='\u{13e}' | '\u{141}'..='\u{148}' | '\u{14a}'..='\u{17e}'
        | '–' | '—' | '‘' | '’' | '“' | '”' | '„' | '•' | '€' | '\u{1f300}'..='\u{1f64f}' | '\u{1f680}'..='\u{1f6ff}' | '\u{1f900}'..='\u{1f9ff}')
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::normalise;
    use proptest::prelude::*;

    #[test]
    fn the_quick_way_is_taken() {
        for text in ["Hoi  allemaal!!!!!\n", "coöperatie “één” – prima 🤡", "a / b: c.d, w.w.w"] {
            assert_eq!(simple(text).unwrap(), normalise(text).text(), "{text}");
        }
        for text in ["@jan", "http://x", "WWW.x.nl", "e\u{301}", "ﬁets", "а"] {
            assert_eq!(simple(text), None, "{text}");
        }
    }

    #[test]
    fn every_plain_character_is_one() {
        for c in (0..0x11_0000).filter_map(char::from_u32).filter(|&c| is_plain(c)) {
            let text = format!("a{c}{c}b");
            assert_eq!(normalise(&text).text(), text, "U+{:04X}", u32::from(c));
        }
    }

    proptest! {
        #[test]
        fn both_ways_agree(text: String) {
            prop_assert_eq!(normalise_text(&text), normalise(&text).text().to_owned());
        }

        #[test]
        fn both_ways_agree_on_what_posts_hold(text in "[aw1é!@:/. \n\t\u{0}\u{7f}\u{85}\u{a0}\u{301}HTPhtpsW.’🤡]{0,24}") {
            prop_assert_eq!(normalise_text(&text), normalise(&text).text().to_owned());
        }
    }
}
