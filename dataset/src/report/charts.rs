//! Charts of the page: scores with their intervals, and histograms.
//!
//! Places along the x axis are in percent of the width, so that texts keep their size on narrow
//! screens.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::html::escape;

/// A score with its interval, and others to compare it with, all in percent.
#[derive(Debug)]
pub(super) struct IntervalRow {
    pub(super) name: String,
    pub(super) score: f64,
    pub(super) interval: [f64; 2],
    /// Name, score and class of the mark.
    pub(super) others: Vec<(String, f64, &'static str)>,
}

/// Draws a row per score on one scale from 0 to 100 %.
pub(super) fn interval_chart(label: &str, rows: &[IntervalRow]) -> String {
    let mut html = format!(
        "<div class=\"intervals\" role=\"group\" aria-label=\"{}\">\n",
        escape(label)
    );
    for row in rows {
        let [from, to] = row.interval;
        let mut words = format!(
            "{}: {:.2} %, 95 % interval {from:.2} to {to:.2} %",
            row.name, row.score
        );
        let mut marks = String::new();
        for (name, score, class) in &row.others {
            // Writing to a `String` cannot fail.
            let _ = write!(words, "; {name} {score:.2} %");
            let _ = write!(
                marks,
                "<rect class=\"{class}\" x=\"{score}%\" y=\"6\" width=\"3\" height=\"16\" transform=\"translate(-1.5 0)\"><title>{}: {score:.2}</title></rect>",
                escape(name)
            );
        }
        let mut lines = String::new();
        for x in [0, 25, 50, 75, 100] {
            let _ = write!(
                lines,
                "<line class=\"grid\" x1=\"{x}%\" x2=\"{x}%\" y1=\"0\" y2=\"28\"/>"
            );
        }
        let _ = writeln!(
            html,
            "<div class=\"interval\"><span class=\"name\">{}</span><svg role=\"img\" aria-label=\"{}\" width=\"100%\" height=\"28\">{lines}{marks}<line class=\"range\" x1=\"{from}%\" x2=\"{to}%\" y1=\"14\" y2=\"14\"/><circle class=\"score\" cx=\"{score}%\" cy=\"14\" r=\"5\"/></svg><span class=\"value\">{score:.1}</span></div>",
            escape(&row.name),
            escape(&words),
            score = row.score,
        );
    }
    html.push_str(
        "<div class=\"interval scale\" aria-hidden=\"true\"><span></span><svg aria-hidden=\"true\" width=\"100%\" height=\"16\">",
    );
    for (x, anchor) in [(0, "start"), (50, "middle"), (100, "end")] {
        let _ = write!(
            html,
            "<text x=\"{x}%\" y=\"12\" text-anchor=\"{anchor}\">{x} %</text>"
        );
    }
    html.push_str("</svg><span></span></div></div>\n");
    html
}

/// How the values of a histogram are grouped.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bins {
    /// Width of a bin; bins are centred on its multiples.
    pub(super) width: i32,
    /// Number of bins on each side of 0; the outermost ones hold all that is farther.
    pub(super) per_side: i32,
}

/// Draws how often each value occurs, with 0 in the middle.
pub(super) fn histogram(
    label: &str,
    unit: &str,
    counts: &BTreeMap<i32, usize>,
    bins: Bins,
) -> String {
    const HEIGHT_PX: f64 = 110.0;
    const TOP_PX: f64 = 16.0;
    let mut grouped: BTreeMap<i32, usize> = BTreeMap::new();
    for (value, count) in counts {
        let bin = (f64::from(*value) / f64::from(bins.width)).round() as i32;
        *grouped
            .entry(bin.clamp(-bins.per_side, bins.per_side))
            .or_default() += count;
    }
    let most = grouped.values().copied().max().unwrap_or(0);
    let step = 100.0 / f64::from(2 * bins.per_side + 1);
    let name = |bin: i32| {
        let value = bin * bins.width;
        let sign = if value > 0 { "+" } else { "" };
        let beyond = match bin {
            bin if bin == bins.per_side => " or more",
            bin if bin == -bins.per_side => " or less",
            _ => "",
        };
        format!("{sign}{value}{beyond}")
    };
    let listed: Vec<String> = grouped
        .iter()
        .map(|(bin, count)| format!("{} {unit}: {count}", name(*bin)))
        .collect();
    let mut svg = format!(
        "<svg class=\"histogram\" role=\"img\" aria-label=\"{}: {}\" width=\"100%\" height=\"{}\">",
        escape(label),
        escape(&listed.join(", ")),
        TOP_PX + HEIGHT_PX + 20.0
    );
    let base = TOP_PX + HEIGHT_PX;
    for (bin, count) in &grouped {
        let height = HEIGHT_PX * *count as f64 / most.max(1) as f64;
        let x = f64::from(bin + bins.per_side) * step;
        let class = if *bin == 0 { "zero" } else { "bar" };
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{:.3}%\" y=\"{:.1}\" width=\"{:.3}%\" height=\"{height:.1}\"><title>{} {}: {count}</title></rect>",
            x + 0.1 * step,
            base - height,
            0.8 * step,
            escape(&name(*bin)),
            escape(unit),
        );
        if bins.per_side <= 10 || *bin == 0 || *count == most {
            let _ = write!(
                svg,
                "<text x=\"{:.3}%\" y=\"{:.1}\" text-anchor=\"middle\">{count}</text>",
                x + 0.5 * step,
                base - height - 3.0
            );
        }
    }
    let _ = write!(
        svg,
        "<line class=\"axis\" x1=\"0\" x2=\"100%\" y1=\"{base}\" y2=\"{base}\"/>"
    );
    let half = bins.per_side / 2;
    for (bin, anchor) in [
        (-bins.per_side, "start"),
        (-half, "middle"),
        (0, "middle"),
        (half, "middle"),
        (bins.per_side, "end"),
    ] {
        let x = match anchor {
            "start" => 0.0,
            "end" => 100.0,
            _ => (f64::from(bin + bins.per_side) + 0.5) * step,
        };
        let text = match bin.abs() {
            place if place == bins.per_side && bin < 0 => format!("\u{2264} {}", bin * bins.width),
            place if place == bins.per_side => format!("\u{2265} +{}", bin * bins.width),
            _ => name(bin),
        };
        let _ = write!(
            svg,
            "<text x=\"{x:.3}%\" y=\"{:.1}\" text-anchor=\"{anchor}\">{text}</text>",
            base + 15.0
        );
    }
    svg.push_str("</svg>\n");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_beyond_the_last_bin_are_counted_in_it() {
        let counts = BTreeMap::from([(-200, 2), (-15, 1), (0, 4), (14, 1), (300, 3)]);
        let bins = Bins {
            width: 15,
            per_side: 4,
        };
        let svg = histogram("errors", "degrees", &counts, bins);
        let listed = "errors: -60 or less degrees: 2, -15 degrees: 1, 0 degrees: 4, +15 degrees: 1, +60 or more degrees: 3";
        assert!(svg.contains(listed), "{svg}");
    }

    #[test]
    fn charts_say_in_words_what_they_show() {
        let row = IntervalRow {
            name: "T1".to_owned(),
            score: 50.0,
            interval: [40.0, 60.0],
            others: vec![("<human>".to_owned(), 100.0, "human")],
        };
        let html = interval_chart("scores", &[row]);
        let words = "T1: 50.00 %, 95 % interval 40.00 to 60.00 %; &lt;human&gt; 100.00 %";
        assert!(html.contains(words), "{html}");
    }
}
