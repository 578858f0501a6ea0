//! The language gate: which posts are clearly not in Dutch.
//!
//! Losing a Dutch post costs more than scoring a foreign one, so that everything doubtful counts as Dutch here: what is short, what
//! is mixed, what holds Dutch words, and the languages next door (Afrikaans, Frisian, Low German), which the detector takes for
//! Dutch. `docs/language-gate.md` has the figures, and the detectors that were tried.

mod gate;
mod words;

use whichlang::{Lang, detect_language};

use self::words::Words;

pub use self::gate::LanguageGate;

/// Fewer letters or words than this, links and names aside, tell nothing.
const MIN_LETTERS: usize = 30;
const MIN_WORDS: usize = 4;

/// So much of a post is looked at.
const MAX_BYTES: usize = 2000;

/// A post is looked at in two to four pieces, of about this many bytes: one in two languages shows Dutch in one of them.
const PIECE: usize = 16;

/// The language of a post that is clearly not Dutch, as a tag such as `de`; `None` for Dutch and for whatever is not clear.
///
/// `hint` is the language that the input claims. A claim of Dutch is believed. Any other is not: it is a setting of the account more
/// often than a property of the post.
#[must_use]
pub fn clearly_other(text: &str, hint: Option<&str>) -> Option<&'static str> {
    if hint.is_some_and(claims_dutch) {
        return None;
    }
    if text.len() < MIN_LETTERS {
        // It has no more letters than bytes.
        return None;
    }
    let text = text.get(..text.floor_char_boundary(MAX_BYTES)).unwrap_or_default();
    let words = Words::of(text);
    if words.are_dutch() {
        return None;
    }
    let letters = tokens(text).flat_map(str::chars).filter(|c| c.is_alphabetic()).count();
    // Scripts without spaces have few words; only Latin letters need the count.
    if letters < MIN_LETTERS || (words.seen < MIN_WORDS && tokens(text).all(str::is_ascii)) {
        return None;
    }
    let prose = tokens(text).collect::<Vec<_>>().join(" ");
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
    text.split_whitespace().filter(|token| !is_passed_over(token))
}

/// Whether a text begins with a name, a hashtag or a link.
fn is_passed_over(text: &str) -> bool {
    text.starts_with(['@', '#'])
        || (text.starts_with(['h', 'w']) && ["http://", "https://", "www."].iter().any(|link| text.starts_with(link)))
}

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
