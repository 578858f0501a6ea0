//! The language gate: which posts are clearly not in Dutch.
//!
//! Losing a Dutch post costs more than scoring a foreign one, so that everything doubtful counts as Dutch here: what is short, what
//! is mixed, what holds Dutch words, and the languages next door (Afrikaans, Frisian, Low German), which the detector takes for
//! Dutch. `docs/language-gate.md` has the figures, and the detectors that were tried.

use whichlang::{Lang, detect_language};

/// Fewer letters or words than this, links and names aside, tell nothing.
const MIN_LETTERS: usize = 30;
const MIN_WORDS: usize = 4;

/// So much of a post is looked at.
const MAX_WORDS: usize = 60;
const MAX_BYTES: usize = 2000;

/// A post is looked at in two to four pieces, of about this many bytes: one in two languages shows Dutch in one of them.
const PIECE: usize = 16;

/// Of this many words one Dutch one is enough to score a post.
const WORDS_A_DUTCH_ONE: usize = 12;

/// Common Dutch words, Flemish, Frisian and chat spellings among them, that are no common words of English, German, French, Spanish or
/// Turkish. Sorted, for the search.
const DUTCH: [&str; 155] = [
    "aan", "achter", "alleen", "allemaal", "allez", "altijd", "amai", "andere", "anders", "bent", "bij", "bijna",
    "binne", "daar", "dat", "denk", "denken", "deze", "dit", "doen", "dus", "dyn", "echt", "een", "eens", "eerst",
    "effe", "egt", "eigen", "elke", "ff", "gaan", "gaat", "geen", "gelijk", "gewoon", "gij", "goed", "goeie", "haar",
    "hawwe", "heb", "hebben", "hebt", "heeft", "heel", "het", "hij", "hjir", "hjoed", "hoe", "hoor", "hoort", "houden",
    "hun", "iedereen", "iemand", "iets", "ik", "jaar", "jij", "jimme", "joh", "jou", "jouw", "jullie", "keer", "kijk",
    "kijken", "komen", "komt", "krijg", "krijgt", "kunnen", "kweenie", "laat", "leuk", "maar", "maken", "mee", "meer",
    "meisje", "mensen", "mij", "mijn", "mn", "moarn", "moest", "moet", "moeten", "mooi", "myn", "naar", "nee",
    "niemand", "niet", "niets", "niks", "noar", "nog", "nooit", "nou", "oan", "ofzo", "omdat", "ons", "onze", "ook",
    "overal", "peisde", "soe", "staat", "straks", "tegen", "terug", "tige", "toch", "toen", "uit", "van", "vandaag",
    "veel", "vind", "vinden", "volgens", "voor", "wa", "waar", "waarom", "wat", "weer", "weet", "wel", "wij", "wilt",
    "worden", "wordt", "wrm", "wurdt", "yn", "zal", "ze", "zeg", "zeggen", "zei", "zelf", "zich", "zien", "zijn",
    "zit", "zn", "zo", "zonder", "zou", "zulke",
];

/// The language of a post that is clearly not Dutch, as a tag such as `de`; `None` for Dutch and for whatever is not clear.
///
/// `hint` is the language that the input claims. A claim of Dutch is believed. Any other is not: it is a setting of the account more
/// often than a property of the post.
#[must_use]
pub fn clearly_other(text: &str, hint: Option<&str>) -> Option<&'static str> {
    if hint.is_some_and(claims_dutch) {
        return None;
    }
    let text = text.get(..text.floor_char_boundary(MAX_BYTES)).unwrap_or_default();
    let Words { seen, dutch, .. } = Words::of(text);
    if dutch * WORDS_A_DUTCH_ONE > seen {
        return None;
    }
    let prose = tokens(text).collect::<Vec<_>>().join(" ");
    let letters = prose.chars().filter(|c| c.is_alphabetic()).count();
    // Scripts without spaces have few words; only Latin letters need the count.
    if letters < MIN_LETTERS || (seen < MIN_WORDS && prose.is_ascii()) {
        return None;
    }
    let pieces = (prose.len() / PIECE).clamp(2, 4);
    let cut = |n: usize| prose.floor_char_boundary(prose.len() * n / pieces);
    let is_dutch = |n| prose.get(cut(n)..cut(n + 1)).is_none_or(|piece| detect_language(piece) == Lang::Nld);
    if (0..pieces).any(is_dutch) { None } else { tag(detect_language(&prose)) }
}

/// Whether a language tag says Dutch: by its first part, in two or three letters, or in words.
fn claims_dutch(tag: &str) -> bool {
    let first = tag.split(['-', '_']).next().unwrap_or_default();
    ["nl", "nld", "dut", "vls", "dutch", "nederlands"].iter().any(|dutch| first.eq_ignore_ascii_case(dutch))
}

/// What of a post says something about its language: no links, names and hashtags.
fn tokens(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace().filter(|token| !token.starts_with(['@', '#']) && !is_link(token))
}

fn is_link(token: &str) -> bool {
    ["http://", "https://", "www."].iter().any(|start| token.starts_with(start))
}

/// Words of a text that were looked at: all of them up to [`MAX_WORDS`], or as many as settle it that the post is Dutch.
#[derive(Default)]
struct Words {
    seen: usize,
    dutch: usize,
    /// Bytes of the word in hand, and what [`packed`] makes of them.
    length: usize,
    number: u64,
}

impl Words {
    fn of(text: &str) -> Self {
        let mut words = Self::default();
        'tokens: for token in tokens(text) {
            let mut rest = token.as_bytes();
            while let [byte, more @ ..] = rest {
                rest = more;
                if byte.is_ascii_alphabetic() || (!byte.is_ascii() && is_letter(token, token.len() - more.len() - 1)) {
                    words.length += 1;
                    words.number = words.number << 8 | u64::from(byte | 0x20);
                } else if words.end() {
                    break 'tokens;
                }
            }
            if words.end() {
                break;
            }
        }
        words
    }

    /// End the word in hand, if there is one; whether enough was seen.
    fn end(&mut self) -> bool {
        if self.length > 0 {
            self.seen += 1;
            self.dutch += usize::from(self.length <= LONGEST && is_dutch(self.number));
            (self.length, self.number) = (0, 0);
        }
        // Enough for the longest post that is looked at: most Dutch posts are through here, after a dozen words.
        self.seen >= MAX_WORDS || self.dutch * WORDS_A_DUTCH_ONE > MAX_WORDS
    }
}

/// Whether the byte at `at`, which is not ASCII, belongs to a letter.
fn is_letter(text: &str, at: usize) -> bool {
    text[text.floor_char_boundary(at)..].starts_with(char::is_alphabetic)
}

/// Whether a word of at most [`LONGEST`] bytes, as a number, is one of [`DUTCH`].
fn is_dutch(word: u64) -> bool {
    let first = word >> (word.ilog2() / 8 * 8);
    let at = first.wrapping_sub(u64::from(b'a'));
    at < 26 && PACKED[STARTS[at as usize]..STARTS[at as usize + 1]].contains(&word)
}

/// Bytes of the longest word of [`DUTCH`].
const LONGEST: usize = 8;

/// A word of letters, of at most [`LONGEST`] bytes, as a number. The bit that is set makes ASCII letters small, and no other letter's bytes
/// ASCII.
const fn packed(word: &[u8]) -> u64 {
    let (mut number, mut at) = (0, 0);
    while at < word.len() {
        number = number << 8 | (word[at] | 0x20) as u64;
        at += 1;
    }
    number
}

/// [`DUTCH`] as numbers.
const PACKED: [u64; DUTCH.len()] = {
    let (mut words, mut at) = ([0; DUTCH.len()], 0);
    while at < DUTCH.len() {
        assert!(DUTCH[at].len() <= LONGEST);
        words[at] = packed(DUTCH[at].as_bytes());
        at += 1;
    }
    words
};

/// Where in [`DUTCH`] the words with each letter begin; the last is its end.
const STARTS: [usize; 27] = {
    let (mut starts, mut letter) = ([0; 27], 0);
    while letter < 27 {
        let mut at = 0;
        while at < DUTCH.len() && ((DUTCH[at].as_bytes()[0] - b'a') as usize) < letter {
            at += 1;
        }
        starts[letter] = at;
        letter += 1;
    }
    starts
};

/// The tag of a language that the gate skips. Others are none: what the detector calls Swedish is Frisian or a dialect as often.
const fn tag(lang: Lang) -> Option<&'static str> {
    match lang {
        Lang::Ara => Some("ar"),
        Lang::Cmn => Some("zh"),
        Lang::Deu => Some("de"),
        Lang::Eng => Some("en"),
        Lang::Fra => Some("fr"),
        Lang::Hin => Some("hi"),
        Lang::Ita => Some("it"),
        Lang::Jpn => Some("ja"),
        Lang::Kor => Some("ko"),
        Lang::Por => Some("pt"),
        Lang::Rus => Some("ru"),
        Lang::Spa => Some("es"),
        Lang::Tur => Some("tr"),
        Lang::Nld | Lang::Swe | Lang::Vie => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_list_is_sorted_and_lower_case() {
        assert!(DUTCH.is_sorted_by(|a, b| a < b));
        assert!(DUTCH.iter().all(|w| w.bytes().all(|b| b.is_ascii_lowercase())));
        let counted = |text: &str| {
            let Words { seen, dutch, .. } = Words::of(text);
            (seen, dutch)
        };
        assert!(DUTCH.iter().all(|w| counted(w) == (1, 1) && counted(&w.to_uppercase()) == (1, 1)));
        assert!(["zzz", "aaa", "één", "iedereens", "é", "ß"].iter().all(|w| counted(w) == (1, 0)));
        assert!(DUTCH.iter().all(|w| counted(&format!("{w}é")) == (1, 0) && counted(&format!("é{w}")) == (1, 0)));
        assert_eq!(counted("@ik #ik www.ik.nl Ik!ben, 'n—dat… 12ik34 «niet»"), (6, 4));
        assert_eq!(counted(&"yes ".repeat(100)), (MAX_WORDS, 0));
    }

    #[test]
    fn what_is_clear_is_skipped() {
        for (text, lang) in [
            ("Does anyone know when the shop opens on Sunday morning?", "en"),
            ("Kann mir jemand ein gutes Restaurant in Köln empfehlen?", "de"),
            ("Yarın sabah erken kalkmam lazım, çok yorgunum", "tr"),
            ("Кто-нибудь знает, когда открывается магазин?", "ru"),
            ("@ans @bo https://voorbeeld.example/het/is/niet This is why we cannot have nice things #polder", "en"),
        ] {
            assert_eq!(clearly_other(text, None), Some(lang), "{text}");
        }
    }

    #[test]
    fn what_is_not_clear_is_scored() {
        for text in [
            "",
            "lol",
            "no way",
            "😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀",
            "Waarom zegt hier niemand iets van?",
            "Kzeg het al jaren maar ja wie luistert er",
            "The audacity van die man op de fiets",
            "Ik bin der wis fan dat it moarn reint", // Frisian
        ] {
            assert_eq!(clearly_other(text, None), None, "{text}");
        }
    }

    #[test]
    fn a_claim_of_dutch_is_believed_and_no_other() {
        let english = "Does anyone know when the shop opens on Sunday morning?";
        for hint in ["nl", "NL-be", "nl_NL", "nld", "Dutch"] {
            assert_eq!(clearly_other(english, Some(hint)), None, "{hint}");
        }
        for hint in ["en", "und", "", "nlx"] {
            assert_eq!(clearly_other(english, Some(hint)), Some("en"), "{hint}");
        }
        assert_eq!(clearly_other("Waarom zegt hier niemand iets van?", Some("en")), None);
    }
}
