//! CRYST1, REMARK 290 and REMARK 350: the unit cell, the operators of the space group, and
//! biological assemblies.

use smol_str::SmolStr;

use super::fields::columns;
use crate::Warning;
use crate::diagnostics::RepeatedWarning;
use crate::symmetry::{Generator, Symmetry, Transform, UnitCell, parse_triplet};

/// Largest number of chains that one record of an assembly may list.
const MOST_CHAINS: usize = 10_000;

/// Collects the records before the atoms.
#[derive(Debug, Default)]
pub(super) struct SymmetryRecords {
    symmetry: Symmetry,
    /// Id of the assembly that REMARK 350 is about.
    assembly: Option<String>,
    /// Chains that the following operators apply to.
    chains: Vec<SmolStr>,
    /// True while a list of chains goes on.
    in_chains: bool,
    /// Rows of the operator that is being read.
    rows: Vec<[f64; 4]>,
    /// Lines that cannot be read.
    bad: RepeatedWarning,
}

impl SymmetryRecords {
    /// Reads a line if it is one of these records.
    pub(super) fn read(&mut self, number: u32, line: &[u8]) {
        if line.starts_with(b"CRYST1") {
            self.cell(number, line);
        } else if line.starts_with(b"REMARK 290") {
            self.group_operator(number, line);
        } else if line.starts_with(b"REMARK 350") {
            self.assembly(number, line);
        }
    }

    fn cell(&mut self, number: u32, line: &[u8]) {
        // Columns of wwPDB format 3.3; widths of nine and seven.
        let field = |start: usize, width: usize| {
            std::str::from_utf8(columns(line, start, start + width))
                .ok()
                .and_then(|text| text.trim().parse::<f64>().ok())
        };
        let numbers = [
            field(6, 9),
            field(15, 9),
            field(24, 9),
            field(33, 7),
            field(40, 7),
            field(47, 7),
        ];
        let [
            Some(a),
            Some(b),
            Some(c),
            Some(alpha),
            Some(beta),
            Some(gamma),
        ] = numbers
        else {
            self.bad.note(number, || {
                "CRYST1 does not hold three edges and three angles in its columns".to_owned()
            });
            return;
        };
        // Programs write zeros where there is no cell.
        if [a, b, c].iter().any(|edge| edge.abs() > 0.0) {
            self.symmetry.cell = UnitCell::new([a, b, c], [alpha, beta, gamma]);
            if self.symmetry.cell.is_none() {
                self.bad.note(number, || {
                    "the unit cell of CRYST1 has no volume".to_owned()
                });
            }
        }
        let group = String::from_utf8_lossy(columns(line, 55, 66));
        let group = group.trim();
        if !group.is_empty() {
            self.symmetry.space_group = Some(group.to_owned());
        }
    }

    /// Reads `REMARK 290       2555   -X,Y+1/2,-Z`. Other lines of this remark are text, or the
    /// same operators as matrices.
    fn group_operator(&mut self, number: u32, line: &[u8]) {
        let text = String::from_utf8_lossy(columns(line, 10, line.len()));
        let mut words = text.split_whitespace();
        let (Some(code), Some(triplet), None) = (words.next(), words.next(), words.next()) else {
            return;
        };
        if code.len() < 4 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return;
        }
        match parse_triplet(triplet) {
            Some(operator) => self.symmetry.operators.push(operator),
            None => self.bad.note(number, || {
                let shown: String = triplet.chars().take(40).collect();
                format!(
                    "\"{}\" is not an operator such as -X,Y+1/2,-Z",
                    shown.escape_debug()
                )
            }),
        }
    }

    fn assembly(&mut self, number: u32, line: &[u8]) {
        let text = String::from_utf8_lossy(columns(line, 10, line.len()));
        let text = text.trim();
        if let Some(id) = text.strip_prefix("BIOMOLECULE:") {
            self.end_operator(number);
            let id = id.split([',', ' ']).find(|word| !word.is_empty());
            self.assembly = id.map(str::to_owned);
            self.chains.clear();
            self.in_chains = false;
            return;
        }
        if text.starts_with("BIOMT") {
            self.in_chains = false;
            self.matrix_row(number, text);
            return;
        }
        let list = text
            .strip_prefix("APPLY THE FOLLOWING TO CHAINS:")
            .or_else(|| text.strip_prefix("APPLY THE FOLLOWING TO CHAIN:"));
        if let Some(list) = list {
            self.chains.clear();
            self.in_chains = true;
            self.list(list);
        } else if let Some((_, list)) = text.split_once("AND CHAINS:") {
            self.list(list);
        } else if self.in_chains && !text.is_empty() {
            self.list(text);
        }
    }

    /// Adds the chains of a list such as ` A, B, C`; `NULL` is the chain without id.
    fn list(&mut self, text: &str) {
        for id in text.split([',', ' ']).filter(|id| !id.is_empty()) {
            if self.chains.len() < MOST_CHAINS {
                self.chains
                    .push(SmolStr::new(if id == "NULL" { "" } else { id }));
            }
        }
    }

    /// Reads `BIOMT2   5  0.2 0.9 -0.2  -132.6`: the row of the matrix, and the translation.
    fn matrix_row(&mut self, number: u32, text: &str) {
        let mut words = text.split_whitespace();
        let axis = match words.next() {
            Some("BIOMT1") => 0,
            Some("BIOMT2") => 1,
            Some("BIOMT3") => 2,
            _ => 3,
        };
        let numbers: Vec<f64> = words
            .skip(1)
            .map_while(|word| word.parse::<f64>().ok())
            .collect();
        let row = <[f64; 4]>::try_from(numbers).ok();
        if axis == 0 {
            self.end_operator(number);
        }
        let (Some(row), true) = (row, axis == self.rows.len()) else {
            self.rows.clear();
            self.bad.note(number, || {
                "the operator of an assembly does not have the rows BIOMT1, BIOMT2 and BIOMT3 of \
                 four numbers"
                    .to_owned()
            });
            return;
        };
        self.rows.push(row);
        let Ok(rows) = <[[f64; 4]; 3]>::try_from(self.rows.as_slice()) else {
            return;
        };
        self.rows.clear();
        let operator = Transform { rows };
        // Files of one assembly may leave its number out.
        let id = self.assembly.as_deref().unwrap_or("1");
        if !operator.is_sound() || self.chains.is_empty() {
            self.bad.note(number, || {
                "the operator of an assembly has impossible numbers, or no list of chains before it"
                    .to_owned()
            });
            return;
        }
        let generators = &mut self.symmetry.add_assembly(id, "").generators;
        match generators.last_mut() {
            Some(last) if last.chains == self.chains => last.operators.push(operator),
            _ => {
                let mut generator = Generator::new(self.chains.clone());
                generator.operators.push(operator);
                generators.push(generator);
            }
        }
    }

    /// Notes an operator whose last rows are missing, and forgets it.
    fn end_operator(&mut self, number: u32) {
        if !self.rows.is_empty() {
            self.rows.clear();
            self.bad.note(number, || {
                "the operator of an assembly before this line lacks rows".to_owned()
            });
        }
    }

    /// Returns what the file says, and adds a warning about what could not be read.
    pub(super) fn finish(mut self, file: &str, warnings: &mut Vec<Warning>) -> Symmetry {
        self.end_operator(0);
        self.bad.report(
            file,
            "it is left out, which matters only for assemblies and unit cells",
            warnings,
        );
        self.symmetry
    }
}
