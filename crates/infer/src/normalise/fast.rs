//! The same text as [`super::normalise`], without the way back to the original, and quick for what most posts are made of: plain characters,
//! links and mentions. Whatever else there is goes the long way.

use super::plain::is_normal;
use super::read_out;

/// The normalised text of a post. Equal to `normalise(text).text()`.
#[must_use]
pub fn normalise_text(text: &str) -> String {
    normalised(text, &mut String::new()).to_owned()
}

/// As [`normalise_text`], for who normalises millions of texts and keeps none: `text` itself where it is normal, else written into `room`, which
/// may have been used before.
#[must_use]
pub fn normalised<'t>(text: &'t str, room: &'t mut String) -> &'t str {
    if is_normal(text) {
        return match read_out(text) {
            Some(read) => {
                *room = read;
                room
            }
            None => text,
        };
    }
    let done = match squeeze::<true>(text, room) {
        Ok(()) => true,
        Err(Stop::Marker) => with_markers(text).is_some_and(|text| squeeze::<false>(&text, room).is_ok()),
        Err(Stop::Other) => false,
    };
    if !done {
        room.clear();
        room.push_str(super::normalise(text).text());
    } else if let Some(read) = read_out(room) {
        *room = read;
    }
    room
}

/// Why one pass is not enough.
#[derive(Debug, PartialEq, Eq)]
enum Stop {
    /// A link or a mention, it seems.
    Marker,
    /// A character that is not plain, or a word that is spelled out.
    Other,
}

/// Classes of characters, as far as words that are spelled out ask for them: two bits, the lower one set for letters and digits.
const OTHER: u16 = 0b00;
const DIGIT: u16 = 0b01;
const GAP: u16 = 0b10;
const LETTER: u16 = 0b11;

/// Set for bytes that ask for more than a look: control characters, what begins or goes on a marker, what is not ASCII.
const LOOK: u16 = 0b100;

/// What each byte is, as far as it tells.
const KINDS: [u16; 256] = {
    let (mut kinds, mut byte) = ([LOOK; 256], 0);
    while byte < 256 {
        kinds[byte] = match byte as u8 {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b'.' => GAP | LOOK,
            b' ' | b'-' | b'_' | b'*' => GAP,
            b'@' | b'/' | 0..=0x1f | 0x7f..=0xff => LOOK,
            _ => OTHER,
        };
        byte += 1;
    }
    kinds
};

/// The last seven characters, when three letters that stand alone, each with a gap behind it, have just gone by: a fourth letter may end a
/// word that is spelled out. Of the first of the seven the lower bit alone counts.
const SPELLED_OUT: u16 = 0b00_11_10_11_10_11_10;
const SPELLED_OUT_MASK: u16 = 0b01_11_11_11_11_11_11;

/// One pass over plain characters: only spaces and repeats are left to do. With `MARKERS` it stops at what may be a link or a mention.
fn squeeze<const MARKERS: bool>(text: &str, out: &mut String) -> Result<(), Stop> {
    out.clear();
    // What was read last and how often; what is written last. Spaces at the start are needless as those behind a space are.
    let (mut last, mut repeat, mut end) = (' ', 1_u32, ' ');
    // Classes of what is written.
    let mut classes = 0_u16;
    // What stands from `from` on is written as it is.
    let (mut from, mut at) = (0, 0);
    while let Some(&byte) = text.as_bytes().get(at) {
        let kind = KINDS[usize::from(byte)];
        let may_be_spelled_out = classes & SPELLED_OUT_MASK == SPELLED_OUT;
        if kind & LOOK == 0 && char::from(byte) != last && !may_be_spelled_out {
            (last, repeat, end) = (char::from(byte), 1, char::from(byte));
            classes = classes << 2 | kind;
            at += 1;
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        if c == EMOJI_STYLE && text[..at].ends_with(is_sign) {
            out.push_str(&text[from..at]);
            at += c.len_utf8();
            from = at;
            continue;
        }
        let (shown, class) = match c {
            '\0'..='\x1f' | '\x7f' => (' ', GAP),
            c if c.is_ascii() => (c, kind & !LOOK),
            c if !is_plain(c) => return Err(Stop::Other),
            c => (c, if c.is_alphabetic() { LETTER } else { OTHER }),
        };
        if MARKERS && is_marker(text, at, c) {
            return Err(Stop::Marker);
        }
        if class == LETTER && may_be_spelled_out {
            return Err(Stop::Other);
        }
        repeat = if shown == last { repeat + 1 } else { 1 };
        last = shown;
        let too_often = repeat > 3 && !shown.is_ascii_digit();
        let needless_space = shown == ' ' && end == ' ';
        let is_written = !too_often && !needless_space;
        if is_written {
            end = shown;
            classes = classes << 2 | class;
        }
        if !is_written || shown != c {
            out.push_str(&text[from..at]);
            from = at + c.len_utf8();
            if is_written {
                out.push(shown);
            }
        }
        at += c.len_utf8();
    }
    out.push_str(&text[from..]);
    if out.ends_with(' ') {
        out.pop();
    }
    Ok(())
}

/// A link begins with :// or www. before anything else makes it one.
fn is_marker(text: &str, at: usize, c: char) -> bool {
    let before = &text.as_bytes()[..at];
    match c {
        '@' => true,
        '/' => before.ends_with(b":/"),
        '.' => before.last_chunk::<3>().is_some_and(|www| www.eq_ignore_ascii_case(b"www")),
        _ => false,
    }
}

/// Links become `[URL]`, then mentions `@user`. `None` when a link holds a character that is not plain: it may end the link.
fn with_markers(text: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len() + 16);
    let mut from = 0;
    while let Some((at, end)) = next_link(text, from) {
        if !text[at..end].chars().all(|c| c.is_ascii() || is_plain(c)) {
            return None;
        }
        out.push_str(&text[from..at]);
        out.push_str("[URL]");
        from = end;
    }
    out.push_str(&text[from..]);
    Some(if out.contains('@') { with_mentions(&out) } else { out })
}

/// Where the next link begins and ends; `from` is the start, or the end of a link.
fn next_link(text: &str, from: usize) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let begins = |at: usize, word: &str| {
        bytes.get(at..at + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word.as_bytes()))
    };
    let is_link = |at: usize| {
        matches!(bytes[at], b'h' | b'H' | b'w' | b'W')
            && (begins(at, "http://") || begins(at, "https://") || begins(at, "www."))
            && !text[..at].ends_with(char::is_alphanumeric)
    };
    let at = (from..bytes.len()).find(|&at| is_link(at))?;
    let ends = |b: &u8| *b <= b' ' || *b == b'\x7f';
    Some((at, bytes[at..].iter().position(ends).map_or(bytes.len(), |n| at + n)))
}

fn with_mentions(text: &str) -> String {
    let word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let mut out = String::with_capacity(text.len() + 16);
    let mut from = 0;
    for (at, _) in text.match_indices('@') {
        let free = !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        let behind = &text.as_bytes()[at + 1..];
        let tail = behind.iter().take_while(|b| word(b) || matches!(b, b'.' | b'-')).count();
        let name = behind[..tail].iter().rposition(word).map_or(0, |last| last + 1);
        if free && name > 0 {
            out.push_str(&text[from..at]);
            out.push_str("@user");
            from = at + 1 + name;
        }
    }
    out.push_str(&text[from..]);
    out
}

/// Letters of Western Europe, common signs, punctuation and pictographs: NFKC leaves them as they are, alone and next to each other. None is a
/// digit or a space.
const fn is_plain(c: char) -> bool {
    matches!(c,
        '\u{a1}'..='\u{a7}' | '\u{a9}' | '\u{ab}' | '\u{ae}' | '\u{b0}' | '\u{b1}' | '\u{b7}' | '\u{bb}' | '\u{bf}'
        | '\u{c0}'..='\u{131}' | '\u{134}'..='\u{13e}' | '\u{141}'..='\u{148}' | '\u{14a}'..='\u{17e}'
        | '–' | '—' | '‘' | '’' | '“' | '”' | '„' | '•' | '€' | '\u{2190}'..='\u{21ff}' | '\u{2600}'..='\u{2765}'
        | '\u{1f300}'..='\u{1f64f}' | '\u{1f680}'..='\u{1f6ff}' | '\u{1f900}'..='\u{1f9ff}')
}

/// Stands behind a sign that is to look like a pictograph. It is dropped. Behind anything else it takes the long way: there it may part what becomes
/// a link or a mention without it.
const EMOJI_STYLE: char = '\u{fe0f}';

/// Plain, not ASCII and no letter: no link, name or word ends with it.
fn is_sign(c: char) -> bool {
    !c.is_ascii() && is_plain(c) && !c.is_alphanumeric()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::normalise;
    use proptest::prelude::*;

    /// Whether the long way was left out, and what came of it.
    fn quick(text: &str) -> Option<String> {
        let mut out = "was used before".to_owned();
        match squeeze::<true>(text, &mut out) {
            Ok(()) => Some(out),
            Err(Stop::Marker) => {
                with_markers(text).filter(|text| squeeze::<false>(text, &mut out).is_ok()).map(|_| out)
            }
            Err(Stop::Other) => None,
        }
    }

    #[test]
    fn the_quick_way_is_taken() {
        for text in [
            "Hoi  allemaal!!!!!\n",
            "coöperatie “één” – prima 🤡",
            "a / b: c; d",
            "om 9.30 u. thuis, als u wilt",
            "e.a. en a.u.b. niet",
            "kijk ❤\u{fe0f} ✌\u{fe0f}@jan ★ ❤\u{fe0f}❤\u{fe0f}❤\u{fe0f}❤",
            "@jan zie https://voorbeeld.nl/@piet?x=1 en WWW.x.nl, mail a@b.nl",
            "@www.x.nl @jan.www.x.nl (http://x) @a.-, @@b @_ @- xhttp://y",
        ] {
            assert_eq!(quick(text).as_deref(), Some(normalise(text).text()), "{text}");
        }
        for text in [
            "e\u{301}",
            "a\u{fe0f}",
            "é\u{fe0f}",
            "ﬁets",
            "а",
            "w o o r d",
            "een w.o.o.r.d",
            "http://x\u{a0}y",
            "@jan\u{2003}w",
        ] {
            assert_eq!(quick(text), None, "{text}");
        }
    }

    #[test]
    fn every_plain_character_is_one() {
        for c in (0..0x11_0000).filter_map(char::from_u32).filter(|&c| is_plain(c)) {
            let text = format!("a{c}{c}b");
            assert_eq!(normalise(&text).text(), text, "U+{:04X}", u32::from(c));
            assert!(!c.is_numeric() && !c.is_whitespace(), "U+{:04X}", u32::from(c));
        }
    }

    proptest! {
        #[test]
        fn both_ways_agree(text: String) {
            let slow = normalise(&text);
            prop_assert_eq!(normalise_text(&text), slow.text());
        }

        #[test]
        fn both_ways_agree_on_words_spelled_out(text in "[abé1 .*!]{0,16}") {
            let slow = normalise(&text);
            prop_assert_eq!(normalise_text(&text), slow.text());
        }

        #[test]
        fn both_ways_agree_on_long_words_spelled_out(text in "([ab!1é]{0,2}[ .-]){0,12}[ab]{0,3}") {
            let slow = normalise(&text);
            prop_assert_eq!(normalise_text(&text), slow.text());
        }

        #[test]
        fn both_ways_agree_on_digits_for_letters(text in "[abAB1382 é\u{200b}]{0,24}") {
            let slow = normalise(&text);
            prop_assert_eq!(normalise_text(&text), slow.text());
        }

        #[test]
        fn both_ways_agree_on_links_and_mentions(text in "(http://|HTTPS://|www\\.|@|a|jan|_|-|\\.|/| |\t|é|5|\\[URL\\]|!|\u{a0}|\u{7f}){0,16}") {
            let slow = normalise(&text);
            prop_assert_eq!(normalise_text(&text), slow.text());
        }

        #[test]
        fn both_ways_agree_on_what_posts_hold(text in "[aw1é!@:/. \n\t\u{0}\u{7f}\u{85}\u{a0}\u{301}\u{fe0f}HTPhtpsW.’🤡❤]{0,24}") {
            let slow = normalise(&text);
            prop_assert_eq!(normalise_text(&text), slow.text());
        }
    }
}
