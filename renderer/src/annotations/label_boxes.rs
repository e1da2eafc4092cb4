//! Labels' boxes, and how much of each lies under others.

use super::document::LabelAnnotation;
use super::round;

/// A label as it was drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct LabelBox {
    /// What it says.
    pub text: String,
    /// The atom that it names.
    pub atom: Option<u32>,
    /// The residue that it names.
    pub residue: Option<u32>,
    /// Left and top edge, pixels of the uncropped picture.
    pub min_px: [f64; 2],
    /// Right and bottom edge.
    pub max_px: [f64; 2],
}

impl LabelBox {
    fn area(&self) -> f64 {
        let width = (self.max_px[0] - self.min_px[0]).max(0.0);
        width * (self.max_px[1] - self.min_px[1]).max(0.0)
    }

    /// The part of `other` inside of this box: left, right, top, bottom.
    fn common(&self, other: &Self) -> Option<[f64; 4]> {
        let left = self.min_px[0].max(other.min_px[0]);
        let right = self.max_px[0].min(other.max_px[0]);
        let top = self.min_px[1].max(other.min_px[1]);
        let bottom = self.max_px[1].min(other.max_px[1]);
        (left < right && top < bottom).then_some([left, right, top, bottom])
    }
}

/// Annotates labels, in their order.
pub(super) fn annotate(labels: &[LabelBox]) -> Vec<LabelAnnotation> {
    let mut by_left: Vec<usize> = (0..labels.len()).collect();
    by_left.sort_by(|a, b| labels[*a].min_px[0].total_cmp(&labels[*b].min_px[0]));
    let widest = labels
        .iter()
        .map(|label| label.max_px[0] - label.min_px[0])
        .fold(0.0, f64::max);
    labels
        .iter()
        .enumerate()
        .map(|(index, label)| {
            // Only labels that begin no farther left than the widest one is wide can reach this one.
            let first = by_left
                .partition_point(|other| labels[*other].min_px[0] < label.min_px[0] - widest);
            let parts: Vec<[f64; 4]> = by_left[first..]
                .iter()
                .take_while(|other| labels[**other].min_px[0] < label.max_px[0])
                .filter(|other| **other != index)
                .filter_map(|other| label.common(&labels[*other]))
                .collect();
            let area = label.area();
            let covered = if area > 0.0 { union_area(&parts) / area } else { 0.0 };
            LabelAnnotation {
                text: label.text.clone(),
                atom: label.atom,
                residue: label.residue,
                box_px: [
                    label.min_px[0],
                    label.min_px[1],
                    label.max_px[0] - label.min_px[0],
                    label.max_px[1] - label.min_px[1],
                ]
                .map(round),
                covered_fraction: round(covered.min(1.0)),
            }
        })
        .collect()
}

/// Area of the union of rectangles (left, right, top, bottom): strip by strip between their vertical edges.
fn union_area(parts: &[[f64; 4]]) -> f64 {
    let mut edges: Vec<f64> = parts.iter().flat_map(|part| [part[0], part[1]]).collect();
    edges.sort_by(f64::total_cmp);
    let mut area = 0.0;
    for strip in edges.windows(2) {
        let width = strip[1] - strip[0];
        if width <= 0.0 {
            continue;
        }
        let mut spans: Vec<[f64; 2]> = parts
            .iter()
            .filter(|part| part[0] <= strip[0] && part[1] >= strip[1])
            .map(|part| [part[2], part[3]])
            .collect();
        spans.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let (mut height, mut reached) = (0.0, f64::NEG_INFINITY);
        for [top, bottom] in spans {
            height += (bottom - top.max(reached)).max(0.0);
            reached = reached.max(bottom);
        }
        area += width * height;
    }
    area
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(min_px: [f64; 2], max_px: [f64; 2]) -> LabelBox {
        LabelBox {
            text: "CA".into(),
            atom: Some(7),
            residue: None,
            min_px,
            max_px,
        }
    }

    #[test]
    fn what_several_labels_cover_counts_once() {
        let labels = [
            label([0.0, 0.0], [10.0, 10.0]),
            // The right half, twice over.
            label([5.0, -5.0], [25.0, 15.0]),
            label([5.0, 0.0], [12.0, 10.0]),
            // The upper left quarter.
            label([-3.0, -3.0], [5.0, 5.0]),
            // Elsewhere.
            label([100.0, 0.0], [110.0, 10.0]),
        ];
        let covered: Vec<f64> = annotate(&labels)
            .iter()
            .map(|label| label.covered_fraction)
            .collect();
        // The second: 7 x 10 of the third, which holds what it shares with the first, of 20 x 20.
        assert_eq!(covered, [0.75, 0.175, 1.0, round(25.0 / 64.0), 0.0]);
    }

    #[test]
    fn boxes_are_given_as_corner_and_size() {
        let annotation = &annotate(&[label([1.5, 2.0], [4.0, 8.0])])[0];
        assert_eq!(annotation.box_px, [1.5, 2.0, 2.5, 6.0]);
        assert_eq!(annotation.atom, Some(7));
    }

    #[test]
    fn a_box_without_area_is_covered_by_nothing() {
        let flat = label([1.0, 1.0], [5.0, 1.0]);
        let large = label([0.0, 0.0], [9.0, 9.0]);
        let annotations = annotate(&[flat, large]);
        assert_eq!(annotations[0].covered_fraction.to_bits(), 0);
        assert_eq!(annotations[1].covered_fraction.to_bits(), 0);
    }
}
