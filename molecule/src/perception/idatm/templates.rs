//! Atom types of standard residues, which are given by name and never computed.
//!
//! Crystal structures of proteins are rarely precise enough to derive types from bond lengths, and
//! the chemistry of standard residues is known. The tables hold the types of `ChimeraX`; the
//! protonation is the usual one at pH 7, with both nitrogens of histidine neutral, since either may
//! have the hydrogen.

use super::molecule::Molecule;
use super::types::AtomType::{
    self, C2, C3, Cac, Car, N2, N3Plus, NgPlus, Npl, O2, O2Minus, O3, O3Minus, Pac, S3,
};
use crate::structure::Residue;
use crate::{Element, perception::names};

/// Residue names and the types of the side chain; other carbons are `C3`.
type SideChain = (&'static str, &'static [(&'static str, AtomType)]);

const AMINO_ACIDS: [SideChain; 24] = [
    ("ALA", &[]),
    (
        "ARG",
        &[("NE", NgPlus), ("CZ", C2), ("NH1", NgPlus), ("NH2", NgPlus)],
    ),
    ("ASN", &[("CG", C2), ("OD1", O2), ("ND2", Npl)]),
    ("ASP", &[("CG", Cac), ("OD1", O2Minus), ("OD2", O2Minus)]),
    ("CYS CYX CYM", &[("SG", S3)]),
    ("GLN", &[("CD", C2), ("OE1", O2), ("NE2", Npl)]),
    ("GLU", &[("CD", Cac), ("OE1", O2Minus), ("OE2", O2Minus)]),
    ("GLY", &[]),
    (
        "HIS",
        &[
            ("CG", Car),
            ("CD2", Car),
            ("CE1", Car),
            ("ND1", Npl),
            ("NE2", Npl),
        ],
    ),
    (
        "HID HSD",
        &[
            ("CG", Car),
            ("CD2", Car),
            ("CE1", Car),
            ("ND1", Npl),
            ("NE2", N2),
        ],
    ),
    (
        "HIE HSE",
        &[
            ("CG", Car),
            ("CD2", Car),
            ("CE1", Car),
            ("ND1", N2),
            ("NE2", Npl),
        ],
    ),
    (
        "HIP HSP",
        &[
            ("CG", C2),
            ("CD2", C2),
            ("CE1", C2),
            ("ND1", Npl),
            ("NE2", Npl),
        ],
    ),
    ("HYP", &[("OD", O3), ("OD1", O3)]),
    ("ILE", &[]),
    ("LEU", &[]),
    ("LYS", &[("NZ", N3Plus)]),
    ("MET", &[("SD", S3)]),
    ("MSE", &[("SE", AtomType::Untyped(Element::SE))]),
    (
        "PHE",
        &[
            ("CG", Car),
            ("CD1", Car),
            ("CD2", Car),
            ("CE1", Car),
            ("CE2", Car),
            ("CZ", Car),
        ],
    ),
    ("PRO", &[]),
    ("SER", &[("OG", O3)]),
    ("THR", &[("OG1", O3)]),
    (
        "TRP",
        &[
            ("CG", Car),
            ("CD1", Car),
            ("CD2", Car),
            ("NE1", Npl),
            ("CE2", Car),
            ("CE3", Car),
            ("CZ2", Car),
            ("CZ3", Car),
            ("CH2", Car),
        ],
    ),
    (
        "TYR",
        &[
            ("CG", Car),
            ("CD1", Car),
            ("CD2", Car),
            ("CE1", Car),
            ("CE2", Car),
            ("CZ", Car),
            ("OH", O3),
        ],
    ),
];

/// The `C3` carbons of these residues and of valine.
const SP3_CARBONS: [(&str, &str); 20] = [
    ("ALA", "CB"),
    ("ARG", "CB CG CD"),
    ("ASN", "CB"),
    ("ASP", "CB"),
    ("CYS CYX CYM", "CB"),
    ("GLN", "CB CG"),
    ("GLU", "CB CG"),
    ("HIS HID HIE HIP HSD HSE HSP", "CB"),
    ("HYP", "CB CG CD"),
    ("ILE", "CB CG1 CG2 CD1 CD"),
    ("LEU", "CB CG CD1 CD2"),
    ("LYS", "CB CG CD CE"),
    ("MET MSE", "CB CG CE"),
    ("PHE", "CB"),
    ("PRO", "CB CG CD"),
    ("SER", "CB"),
    ("THR", "CB CG2"),
    ("TRP", "CB"),
    ("TYR", "CB"),
    ("VAL", "CB CG1 CG2"),
];

/// Sugar and phosphate of nucleotides.
const SUGAR: [(&str, AtomType); 19] = [
    ("P", Pac),
    ("OP1", O3Minus),
    ("OP2", O3Minus),
    ("OP3", O3Minus),
    ("O1P", O3Minus),
    ("O2P", O3Minus),
    ("O3P", O3Minus),
    ("O5'", O3),
    ("C5'", C3),
    ("C4'", C3),
    ("O4'", O3),
    ("C3'", C3),
    ("O3'", O3),
    ("C2'", C3),
    ("O2'", O3),
    ("C1'", C3),
    ("C7", C3),
    ("C5M", C3),
    ("CM5", C3),
];

/// Bases by residue name. Both rings of adenine are aromatic, only the five-membered one of
/// guanine, and none of pyrimidines.
const BASES: [SideChain; 5] = [
    (
        "A DA RA ADE",
        &[
            ("N9", Npl),
            ("C8", Car),
            ("N7", N2),
            ("C5", Car),
            ("C6", Car),
            ("N6", Npl),
            ("N1", N2),
            ("C2", Car),
            ("N3", N2),
            ("C4", Car),
        ],
    ),
    (
        "G DG RG GUA",
        &[
            ("N9", Npl),
            ("C8", Car),
            ("N7", N2),
            ("C5", Car),
            ("C6", C2),
            ("O6", O2),
            ("N1", Npl),
            ("C2", C2),
            ("N2", Npl),
            ("N3", N2),
            ("C4", Car),
        ],
    ),
    (
        "C DC RC CYT",
        &[
            ("N1", Npl),
            ("C2", C2),
            ("O2", O2),
            ("N3", N2),
            ("C4", C2),
            ("N4", Npl),
            ("C5", C2),
            ("C6", C2),
        ],
    ),
    (
        "U DU RU URA",
        &[
            ("N1", Npl),
            ("C2", C2),
            ("O2", O2),
            ("N3", Npl),
            ("C4", C2),
            ("O4", O2),
            ("C5", C2),
            ("C6", C2),
        ],
    ),
    (
        "T DT RT THY",
        &[
            ("N1", Npl),
            ("C2", C2),
            ("O2", O2),
            ("N3", Npl),
            ("C4", C2),
            ("O4", O2),
            ("C5", C2),
            ("C6", C2),
        ],
    ),
];

fn lists(names: &str, name: &str) -> bool {
    names.split(' ').any(|other| other == name)
}

/// Assigns types to all atoms of standard residues and marks them as not computed. Returns, for
/// each residue, whether it has a template.
pub(crate) fn assign(molecule: &mut Molecule<'_>) -> Vec<bool> {
    let structure = molecule.structure;
    structure
        .residues()
        .iter()
        .map(|residue| {
            let Some(template) = Template::of(&residue.name) else {
                return false;
            };
            if template.has_side_link(molecule, residue) {
                return false;
            }
            for atom in residue.atoms.clone() {
                if matches!(molecule.element(atom), Element::H | Element::UNKNOWN) {
                    continue;
                }
                if let Some(kind) = template.kind(molecule, residue, atom) {
                    molecule.types[atom as usize] = kind;
                    molecule.is_computed[atom as usize] = false;
                }
            }
            true
        })
        .collect()
}

/// The tables that apply to one residue name.
enum Template {
    Water,
    /// Acetyl, the cap at the beginning of a chain.
    Acetyl,
    AminoAcid {
        typed: &'static [(&'static str, AtomType)],
        carbons: &'static str,
    },
    Nucleotide(&'static [(&'static str, AtomType)]),
}

impl Template {
    fn of(name: &str) -> Option<Self> {
        if name == "ACE" {
            return Some(Self::Acetyl);
        }
        if matches!(names::residue_kind(name), names::ResidueKind::Water) {
            return Some(Self::Water);
        }
        if let Some((_, base)) = BASES.iter().find(|(names, _)| lists(names, name)) {
            return Some(Self::Nucleotide(base));
        }
        let typed = AMINO_ACIDS.iter().find(|(names, _)| lists(names, name));
        let carbons = SP3_CARBONS.iter().find(|(names, _)| lists(names, name));
        if typed.is_none() && carbons.is_none() {
            return None;
        }
        Some(Self::AminoAcid {
            typed: typed.map_or(&[], |(_, list)| list),
            carbons: carbons.map_or("", |(_, list)| list),
        })
    }

    /// Returns true if a bond other than those of the backbone and a disulfide bridge leads out of
    /// the residue, so that the template does not apply.
    fn has_side_link(&self, molecule: &Molecule<'_>, residue: &Residue) -> bool {
        let backbone: &[&str] = match self {
            Self::Water => return false,
            Self::Acetyl | Self::AminoAcid { .. } => &["N", "CA", "C", "O", "OXT"],
            Self::Nucleotide(_) => &["P", "O3'", "O5'", "OP1", "OP2", "OP3"],
        };
        residue.atoms.clone().any(|atom| {
            !backbone.contains(&molecule.structure.name_in_file(atom))
                && molecule.of(atom).iter().any(|&other| {
                    let is_disulfide = [atom, other]
                        .iter()
                        .all(|&end| molecule.element(end) == Element::S);
                    !residue.atoms.contains(&other) && !is_disulfide
                })
        })
    }

    fn kind(&self, molecule: &Molecule<'_>, residue: &Residue, atom: u32) -> Option<AtomType> {
        let name_of = |atom: u32| molecule.structure.name_in_file(atom);
        let name = name_of(atom);
        let has = |wanted: &str| residue.atoms.clone().any(|i| name_of(i) == wanted);
        let find = |table: &[(&str, AtomType)], wanted: &str| {
            table
                .iter()
                .find(|(other, _)| *other == wanted)
                .map(|(_, kind)| *kind)
        };
        match self {
            Self::Water => (molecule.element(atom) == Element::O).then_some(O3),
            Self::Acetyl => find(&[("C", C2), ("O", O2), ("CH3", C3)], name),
            Self::Nucleotide(base) => {
                let name = name.replace('*', "'");
                find(base, &name).or_else(|| find(&SUGAR, &name))
            }
            Self::AminoAcid { typed, carbons } => match name {
                "N" => Some(if leaves_residue(molecule, residue, atom) {
                    Npl
                } else {
                    N3Plus
                }),
                "CA" => Some(C3),
                "C" => Some(if has("OXT") { Cac } else { C2 }),
                "O" => Some(if has("OXT") { O2Minus } else { O2 }),
                "OXT" => Some(O2Minus),
                _ if lists(carbons, name) => Some(C3),
                _ => acid(residue, name, &has).or_else(|| find(typed, name)),
            },
        }
    }
}

/// Returns the type of an atom of a side chain carboxyl group with hydrogen (`HD1`, `HD2`, `HE1`,
/// `HE2`), which is not a carboxylate.
fn acid(residue: &Residue, name: &str, has: &dyn Fn(&str) -> bool) -> Option<AtomType> {
    let (carbon, oxygens, hydrogens) = match residue.name.as_str() {
        "ASP" => ("CG", ["OD1", "OD2"], ["HD1", "HD2"]),
        "GLU" => ("CD", ["OE1", "OE2"], ["HE1", "HE2"]),
        _ => return None,
    };
    let protonated = (0..2).find(|&i| has(hydrogens[i]))?;
    if name == carbon {
        return Some(C2);
    }
    let place = oxygens.iter().position(|oxygen| *oxygen == name)?;
    Some(if place == protonated { O3 } else { O2 })
}

/// Returns true if the atom has a bond to another residue; chain gaps do not count.
fn leaves_residue(molecule: &Molecule<'_>, residue: &Residue, atom: u32) -> bool {
    molecule
        .of(atom)
        .iter()
        .any(|other| !residue.atoms.contains(other))
}
