//! Elements from atom names, for files that do not give them.

use crate::Element;

/// Two-letter elements that a name may mean outside of standard residues. Left out on purpose are those whose
/// symbol is a common name of a light atom: `CA CD CE CF CM CR CS HE HF HG HO NA NB ND NE NP OS PA PB PO SB SC SM SN`
/// count only where the residue is named so too, or has no other atom.
const TWO_LETTERS: [&[u8]; 30] = [
    b"CL", b"BR", b"FE", b"ZN", b"MG", b"MN", b"CU", b"CO", b"NI", b"SE", b"SI", b"LI", b"AL",
    b"AS", b"RB", b"SR", b"MO", b"RU", b"RH", b"PD", b"AG", b"PT", b"AU", b"IR", b"BA", b"GD",
    b"YB", b"TB", b"GA", b"TE",
];

/// Names of ions in the CHARMM force field, used for residue and atom alike.
const CHARMM_IONS: [(&str, &[u8]); 6] = [
    ("SOD", b"NA"),
    ("POT", b"K"),
    ("CLA", b"CL"),
    ("CAL", b"CA"),
    ("CES", b"CS"),
    ("IOD", b"I"),
];

/// Residues that hold only C, N, O, S, P, H (and Se) whatever the second letter of a name looks like.
const STANDARD: [&str; 62] = [
    "ALA", "ARG", "ASN", "ASP", "CYS", "GLN", "GLU", "GLY", "HIS", "ILE", "LEU", "LYS", "MET",
    "PHE", "PRO", "SER", "THR", "TRP", "TYR", "VAL", "ASX", "GLX", "MSE", "SEC", "PYL", "HID",
    "HIE", "HIP", "HSD", "HSE", "HSP", "CYX", "CYM", "ASH", "GLH", "LYN", "ACE", "NME", "NMA",
    "NH2", "A", "C", "G", "U", "T", "I", "DA", "DC", "DG", "DT", "DU", "DI", "ADE", "CYT", "GUA",
    "THY", "URA", "HOH", "WAT", "DOD", "TIP3", "SOL",
];

/// Element that an atom name means, or `None`.
///
/// `indented` is the rule of the PDB format: the symbol ends in the second of four columns, so a name that begins
/// there has an element of one letter; other formats pass false. `lone_hetero` says that the atom is all of its
/// residue and no part of a polymer: an ion, whose name is then a whole symbol.
pub(super) fn element(
    name: &str,
    indented: bool,
    residue_name: &str,
    lone_hetero: bool,
) -> Option<Element> {
    // Hydrogens carry their number in front in older files (`1HB`).
    let letters = letters(name.as_bytes());
    let first = letters.first()?.to_ascii_uppercase();
    if let Some((_, symbol)) = CHARMM_IONS
        .iter()
        .find(|(ion, _)| *ion == residue_name && *ion == name)
    {
        return Element::from_symbol(symbol);
    }
    if STANDARD.contains(&residue_name) {
        return match first {
            b'S' if letters.eq_ignore_ascii_case(b"SE") => Element::from_symbol(b"SE"),
            b'C' | b'N' | b'O' | b'S' | b'P' | b'H' | b'D' => Element::from_symbol(&[first]),
            _ => None,
        };
    }
    let symbol = Element::from_symbol(letters);
    if symbol.is_some()
        && ((lone_hetero && (!indented || letters.len() == 1))
            || letters.eq_ignore_ascii_case(self::letters(residue_name.as_bytes())))
    {
        return symbol;
    }
    let head = letters.get(..2).map(<[u8]>::to_ascii_uppercase);
    // Programs often ignore the columns; carbon and boron atoms of these names hardly exist.
    let halogen = head.as_deref().is_some_and(|h| h == b"CL" || h == b"BR");
    if halogen && (letters.len() == 2 || !indented) {
        return head.as_deref().and_then(Element::from_symbol);
    }
    if !indented && letters.len() == 2 && head.as_deref().is_some_and(|h| TWO_LETTERS.contains(&h))
    {
        return symbol;
    }
    match first {
        b'C' | b'N' | b'O' | b'S' | b'P' | b'H' | b'D' | b'F' | b'I' | b'B' => {
            Element::from_symbol(&[first])
        }
        _ => symbol,
    }
}

/// The letters at the beginning of a name, behind digits and quotes.
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
