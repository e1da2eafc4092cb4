//! Element fields that contradict the atom name: symbols that were cut off, and names of atoms that
//! are also symbols.

use super::atom::AtomReader;
use super::cut_symbols::{CutSymbol, CutSymbols};
use super::fields::{column, columns, text};
use super::residue_names::is_standard;
use crate::Element;
use crate::raw::{ElementField, RawAtom};

/// Symbols that a left-justified name begins with, of elements in ligands. The first letter is a
/// symbol, too, so that a symbol without its second letter goes unnoticed.
const SYMBOLS: [&[u8]; 15] = [
    b"CL", b"BR", b"FE", b"CO", b"CU", b"SE", b"SI", b"NI", b"PT", b"PD", b"BA", b"SR", b"IR",
    b"YB", b"BI",
];

impl AtomReader {
    /// Compares an element field with the name of the atom.
    #[cold]
    pub(super) fn compare_with_name(
        &mut self,
        number: u32,
        line: &[u8],
        element: &mut ElementField,
    ) {
        let ElementField::Known(known) = *element else {
            return;
        };
        let standard = is_standard(columns(line, 17, 20)) && column(line, 20) == b' ';
        let name = columns(line, 12, 16);
        let field = columns(line, 76, 78);
        if field[0] != b' ' {
            // CA of an amino acid is not calcium.
            let is_name = name.trim_ascii().eq_ignore_ascii_case(field);
            let light = Element::from_symbol(&field[..1])
                .filter(|_| matches!(field[0], b'C' | b'N' | b'O' | b'S' | b'H'));
            if standard
                && is_name
                && let Some(light) = light
                && !field.eq_ignore_ascii_case(b"SE")
                && Element::from_symbol(field) == Some(known)
            {
                self.warnings.not_in_residue.note(number, || {
                    format!(
                        "columns 77-78 hold \"{}\", but atom {} of {} is not {}",
                        text(field),
                        text(name),
                        text(columns(line, 17, 20)),
                        known.symbol()
                    )
                });
                *element = ElementField::Known(light);
            }
            return;
        }
        if Element::from_symbol(&field[1..]) != Some(known)
            || column(line, 78).is_ascii_alphabetic()
            || name.len() < 4
            || name[3] != b' '
        {
            return;
        }
        let letters = name.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        if letters == 1 {
            self.cut_symbols.left_justified = true;
        }
        let head = name[..2].to_ascii_uppercase();
        let residue = columns(line, 17, 21).trim_ascii();
        let is_ion = name.trim_ascii().eq_ignore_ascii_case(residue);
        let is_symbol = SYMBOLS.contains(&head.as_slice())
            && (!standard || (head == b"SE" && residue == b"MSE"));
        if letters == 2
            && (is_ion || is_symbol)
            && let Some(name) = Element::from_symbol(&head)
        {
            self.cut_symbols.found.push(CutSymbol {
                line: number,
                name,
                is_ion,
                is_halogen: matches!(head.as_slice(), b"CL" | b"BR"),
            });
        }
    }

    /// Decides about symbols that may be cut off, when all names are known: if no name of an
    /// element of one letter begins in column 13, names that do begin with a symbol of two. An ion
    /// has the name of its residue.
    pub(super) fn finish(&mut self, atoms: &mut [RawAtom]) {
        let CutSymbols {
            found,
            left_justified,
        } = std::mem::take(&mut self.cut_symbols);
        for cut in found {
            let Ok(index) = atoms.binary_search_by_key(&cut.line, |atom| atom.line) else {
                continue;
            };
            let atom = &mut atoms[index];
            let describe = || {
                format!(
                    "the element field of atom {} of {} holds \"{}\", but the name begins with {}",
                    atom.name,
                    atom.residue_label(),
                    atom.element.known().unwrap_or_default().symbol(),
                    cut.name.symbol()
                )
            };
            if !left_justified || cut.is_ion {
                self.warnings.cut.note(cut.line, describe);
                atom.element = ElementField::Known(cut.name);
            } else if cut.is_halogen {
                self.warnings.cut_or_not.note(cut.line, describe);
            }
        }
    }
}
