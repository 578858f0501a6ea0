//! A stranger's text, made harmless to look at. Markup is the template engine's affair; this is about signs that hide, turn or break lines.

/// Characters of a text that a page shows at most. Beyond lies a notice; the verdict is on what the model has read, which is far less.
pub(crate) const MOST_CHARS: usize = 60_000;

/// What stands for a sign that would turn the text around or hide a part of it.
const BOX: char = '\u{25a1}';

/// `sign` as it is shown: one for one, so that positions in the shown text are those in the post.
///
/// Bidirectional controls could make the page read otherwise than the post is stored (Unicode TR 36); a carriage return would be
/// swallowed by the browser and shift every position after it.
pub(crate) const fn shown(sign: char) -> char {
    match sign {
        '\n' | '\t' => sign,
        '\r' => ' ',
        '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => BOX,
        '\u{2028}' | '\u{2029}' => BOX,
        _ if is_hidden(sign) => BOX,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => BOX,
        _ => sign,
    }
}

/// Whether nothing of a sign is seen where it stands: put into a word, it hides the word from who looks for it. The joiners of emoji and of other scripts (U+200C,
/// U+200D) are not among them, since they change what is seen.
const fn is_hidden(sign: char) -> bool {
    matches!(sign, '\u{ad}' | '\u{34f}' | '\u{180e}' | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
}

/// Whether a sign may stand within a word without being a part of it; also what stands for one.
pub(crate) const fn splits_nothing(sign: char) -> bool {
    is_hidden(sign) || matches!(sign, BOX | '\u{200c}' | '\u{200d}')
}

/// A short text of a stranger, such as an id or a platform: on one line, at most `width` characters.
pub(crate) fn line(text: &str, width: usize) -> String {
    let flat = |sign| if sign == '\n' || sign == '\t' { ' ' } else { shown(sign) };
    let mut out: String = text.chars().take(width).map(flat).collect();
    if text.chars().nth(width).is_some() {
        out.push('…');
    }
    out
}

/// A web address that may become a link: of the web, and nothing else (`javascript:` and its kin are no addresses of posts).
pub(crate) fn link(url: &str) -> Option<String> {
    let parsed = url::Url::parse(url).ok()?;
    let web = matches!(parsed.scheme(), "http" | "https") && parsed.host().is_some();
    web.then(|| parsed.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_sign_turns_the_text_and_every_position_stays() {
        let text = "a\u{202e}b\u{0}\r\nc\u{2067}d\u{e0041}";
        let shown: String = text.chars().map(shown).collect();
        assert_eq!(shown, "a□b□ \nc□d□");
        assert_eq!(shown.chars().count(), text.chars().count());
    }

    #[test]
    fn what_hides_within_a_word_is_seen() {
        let text = "a\u{200b}b\u{ad}c\u{2060}d\u{180e}e\u{34f}f\u{feff}g";
        assert_eq!(text.chars().map(shown).collect::<String>(), "a□b□c□d□e□f□g");
        // A family of emoji stays one.
        assert_eq!(shown('\u{200d}'), '\u{200d}');
    }

    #[test]
    fn a_line_is_one_line() {
        assert_eq!(line("a\nb\u{202e}c", 10), "a b□c");
        assert_eq!(line("abcd", 3), "abc…");
    }

    #[test]
    fn only_web_addresses_become_links() {
        assert_eq!(link("https://x.example/1").as_deref(), Some("https://x.example/1"));
        for bad in ["javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//x", "x", "file:///etc/passwd"]
        {
            assert_eq!(link(bad), None, "{bad}");
        }
    }
}
