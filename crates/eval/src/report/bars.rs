//! Bars with intervals as inline SVG.

use std::fmt::Write as _;

use super::svg::{escape, label};

/// Room above the first bar, in user units.
const TOP: f64 = 12.0;

/// Horizontal bars with intervals: name, share, low, high, note. Values in 0..=1.
pub(super) fn bars(rows: &[(String, f64, f64, f64, String)], name: &str) -> String {
    const WIDTH: f64 = 720.0;
    const ROW: f64 = 18.0;
    const NAMES: f64 = 215.0;
    const NOTES: f64 = 120.0;
    let room = WIDTH - NAMES - NOTES;
    let mut body = String::new();
    let height = TOP + ROW * crate::metrics::float(rows.len() as u64) + 20.0;
    for i in 0..=4 {
        let share = f64::from(i) / 4.0;
        let (x, bottom) = (NAMES + share * room, height - 18.0);
        let text = label(share);
        // Writing to a String cannot fail.
        let _ = write!(
            body,
            r#"<path class="grid" d="M{x} {TOP}V{bottom}"/><text x="{x}" y="{}" text-anchor="middle">{text}</text>"#,
            height - 4.0
        );
    }
    let mut y = TOP;
    for (row, share, low, high, note) in rows {
        let at = |v: f64| ((NAMES + v.clamp(0.0, 1.0) * room) * 10.0).round() / 10.0;
        let (middle, width) = (y + ROW / 2.0, at(*share) - NAMES);
        let (row, note) = (escape(&shortened(row)), escape(note));
        let _ = write!(
            body,
            r#"<text x="{}" y="{}" text-anchor="end">{row}</text><rect class="bar" x="{NAMES}" y="{}" width="{width}" height="11"/><path class="whisker" d="M{l} {middle}H{h}M{l} {}v8M{h} {}v8"/><text x="{}" y="{}">{note}</text>"#,
            NAMES - 6.0,
            middle + 4.0,
            middle - 5.5,
            middle - 4.0,
            middle - 4.0,
            WIDTH - NOTES + 12.0,
            middle + 4.0,
            l = at(*low),
            h = at(*high),
        );
        y += ROW;
    }
    let name = escape(name);
    format!(r#"<svg class="bars" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{name}">{body}</svg>"#)
}

/// At most 32 characters, the middle left out.
fn shortened(name: &str) -> String {
    let n = name.chars().count();
    if n <= 32 {
        return name.to_owned();
    }
    let (head, tail): (String, String) = (name.chars().take(18).collect(), name.chars().skip(n - 12).collect());
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_out_of_data_cannot_become_markup() {
        let row = ("<script>alert(1)</script>".to_owned(), 0.5, 0.4, 0.6, "\"&".to_owned());
        let svg = bars(&[row], "a \"name\"");
        assert!(!svg.contains("<script") && svg.contains("&lt;script&gt;") && svg.contains("&quot;&amp;"), "{svg}");
    }
}
