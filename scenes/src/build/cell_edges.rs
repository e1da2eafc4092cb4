//! The edges of unit cells, for structures that were made to fill some.
//!
//! An edge is a thin stick that belongs to no atom. Those of the cell's corner are red (a), green
//! (b) and blue (c), as in Mercury and VESTA; the others contrast with the background.

use glam::{DVec3, UVec3};
use molshot_molecule::Structure;
use molshot_molecule::symmetry::UnitCell;

use crate::colors::Rgb;
use crate::request::{BackgroundRequest, StyleRequest};
use crate::scene::{BoundingBox, Cylinder};

/// Radius of the edges, angstrom: a quarter of a stick's.
const EDGE_RADIUS_ANGSTROM: f32 = 0.05;
const AXIS_COLORS: [Rgb; 3] = [
    Rgb::from_hex(0xFF_40_40),
    Rgb::from_hex(0x30_C0_30),
    Rgb::from_hex(0x50_70_FF),
];
const LIGHT: Rgb = Rgb::from_hex(0xC0_C0_C0);
const DARK: Rgb = Rgb::from_hex(0x50_50_50);

/// The edges of all cells that the parts of a structure fill, each once.
pub(super) fn cell_edges(structure: &Structure, style: &StyleRequest) -> Vec<Cylinder> {
    if !style.cell_edges {
        return Vec::new();
    }
    let is_light = match style.background {
        BackgroundRequest::Color(Rgb(color)) => {
            color.iter().map(|c| u32::from(*c)).sum::<u32>() > 382
        }
        BackgroundRequest::Transparent => false,
    };
    let plain = if is_light { DARK } else { LIGHT };
    let filled = structure
        .parts()
        .iter()
        .filter_map(|part| part.symmetry.cell.zip(part.cells));
    filled
        .flat_map(|(cell, counts)| edges_of(&cell, counts, plain))
        .collect()
}

fn edges_of(cell: &UnitCell, counts: [u32; 3], plain: Rgb) -> Vec<Cylinder> {
    let at = |corner: UVec3| {
        let fraction = corner.to_array().map(f64::from);
        let point = cell.cartesian_from_fractional().apply(fraction);
        point.map(|part| part as f32)
    };
    let [a, b, c] = counts;
    let mut edges = Vec::new();
    for k in 0..=c {
        for j in 0..=b {
            for i in 0..=a {
                let corner = UVec3::new(i, j, k);
                for axis in 0..3 {
                    if corner[axis] == counts[axis] {
                        continue;
                    }
                    let mut end = corner;
                    end[axis] += 1;
                    let color = if corner == UVec3::ZERO {
                        AXIS_COLORS[axis]
                    } else {
                        plain
                    };
                    edges.push(Cylinder {
                        start_angstrom: at(corner),
                        radius_angstrom: EDGE_RADIUS_ANGSTROM,
                        end_angstrom: at(end),
                        caps: Cylinder::ROUND,
                        start_color: color.opaque(),
                        end_color: color.opaque(),
                        start_atom: Cylinder::NO_ATOM,
                        end_atom: Cylinder::NO_ATOM,
                    });
                }
            }
        }
    }
    edges
}

/// Box of the edges; `None` without any.
pub(super) fn bounds(edges: &[Cylinder]) -> Option<BoundingBox> {
    let ends = edges
        .iter()
        .flat_map(|edge| [edge.start_angstrom, edge.end_angstrom]);
    let boxes = ends.map(|end| {
        let center = DVec3::from_array(end.map(f64::from));
        let radius = f64::from(EDGE_RADIUS_ANGSTROM);
        BoundingBox {
            min: center - radius,
            max: center + radius,
        }
    });
    boxes.reduce(|a, b| a.union(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_of_cells_has_every_edge_once() {
        let cell = UnitCell::new([4.0, 5.0, 6.0], [90.0; 3]).expect("a cell");
        assert_eq!(edges_of(&cell, [1, 1, 1], LIGHT).len(), 12);
        // 3 x 2 x 2 corners: along a 2 x 2 x 2, along b 3 x 1 x 2, along c 3 x 2 x 1.
        let edges = edges_of(&cell, [2, 1, 1], LIGHT);
        assert_eq!(edges.len(), 8 + 6 + 6);
        let all = bounds(&edges).expect("edges");
        assert!((all.max - DVec3::new(8.05, 5.05, 6.05)).length() < 1e-5);
        assert_eq!(bounds(&[]), None);
    }
}
