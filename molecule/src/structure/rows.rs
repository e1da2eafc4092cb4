//! Which row of its files each atom is: the order in which other programs list the atoms.

use super::Structure;

/// Rows of atoms in the files of a structure, counted over all parts in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct FileRows {
    /// Number of rows, with those that are not in the structure.
    pub(crate) count: usize,
    /// The row of every atom; `None` if atom `i` is row `i`.
    pub(crate) of_atom: Option<Vec<u32>>,
}

impl FileRows {
    /// Rows that are the atoms, in the same order.
    pub(crate) fn same(count: usize) -> Self {
        Self {
            count,
            of_atom: None,
        }
    }

    /// Rows of which some are left out or in another order.
    pub(crate) fn new(count: usize, of_atom: Vec<u32>) -> Self {
        let is_same = of_atom.len() == count && (0..).zip(&of_atom).all(|(i, row)| i == *row);
        Self {
            count,
            of_atom: (!is_same).then_some(of_atom),
        }
    }

    /// Appends the rows of another structure of `other_atoms` atoms to those of `atoms` atoms.
    pub(super) fn append(&mut self, atoms: usize, other: &Self, other_atoms: usize) {
        let first = self.count as u32;
        self.count += other.count;
        if self.of_atom.is_none() && other.of_atom.is_none() && atoms as u32 == first {
            return;
        }
        let mut rows = self.of_atom.take().unwrap_or_else(|| (0..first).collect());
        match &other.of_atom {
            Some(others) => rows.extend(others.iter().map(|row| row + first)),
            None => rows.extend(first..first + other_atoms as u32),
        }
        self.of_atom = Some(rows);
    }

    /// Keeps the rows of the atoms whose flag is true.
    pub(super) fn retain(&mut self, keep: &[bool]) {
        let row_of = |atom: usize| match &self.of_atom {
            Some(rows) => rows[atom],
            None => atom as u32,
        };
        let kept = keep.iter().enumerate().filter(|(_, keep)| **keep);
        let rows: Vec<u32> = kept.map(|(atom, _)| row_of(atom)).collect();
        *self = Self::new(self.count, rows);
    }
}

impl Structure {
    /// Returns the number of atoms in the files of this structure. It is higher than the number of
    /// atoms if some were left out: alternate locations, or a ligand that a pocket file holds, too.
    #[must_use]
    pub fn rows_in_files(&self) -> usize {
        self.file_rows.count
    }

    /// Returns the same structure with other positions, in angstrom, which are given in the order
    /// of the atoms in its files ([`Self::rows_in_files`] of them). `None` as for
    /// [`Self::with_positions`].
    #[must_use]
    pub fn with_positions_of_rows(&self, row_position_angstrom: &[[f32; 3]]) -> Option<Self> {
        if row_position_angstrom.len() != self.file_rows.count {
            return None;
        }
        let positions = match &self.file_rows.of_atom {
            None => row_position_angstrom.to_vec(),
            Some(rows) => (rows.iter())
                .map(|row| row_position_angstrom.get(*row as usize).copied())
                .collect::<Option<_>>()?,
        };
        self.with_positions(positions)
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "positions are copied")]
mod tests {
    use crate::{Format, PartRole, ReadOptions, Structure, read_bytes};

    /// Reads atoms of a name, an alternate location, a residue number and x in angstrom.
    fn read(rows: &[(&str, char, i32, f32)]) -> Structure {
        let mut text = String::new();
        for (serial, (name, altloc, residue, x)) in rows.iter().enumerate() {
            text += &format!(
                "ATOM  {:5}  {name:<3}{altloc}GLY A{residue:4}    {x:8.3}   0.000   0.000  1.00  0.00\n",
                serial + 1
            );
        }
        let options = ReadOptions::default().with_format(Format::Pdb);
        read_bytes("x.pdb", text.as_bytes(), PartRole::Whole, &options).expect("a structure")
    }

    fn xs(structure: &Structure) -> Vec<f32> {
        let positions = structure.atoms().position_angstrom.iter();
        positions.map(|position| position[0]).collect()
    }

    /// Gives every row an x that tells its number in the file.
    fn numbered(structure: &Structure) -> Vec<f32> {
        let rows = 0..structure.rows_in_files();
        let positions: Vec<_> = rows.map(|row| [row as f32 * 100.0, 0.0, 0.0]).collect();
        xs(&structure
            .with_positions_of_rows(&positions)
            .expect("as many rows"))
    }

    #[test]
    fn atoms_that_the_reader_moves_or_leaves_out_keep_their_rows() {
        let plain = read(&[("N", ' ', 1, 0.0), ("CA", ' ', 1, 1.5)]);
        assert_eq!(
            (plain.rows_in_files(), numbered(&plain)),
            (2, vec![0.0, 100.0])
        );
        // The hydrogen of residue 1 stands at the end.
        let detached = read(&[
            ("N", ' ', 1, 0.0),
            ("CA", ' ', 1, 1.5),
            ("N", ' ', 2, 3.0),
            ("H", ' ', 1, 0.9),
        ]);
        assert_eq!(xs(&detached), [0.0, 1.5, 0.9, 3.0]);
        assert_eq!(numbered(&detached), [0.0, 100.0, 300.0, 200.0]);
        let alternates = read(&[("CA", 'A', 1, 0.0), ("CA", 'B', 1, 0.5), ("C", ' ', 1, 1.5)]);
        assert_eq!(alternates.rows_in_files(), 3);
        assert_eq!(numbered(&alternates), [0.0, 200.0]);
        let merged = Structure::merge(vec![plain.clone(), alternates.clone(), detached]);
        assert_eq!(
            numbered(&merged),
            [0.0, 100.0, 200.0, 400.0, 500.0, 600.0, 800.0, 700.0]
        );
        let mut kept = Structure::merge(vec![alternates, plain]);
        kept.retain_atoms(&[false, true, false, true]);
        assert_eq!(numbered(&kept), [200.0, 400.0]);
        assert!(kept.with_positions_of_rows(&[[0.0; 3]; 4]).is_none());
    }
}
