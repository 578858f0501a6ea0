//! HTML of posts as plain text.

/// The text of a post's HTML: tags out, paragraphs and line breaks kept, entities resolved.
///
/// Meant for what platforms hand out, which is a small, well-formed part of HTML; anything else gives a text too, though perhaps
/// with pieces of markup in it.
pub(super) fn to_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag_on)) = rest.split_once('<') {
        text.push_str(&html_escape::decode_html_entities(before));
        let Some((tag, after)) = tag_on.split_once('>').filter(|_| tag_on.starts_with(begins_tag)) else {
            text.push('<');
            rest = tag_on;
            continue;
        };
        match name(tag) {
            "br" => text.push('\n'),
            "/p" | "/blockquote" | "/ul" | "/ol" | "/pre" => text.push_str("\n\n"),
            "/li" | "/div" => text.push('\n'),
            _ => {}
        }
        rest = after;
    }
    text.push_str(&html_escape::decode_html_entities(rest));
    text.trim().to_owned()
}

fn begins_tag(c: char) -> bool {
    c.is_ascii_alphabetic() || c == '/' || c == '!'
}

/// Name of a tag, with the slash of an end tag.
fn name(tag: &str) -> &str {
    let end = tag.char_indices().find(|&(i, c)| !c.is_ascii_alphanumeric() && !(i == 0 && c == '/'));
    end.and_then(|(i, _)| tag.get(..i)).unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::to_text;

    #[test]
    fn a_post_becomes_its_text() {
        let html = "<p>Hoi <span class=\"h-card\"><a href=\"https://a.example/@x\" class=\"u-url mention\">@<span>x</span></a></span>,</p>\
                    <p>5 &lt; 6 &amp; &eacute;&#233;n<br>regel <a href=\"https://b.example\"><span class=\"invisible\">https://</span>b.example</a></p>";
        assert_eq!(to_text(html), "Hoi @x,\n\n5 < 6 & één\nregel https://b.example");
    }

    #[test]
    fn what_is_no_html_is_kept() {
        for text in ["a < b", "a <3 b", "<", "< p>", "a &nada; b", ""] {
            assert_eq!(to_text(text), text);
        }
        assert_eq!(to_text("<br/>een<br />twee<P>drie</P>"), "een\ntweedrie");
    }
}
