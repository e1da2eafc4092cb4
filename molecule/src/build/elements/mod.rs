//! Elements from atom names, for files without elements.

use crate::diagnostics::RepeatedWarning;
use crate::raw::{ElementField, RawAtom};
use crate::{Element, Warning};

/// Two-letter elements that an atom name may denote outside of standard residues. Symbols that are
/// common names of light atoms are excluded:
/// `CA CD CE CF CM CR CS HE HF HG HO NA NB ND NE NP OS PA PB PO SB SC SM SN` are elements only if
/// the residue has the same name or no other atom.
const TWO_LETTERS: [&[u8]; 30] = [
    b"CL", b"BR", b"FE", b"ZN", b"MG", b"MN", b"CU", b"CO", b"NI", b"SE", b"SI", b"LI", b"AL",
    b"AS", b"RB", b"SR", b"MO", b"RU", b"RH", b"PD", b"AG", b"PT", b"AU", b"IR", b"BA", b"GD",
    b"YB", b"TB", b"GA", b"TE",
];

/// Ions of the CHARMM force field, with the same name for residue and atom.
const CHARMM_IONS: [(&str, &[u8]); 6] = [
    ("SOD", b"NA"),
    ("POT", b"K"),
    ("CLA", b"CL"),
    ("CAL", b"CA"),
    ("CES", b"CS"),
    ("IOD", b"I"),
];

/// Tests for residues with only C, N, O, S, P, H (and Se), whatever the second letter of a name is.
fn is_standard(residue_name: &str) -> bool {
    matches!(
        residue_name,
        "ALA"
            | "ARG"
            | "ASN"
            | "ASP"
            | "CYS"
            | "GLN"
            | "GLU"
            | "GLY"
            | "HIS"
            | "ILE"
            | "LEU"
            | "LYS"
            | "MET"
            | "PHE"
            | "PRO"
            | "SER"
            | "THR"
            | "TRP"
            | "TYR"
            | "VAL"
            | "ASX"
            | "GLX"
            | "MSE"
            | "SEC"
            | "PYL"
            | "HID"
            | "HIE"
            | "HIP"
            | "HSD"
            | "HSE"
            | "HSP"
            | "CYX"
            | "CYM"
            | "ASH"
            | "GLH"
            | "LYN"
            | "ACE"
            | "NME"
            | "NMA"
            | "NH2"
            | "A"
            | "C"
            | "G"
            | "U"
            | "T"
            | "I"
            | "DA"
            | "DC"
            | "DG"
            | "DT"
            | "DU"
            | "DI"
            | "ADE"
            | "CYT"
            | "GUA"
            | "THY"
            | "URA"
            | "HOH"
            | "WAT"
            | "DOD"
            | "TIP3"
            | "SOL"
    )
}

/// Derives the elements of the atoms of one residue from their names.
pub(super) struct ElementRules<'a> {
    residue_name: &'a str,
    standard: bool,
    lone_hetero: bool,
}

impl<'a> ElementRules<'a> {
    /// Creates the rules for a residue. `lone_hetero` is true for a residue of one atom outside of
    /// polymers: an ion, whose atom name is a complete symbol.
    pub(super) fn new(residue_name: &'a str, lone_hetero: bool) -> Self {
        Self {
            residue_name,
            standard: is_standard(residue_name),
            lone_hetero,
        }
    }

    /// Returns the element of an atom name, or `None`.
    ///
    /// `indented` is true for PDB names that begin in the second of their four columns: the symbol
    /// ends there, so it has one letter. Other formats pass false.
    pub(super) fn element(&self, name: &str, indented: bool) -> Option<Element> {
        // Names of hydrogens begin with a number in older files (`1HB`).
        let letters = letters(name.as_bytes());
        let first = letters.first()?.to_ascii_uppercase();
        if self.standard {
            return match first {
                b'S' if letters.eq_ignore_ascii_case(b"SE") => Element::from_symbol(b"SE"),
                b'C' | b'N' | b'O' | b'S' | b'P' | b'H' | b'D' => Element::from_symbol(&[first]),
                _ => None,
            };
        }
        if let Some((_, symbol)) = CHARMM_IONS
            .iter()
            .find(|(ion, _)| *ion == self.residue_name && *ion == name)
        {
            return Element::from_symbol(symbol);
        }
        let symbol = Element::from_symbol(letters);
        let whole_symbol = (self.lone_hetero && (!indented || letters.len() == 1))
            || letters.eq_ignore_ascii_case(self::letters(self.residue_name.as_bytes()));
        if symbol.is_some() && whole_symbol {
            return symbol;
        }
        let head = letters.get(..2).map(<[u8]>::to_ascii_uppercase);
        let head = head.as_deref().unwrap_or(&[]);
        // Programs often ignore the columns; carbon and boron atoms with these names are very rare.
        if matches!(head, b"CL" | b"BR") && (letters.len() == 2 || !indented) {
            return Element::from_symbol(head);
        }
        if !indented && letters.len() == 2 && TWO_LETTERS.contains(&head) {
            return symbol;
        }
        match first {
            // A dummy atom, not deuterium.
            b'D' if head == b"DU" => None,
            b'C' | b'N' | b'O' | b'S' | b'P' | b'H' | b'D' | b'F' | b'I' | b'B' => {
                Element::from_symbol(&[first])
            }
            _ => symbol,
        }
    }
}

/// Derives missing elements from atom names, and counts the cases for the warnings.
#[derive(Debug, Default)]
pub(super) struct ElementGuesses {
    /// Atoms without an element field whose name does not tell the element.
    nameless: RepeatedWarning,
    /// Atoms whose element field is the beginning of the symbol that the name gives.
    shortened: RepeatedWarning,
    /// Atoms whose element field is something else.
    not_elements: RepeatedWarning,
    /// Atoms that mark the surfaces of a membrane.
    membrane_markers: RepeatedWarning,
    /// Spheres of fpocket that fill a pocket.
    pocket_markers: RepeatedWarning,
}

impl ElementGuesses {
    /// Returns the element of a row without a known one.
    ///
    /// Text that is not an element (`EP` of a virtual site, `Ve` of a cavity) says that the atom is
    /// none of an element: the name would give a wrong one (hydrogen for `DOH2`). Only if the text
    /// begins the symbol that the name gives (`Z` of ZN), the field is merely cut off.
    #[cold]
    pub(super) fn guess(&mut self, row: &RawAtom, rules: &ElementRules<'_>) -> Element {
        let by_name = rules.element(&row.name, row.name_is_indented);
        let field = match &row.element {
            ElementField::Known(element) => return *element,
            ElementField::Absent => {
                return by_name.unwrap_or_else(|| {
                    self.nameless.note(row.line, || {
                        format!(
                            "the element cannot be derived from the atom name \"{}\" in {}",
                            row.name,
                            row.residue_label()
                        )
                    });
                    Element::UNKNOWN
                });
            }
            ElementField::NotAnElement(text) => text.trim_ascii(),
        };
        let describe = || {
            format!(
                "the element field of atom {} of {} holds \"{}\", which is not an element",
                row.name,
                row.residue_label(),
                String::from_utf8_lossy(field)
            )
        };
        let begins = |element: &Element| {
            let symbol = element.symbol().as_bytes();
            symbol
                .get(..field.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(field))
        };
        if let Some(element) = by_name.filter(begins) {
            self.shortened.note(row.line, describe);
            return element;
        }
        self.not_elements.note(row.line, describe);
        Element::UNKNOWN
    }

    /// Notes an atom that marks the surface of a membrane or a pocket, and returns the unknown
    /// element.
    #[cold]
    pub(super) fn of_marker(&mut self, row: &RawAtom) -> Element {
        if row.residue_name == "STP" {
            self.pocket_markers.note(row.line, || {
                format!(
                    "{} marks a pocket with spheres (as in fpocket files) and is not a molecule",
                    row.residue_label()
                )
            });
        } else {
            self.membrane_markers.note(row.line, || {
                format!(
                    "{} marks a surface of the membrane (as in OPM files) and is not an atom",
                    row.residue_label()
                )
            });
        }
        Element::UNKNOWN
    }

    pub(super) fn report(self, file: &str, warnings: &mut Vec<Warning>) {
        self.nameless
            .report(file, "the element is taken as unknown", warnings);
        self.shortened.report(
            file,
            "the element that begins with it is taken from the atom name",
            warnings,
        );
        self.membrane_markers.report(
            file,
            "it is kept without element, bonds and hydrogen bonds, and is not a ligand",
            warnings,
        );
        self.pocket_markers.report(
            file,
            "it is kept without elements, bonds and hydrogen bonds, and is not a ligand",
            warnings,
        );
        self.not_elements.report(
            file,
            "the element is taken as unknown: such an atom gets no bonds by distance, no atom type \
             and no hydrogen bonds",
            warnings,
        );
    }
}

/// Returns the letters at the beginning of a name, after digits and quotes.
fn letters(name: &[u8]) -> &[u8] {
    let start = name
        .iter()
        .position(u8::is_ascii_alphabetic)
        .unwrap_or(name.len());
    let name = &name[start..];
    let end = name
        .iter()
        .position(|b| !b.is_ascii_alphabetic())
        .unwrap_or(name.len());
    &name[..end]
}

#[cfg(test)]
mod tests;
