//! Scores as an SVG heat map: models x tasks, darker for higher scores.

use std::fmt::Write;

use super::{COLUMNS, PAPER, Scores};

const LEFT_PX: usize = 190;
const TOP_PX: usize = 40;
const CELL_PX: [usize; 2] = [64, 30];

/// Draws an SVG with the given scores above those of the paper.
#[must_use]
pub fn chart(scores: &[Scores]) -> String {
    let own = scores.iter().map(|scores| {
        let cells = COLUMNS.map(|column| scores.columns.get(column).map(|column| column.score));
        (scores.model.clone(), cells)
    });
    let paper = PAPER
        .iter()
        .map(|(name, values)| (format!("{name} (paper)"), values.map(Some)));
    let rows: Vec<(String, [Option<f64>; 10])> = own.chain(paper).collect();
    let width = LEFT_PX + COLUMNS.len() * CELL_PX[0] + 10;
    let height = TOP_PX + rows.len() * CELL_PX[1] + 10;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    for (index, column) in COLUMNS.iter().enumerate() {
        let x = LEFT_PX + index * CELL_PX[0] + CELL_PX[0] / 2;
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{column}</text>",
            TOP_PX - 12
        );
    }
    for (line, (name, cells)) in rows.iter().enumerate() {
        let top = TOP_PX + line * CELL_PX[1];
        let middle = top + CELL_PX[1] / 2 + 5;
        let name = name.replace('&', "&amp;").replace('<', "&lt;");
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{name}</text>",
            LEFT_PX - 8
        );
        for (index, cell) in cells.iter().enumerate() {
            let Some(score) = cell else {
                continue;
            };
            let x = LEFT_PX + index * CELL_PX[0];
            let lightness = (96.0 - 0.56 * score).round();
            let text_color = if lightness < 60.0 { "white" } else { "black" };
            let _ = writeln!(
                svg,
                "<rect x=\"{x}\" y=\"{top}\" width=\"{}\" height=\"{}\" fill=\"hsl(214,60%,{lightness}%)\"/>\n\
                 <text x=\"{}\" y=\"{middle}\" text-anchor=\"middle\" fill=\"{text_color}\">{score:.1}</text>",
                CELL_PX[0] - 2,
                CELL_PX[1] - 2,
                x + CELL_PX[0] / 2
            );
        }
    }
    svg.push_str("</svg>\n");
    svg
}
