//! Small charts as inline SVG: bars on a fixed grid, each chart with a table beside it for those who do not see it.

/// Width and height of a chart, in its own units.
pub(crate) const WIDTH: f64 = 600.0;
pub(crate) const HEIGHT: f64 = 120.0;
/// Share of a bar's place that stays empty.
const GAP: f64 = 0.2;

/// A bar, with what it says.
pub(crate) struct Bar {
    pub(crate) x: String,
    pub(crate) y: String,
    pub(crate) width: String,
    pub(crate) height: String,
    pub(crate) title: String,
}

/// A row of the table beside the chart.
pub(crate) struct Row {
    pub(crate) label: String,
    pub(crate) value: String,
}

/// A chart with its table.
pub(crate) struct Chart {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) note: &'static str,
    /// Heads of the table's two columns.
    pub(crate) heads: [&'static str; 2],
    pub(crate) bars: Vec<Bar>,
    pub(crate) rows: Vec<Row>,
    /// What the highest bar stands for.
    pub(crate) top: String,
}

impl Chart {
    /// Bars of `values`, from 0 to `most` or to the highest. Each has a label and its value in words.
    pub(crate) fn bars(
        id: &'static str,
        (title, note): (&'static str, &'static str),
        heads: [&'static str; 2],
        values: &[(String, f64, String)],
        most: Option<(f64, String)>,
    ) -> Self {
        let highest = values.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(_, value, words)| (*value, words.clone()));
        let (most, top) = most.or(highest).unwrap_or((1.0, String::new()));
        let place = WIDTH / values.len().max(1) as f64;
        let bar = |(i, (label, value, words)): (usize, &(String, f64, String))| {
            let height = if most > 0.0 { (value / most).clamp(0.0, 1.0) * HEIGHT } else { 0.0 };
            Bar {
                x: coordinate(i as f64 * place + place * GAP / 2.0),
                y: coordinate(HEIGHT - height),
                width: coordinate(place * (1.0 - GAP)),
                height: coordinate(height),
                title: format!("{label}: {words}"),
            }
        };
        let row = |(label, _, words): &(String, f64, String)| Row { label: label.clone(), value: words.clone() };
        Self {
            id,
            title,
            note,
            heads,
            bars: values.iter().enumerate().map(bar).collect(),
            rows: values.iter().map(row).collect(),
            top,
        }
    }
}

fn coordinate(value: f64) -> String {
    format!("{value:.1}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_bar_fills_the_chart_and_none_breaks_it() {
        let values = [("a", 0.0), ("b", 2.0), ("c", 4.0)].map(|(l, v)| (l.to_owned(), v, v.to_string()));
        let chart = Chart::bars("x", ("", ""), ["", ""], &values, None);
        let heights: Vec<&str> = chart.bars.iter().map(|bar| bar.height.as_str()).collect();
        assert_eq!(heights, ["0.0", "60.0", "120.0"]);
        let last = chart.bars.last().unwrap();
        assert_eq!((last.x.as_str(), last.width.as_str(), last.y.as_str()), ("420.0", "160.0", "0.0"));
        assert!(Chart::bars("x", ("", ""), ["", ""], &[], None).bars.is_empty());
        let flat = [("a".to_owned(), 0.0, "0".to_owned())];
        assert_eq!(Chart::bars("x", ("", ""), ["", ""], &flat, None).bars[0].height, "0.0");
    }
}
