//! Space groups by name.

use super::cell::UnitCell;
use super::transform::Transform;
use super::triplet::parse_triplet;

/// Names of settings, joined by `|`, and generators: the 230 space groups in the settings of the
/// International Tables for Crystallography, volume A, and others in use. Written by
/// `scripts/space-group-table` from the table of gemmi 0.7 (Wojdyr, J. Open Source Softw. 7 (2022)
/// 4200).
const TABLE: &str = include_str!("space_groups.tsv");

/// The largest space groups have 192 operators.
const MOST_OPERATORS: usize = 192;

/// Returns the operators of a space group in fractions of the cell's edges, with translations from
/// 0 up to 1, the identity first. `name` is a Hermann-Mauguin symbol (`P 21 21 21`, `P 1 21 1`,
/// `H 3`, `R 3 :H`) or the number of a group. Where a name leaves open which axes a rhombohedral
/// group has, the cell decides. `None` for unknown names.
pub(crate) fn operators(name: &str, cell: &UnitCell) -> Option<Vec<Transform>> {
    let mut wanted: String = name
        .chars()
        .filter(|letter| !letter.is_whitespace() && !matches!(letter, ':' | '_' | '(' | ')'))
        .collect();
    wanted.make_ascii_uppercase();
    let [alpha, beta, gamma] = cell.angles_degrees;
    let is_rhombohedral =
        (alpha - beta).abs() < 0.1 && (beta - gamma).abs() < 0.1 && (alpha - 90.0).abs() > 0.1;
    let on_rhombohedral_axes = format!("{wanted}R");
    let find = |wanted: &str| {
        let rows = TABLE.lines().filter_map(|row| row.split_once('\t'));
        rows.into_iter()
            .find(|(names, _)| names.split('|').any(|name| name == wanted))
            .map(|(_, generators)| generators)
    };
    let generators = if is_rhombohedral && wanted.starts_with('R') {
        find(&on_rhombohedral_axes).or_else(|| find(&wanted))
    } else {
        find(&wanted)
    }?;
    let generators: Option<Vec<Transform>> =
        generators.split_whitespace().map(parse_triplet).collect();
    Some(closure(&generators?))
}

/// All products of operators, with translations from 0 up to 1.
fn closure(generators: &[Transform]) -> Vec<Transform> {
    let mut found = vec![Transform::IDENTITY];
    let mut next = 0;
    while next < found.len() && found.len() <= MOST_OPERATORS {
        for generator in generators {
            let product = reduced(&generator.after(&found[next]));
            if !found.iter().any(|other| other.is_near(&product)) {
                found.push(product);
            }
        }
        next += 1;
    }
    found
}

/// The operator with each translation reduced to at least 0 and below 1; rounding errors of
/// thirds are removed.
pub(crate) fn reduced(operator: &Transform) -> Transform {
    let mut reduced = *operator;
    for row in &mut reduced.rows {
        // All translations of space groups are multiples of 1/24 or coarser.
        let part = row[3].rem_euclid(1.0);
        let rounded = (part * 24.0).round() / 24.0;
        row[3] = if (part - rounded).abs() < 1e-3 {
            rounded.rem_euclid(1.0)
        } else {
            part
        };
    }
    reduced
}

#[cfg(test)]
mod tests {
    use super::{TABLE, UnitCell, operators};

    fn count(name: &str, angles_degrees: [f64; 3]) -> Option<usize> {
        let cell = UnitCell::new([10.0, 10.0, 10.0], angles_degrees).expect("a cell");
        operators(name, &cell).map(|operators| operators.len())
    }

    /// Orders of groups: International Tables for Crystallography, volume A.
    #[test]
    fn groups_have_the_operators_of_the_tables() {
        for (name, order) in [
            ("P 1", 1),
            ("P 21 21 21", 4),
            ("P212121", 4),
            ("P 1 21 1", 2),
            ("P 2_1/c", 4),
            ("C 1 2 1", 4),
            ("I 1 21 1", 4),
            ("P 65 2 2", 12),
            ("F d -3 m :1", 192),
            ("I a -3 d", 96),
            ("227", 192),
        ] {
            assert_eq!(count(name, [90.0; 3]), Some(order), "{name}");
        }
        assert_eq!(count("H 3", [90.0, 90.0, 120.0]), Some(9));
        assert_eq!(count("R 3 :H", [90.0, 90.0, 120.0]), Some(9));
        assert_eq!(count("R 3", [90.0, 90.0, 120.0]), Some(9));
        assert_eq!(count("R 3", [70.0; 3]), Some(3));
        for wrong in ["", "P 7", "231", "Q 1", "|", "P1|1"] {
            assert_eq!(count(wrong, [90.0; 3]), None, "{wrong}");
        }
    }

    #[test]
    fn every_row_of_the_table_is_a_group() {
        let mut rows = 0;
        for row in TABLE.lines() {
            let name = row.split(['|', '\t']).next().expect("a name");
            let order = count(name, [90.0; 3]).unwrap_or_else(|| panic!("{row}"));
            assert!(
                192 % order == 0 || [9, 18, 36].contains(&order),
                "{row}: {order}"
            );
            rows += 1;
        }
        assert_eq!(rows, 564);
    }
}
