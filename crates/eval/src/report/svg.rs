//! Charts as inline SVG. Lines and marks differ in form, never in colour alone; colours come from the page (`currentColor` and classes), so that
//! print, dark mode and screens without colour show the same.

use std::fmt::Write as _;

/// Size of a square chart and its margins, in user units.
const SIZE: f64 = 320.0;
const LEFT: f64 = 56.0;
const BOTTOM: f64 = 40.0;
const TOP: f64 = 12.0;
const RIGHT: f64 = 14.0;
/// From one line of text to the next.
const LINE: f64 = 14.0;

/// A chart with both axes from 0; the vertical one to `top`.
pub(super) struct Chart {
    body: String,
    top: f64,
    /// Where names of marks begin and end, and their base line.
    names: Vec<(f64, f64, f64)>,
}

impl Chart {
    /// Axes with their names. `top`: the highest value of the vertical axis, above 0.
    pub(super) fn new(x: &str, y: &str, top: f64) -> Self {
        let mut chart = Self { body: String::new(), top, names: vec![] };
        for i in 0..=4 {
            let share = f64::from(i) / 4.0;
            let (px, py) = chart.place(share, share * top);
            let (x0, y0) = chart.place(0.0, 0.0);
            let (x1, y1) = chart.place(1.0, top);
            chart.put(format_args!(r#"<path class="grid" d="M{x0} {py}H{x1}M{px} {y0}V{y1}"/>"#));
            chart.text(px, y0 + 14.0, "middle", &label(share));
            chart.text(x0 - 5.0, py + 4.0, "end", &label(share * top));
        }
        chart.text(LEFT + (SIZE - LEFT - RIGHT) / 2.0, SIZE - 6.0, "middle", x);
        let middle = TOP + (SIZE - TOP - BOTTOM) / 2.0;
        let y = escape(y);
        chart.put(format_args!(
            r#"<text x="12" y="{middle}" text-anchor="middle" transform="rotate(-90 12 {middle})">{y}</text>"#
        ));
        chart
    }

    /// User units of a value.
    fn place(&self, x: f64, y: f64) -> (f64, f64) {
        let round = |v: f64| (v * 10.0).round() / 10.0;
        let (width, height) = (SIZE - LEFT - RIGHT, SIZE - TOP - BOTTOM);
        (round(LEFT + x.clamp(0.0, 1.0) * width), round(SIZE - BOTTOM - (y / self.top).clamp(0.0, 1.0) * height))
    }

    fn put(&mut self, part: std::fmt::Arguments<'_>) {
        // Writing to a String cannot fail.
        let _ = self.body.write_fmt(part);
    }

    fn text(&mut self, x: f64, y: f64, anchor: &str, text: &str) {
        let text = escape(text);
        self.put(format_args!(r#"<text x="{x}" y="{y}" text-anchor="{anchor}">{text}</text>"#));
    }

    /// A line through points; `class` is `line`, or `aid` for a dashed one.
    pub(super) fn line(&mut self, points: impl IntoIterator<Item = (f64, f64)>, class: &str) {
        let mut path = String::new();
        for (x, y) in points {
            let (x, y) = self.place(x, y);
            // Writing to a String cannot fail.
            let _ = write!(path, "{}{x} {y}", if path.is_empty() { 'M' } else { 'L' });
        }
        if !path.is_empty() {
            self.put(format_args!(r#"<path class="{class}" d="{path}"/>"#));
        }
    }

    /// A dot.
    pub(super) fn dot(&mut self, x: f64, y: f64, title: &str) {
        let ((x, y), title) = (self.place(x, y), escape(title));
        self.put(format_args!(r#"<circle class="dot" cx="{x}" cy="{y}" r="4"><title>{title}</title></circle>"#));
    }

    /// A named mark: the `n`-th form, with its name below it, or above it where there is no room; names that would meet move apart.
    pub(super) fn mark(&mut self, x: f64, y: f64, n: usize, name: &str) {
        let (px, py) = self.place(x, y);
        let path = if n.is_multiple_of(2) {
            format!("M{px} {}l7 7l-7 7l-7 -7z", py - 7.0)
        } else {
            format!("M{} {}h12v12h-12z", px - 6.0, py - 6.0)
        };
        self.put(format_args!(r#"<path class="mark" d="{path}"/>"#));
        // Below and to the left of a curve that falls to the right there is room.
        let width = 6.0 * crate::metrics::float(name.chars().count() as u64);
        let start = (px + 6.0 - width).clamp(LEFT + 4.0, SIZE - RIGHT - 4.0 - width);
        let floor = SIZE - BOTTOM - 6.0;
        let mut y = if py + 22.0 > floor { py - 12.0 } else { py + 22.0 };
        let step = if y > py { LINE } else { -LINE };
        let meets = |y: f64, other: &(f64, f64, f64)| {
            start < other.1 && other.0 < start + width && (y - other.2).abs() < LINE - 1.0
        };
        while self.names.iter().any(|other| meets(y, other)) && (TOP + LINE..floor).contains(&(y + step)) {
            y += step;
        }
        self.names.push((start, start + width, y));
        let name = escape(name);
        self.put(format_args!(
            r#"<text class="name" x="{}" y="{y}" text-anchor="middle">{name}</text>"#,
            ((start + width / 2.0) * 10.0).round() / 10.0
        ));
    }

    /// The whole picture. `name` says what it shows, for people who cannot see it.
    pub(super) fn finish(self, name: &str) -> String {
        let (name, body) = (escape(name), self.body);
        format!(r#"<svg viewBox="0 0 {SIZE} {SIZE}" role="img" aria-label="{name}">{body}</svg>"#)
    }
}

/// A number on an axis.
pub(super) fn label(v: f64) -> String {
    let text = format!("{v:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Text inside XML.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_marks_do_not_meet() {
        let mut chart = Chart::new("x", "y", 1.0);
        for (n, y) in [0.9, 0.89, 0.9].into_iter().enumerate() {
            chart.mark(0.5, y, n, "candidate 0.8");
        }
        let mut lines: Vec<f64> = chart.names.iter().map(|n| n.2).collect();
        lines.sort_by(f64::total_cmp);
        assert!(lines.windows(2).all(|w| w[1] - w[0] >= LINE - 1.0), "{lines:?}");
    }

    #[test]
    fn points_stay_within_the_picture() {
        let mut chart = Chart::new("x", "y", 0.5);
        chart.line([(-1.0, 9.0), (2.0, -3.0)], "line");
        let svg = chart.finish("chart");
        assert!(svg.contains(&format!("M{LEFT} {TOP}L{} {}", SIZE - RIGHT, SIZE - BOTTOM)), "{svg}");
    }
}
