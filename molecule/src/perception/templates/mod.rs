//! Templates of standard residues: bonds by atom names.
//!
//! Heavy atoms: the connection tables of the amino acids and nucleotides (Chemical Component
//! Dictionary of the Protein Data Bank) as `A-B` pairs. Hydrogens: their names derive from the name
//! of the atom that they are bonded to; see [`Template::carrier`].

use std::sync::OnceLock;

use super::packed_name::pack;

/// Bonds of one kind of residue.
#[derive(Debug)]
pub(crate) struct Template {
    /// Residue names of the template, separated by blanks.
    pub(crate) residue_names: &'static str,
    /// True for an amino acid, with the backbone nitrogen `N`.
    pub(crate) is_amino_acid: bool,
    /// Bonds between heavy atoms, as packed canonical names.
    pub(crate) bonds: Vec<[u64; 2]>,
    /// Packed canonical names of all heavy atoms, ascending.
    pub(crate) atoms: Vec<u64>,
}

/// Backbone, with the names of the second terminal oxygen in PDB, `CHARMM` and GROMACS files.
const PEPTIDE: &str = "N-CA CA-C C-O C-OXT C-OT1 C-OT2 C-OC1 C-OC2 C-O1 C-O2";

const AMINO_ACIDS: [(&str, &str); 23] = [
    ("ALA DAL", "CA-CB"),
    ("ARG DAR ARN", "CA-CB CB-CG CG-CD CD-NE NE-CZ CZ-NH1 CZ-NH2"),
    ("ASN DSG", "CA-CB CB-CG CG-OD1 CG-ND2"),
    ("ASP DAS ASH ASPP", "CA-CB CB-CG CG-OD1 CG-OD2"),
    ("CYS DCY CYX CYM CYN CYS2", "CA-CB CB-SG"),
    ("GLN DGN", "CA-CB CB-CG CG-CD CD-OE1 CD-NE2"),
    ("GLU DGL GLH GLUP", "CA-CB CB-CG CG-CD CD-OE1 CD-OE2"),
    ("GLY", ""),
    (
        "HIS DHI HID HIE HIP HSD HSE HSP HISD HISE HISH HISP",
        "CA-CB CB-CG CG-ND1 CG-CD2 ND1-CE1 CD2-NE2 CE1-NE2",
    ),
    ("ILE DIL", "CA-CB CB-CG1 CB-CG2 CG1-CD1 CG1-CD"),
    ("LEU DLE", "CA-CB CB-CG CG-CD1 CG-CD2"),
    ("LYS DLY LYN LYP LSN", "CA-CB CB-CG CG-CD CD-CE CE-NZ"),
    ("MET MED", "CA-CB CB-CG CG-SD SD-CE"),
    ("MSE", "CA-CB CB-CG CG-SE SE-CE CG-SD SD-CE"),
    (
        "PHE DPN",
        "CA-CB CB-CG CG-CD1 CG-CD2 CD1-CE1 CD2-CE2 CE1-CZ CE2-CZ",
    ),
    ("PRO DPR", "CA-CB CB-CG CG-CD CD-N"),
    ("HYP", "CA-CB CB-CG CG-CD CD-N CG-OD1 CG-OD"),
    ("SER DSN", "CA-CB CB-OG"),
    ("THR DTH", "CA-CB CB-OG1 CB-CG2"),
    (
        "TRP DTR",
        "CA-CB CB-CG CG-CD1 CG-CD2 CD1-NE1 NE1-CE2 CD2-CE2 CD2-CE3 CE2-CZ2 CE3-CZ3 CZ2-CH2 CZ3-CH2",
    ),
    (
        "TYR DTY TYM",
        "CA-CB CB-CG CG-CD1 CG-CD2 CD1-CE1 CD2-CE2 CE1-CZ CE2-CZ CZ-OH",
    ),
    ("VAL DVA", "CA-CB CB-CG1 CB-CG2"),
    ("SEC CSE", "CA-CB CB-SE"),
];

/// Sugar and phosphate.
const SUGAR: &str = "P-OP1 P-OP2 P-OP3 P-O5' O5'-C5' C5'-C4' C4'-O4' C4'-C3' C3'-O3' C3'-C2' C2'-O2' C2'-C1' C1'-O4'";

/// A bond applies if both atoms are present, so one table covers all purines and one all
/// pyrimidines.
const NUCLEOTIDES: [(&str, &str); 2] = [
    (
        "A G I DA DG DI RA RG RI ADE GUA INO",
        "C1'-N9 N9-C8 C8-N7 N7-C5 C5-C6 C6-N1 N1-C2 C2-N3 N3-C4 C4-C5 C4-N9 C6-N6 C6-O6 C2-N2",
    ),
    (
        "C U T DC DU DT RC RU RT CYT URA THY",
        "C1'-N1 N1-C2 C2-O2 C2-N3 N3-C4 C4-C5 C5-C6 C6-N1 C4-N4 C4-O4 C5-C7",
    ),
];

impl Template {
    fn new(residue_names: &'static str, is_amino_acid: bool, common: &str, own: &str) -> Self {
        let mut bonds = Vec::new();
        let mut atoms = Vec::new();
        for pair in common.split(' ').chain(own.split(' ')) {
            if let Some((a, b)) = pair.split_once('-')
                && let (Some(a), Some(b)) = (pack(a.as_bytes()), pack(b.as_bytes()))
            {
                bonds.push([a, b]);
                atoms.extend([a, b]);
            }
        }
        atoms.sort_unstable();
        atoms.dedup();
        Self {
            residue_names,
            is_amino_acid,
            bonds,
            atoms,
        }
    }

    /// Finds the atom that a hydrogen is bonded to, from the name of the hydrogen: its position in
    /// `heavy`, the packed canonical names of the heavy atoms of the residue.
    ///
    /// Hydrogens are named `H` + the name of their neighbour without its element + a number (`HG21`
    /// on `CG2`, `H5''` on `C5'`, `HH` on `OH`); on oxygens of nucleotides `H` + the full name
    /// (`HO5'`); on the backbone nitrogen `H`, `HN`, `H1` to `H3`, `HT1` to `HT3`. Old PDB files
    /// write the number first (`1HB`) and `*` for `'`.
    pub(crate) fn carrier(&self, hydrogen: &[u8], heavy: &[u64]) -> Option<usize> {
        let mut buffer = [0_u8; 8];
        let rest = hydrogen_locant(hydrogen, &mut buffer)?;
        if rest.is_empty() && !self.is_amino_acid {
            return None;
        }
        let position = |name: &[u8]| {
            let key = pack(name)?;
            heavy.iter().position(|&atom| atom == key)
        };
        if self.is_amino_acid {
            let number = rest
                .strip_prefix(b"N")
                .or_else(|| rest.strip_prefix(b"T"))
                .unwrap_or(rest);
            if number.iter().all(u8::is_ascii_digit) {
                return position(b"N");
            }
        }
        if !self.is_amino_acid {
            let whole_name = match rest {
                b"5T" => b"O5'",
                b"3T" => b"O3'",
                // Old names of the hydrogen on O2' and of those on the methyl group of thymine.
                b"O'2" | b"O2'1" => b"O2'",
                [b'5', b'M' | b'1' | b'2' | b'3', ..] => b"C7".as_slice(),
                other => other,
            };
            if let Some(found) = position(whole_name) {
                return Some(found);
            }
        }
        // The longest locant that is a prefix of that of the hydrogen; of equally long ones
        // nitrogen before carbon before oxygen (H61 of adenine is on N6, not C6; H5' is on C5', not
        // O5').
        let mut best: Option<(usize, u8, usize)> = None;
        for (i, &atom) in heavy.iter().enumerate() {
            let bytes = atom.to_be_bytes();
            let name = &bytes[atom.leading_zeros() as usize / 8..];
            let Some((&letter, locant)) = name.split_first() else {
                continue;
            };
            let fits = !locant.is_empty()
                && rest
                    .strip_prefix(locant)
                    .is_some_and(|number| number.iter().all(|b| b.is_ascii_digit() || *b == b'\''));
            if !fits || self.atoms.binary_search(&atom).is_err() {
                continue;
            }
            let rank = match letter {
                b'N' if rest.len() > locant.len() => 4,
                b'C' => 3,
                b'N' => 2,
                _ => 1,
            };
            let candidate = (locant.len(), rank, i);
            if best.is_none_or(|(length, best_rank, _)| (candidate.0, rank) > (length, best_rank)) {
                best = Some(candidate);
            }
        }
        best.map(|(_, _, i)| i)
    }
}

/// Returns the part of a hydrogen name after `H` (or `D`), in upper case, with a leading number
/// moved to the end and `*` replaced by `'`. `None` if it is not the name of a hydrogen.
fn hydrogen_locant<'a>(name: &[u8], buffer: &'a mut [u8; 8]) -> Option<&'a [u8]> {
    if name.len() > buffer.len() {
        return None;
    }
    let digits = name.iter().take_while(|b| b.is_ascii_digit()).count();
    let (number, name) = name.split_at(digits);
    let (b'H' | b'h' | b'D' | b'd', locant) = name.split_first()? else {
        return None;
    };
    let mut length = 0;
    for &byte in locant.iter().chain(number) {
        buffer[length] = match byte {
            b'*' => b'\'',
            other => other.to_ascii_uppercase(),
        };
        length += 1;
    }
    Some(&buffer[..length])
}

/// Packs the name of a heavy atom in upper case and in the spelling of the templates; 0 for a name
/// that is too long. Old files of nucleotides use `O1P`, `C5*` and, for the methyl group of
/// thymine, `C5M`.
pub(crate) fn canonical(name: &[u8], is_amino_acid: bool) -> u64 {
    if is_amino_acid {
        return pack(name).unwrap_or(0);
    }
    match name {
        b"O1P" => return pack(b"OP1").unwrap_or(0),
        b"O2P" => return pack(b"OP2").unwrap_or(0),
        b"O3P" => return pack(b"OP3").unwrap_or(0),
        b"C5M" => return pack(b"C7").unwrap_or(0),
        _ => {}
    }
    let Some(packed) = pack(name) else { return 0 };
    match name {
        [.., b'*'] => packed - u64::from(b'*') + u64::from(b'\''),
        _ => packed,
    }
}

/// Returns the templates of the amino acids.
pub(crate) fn amino_acids() -> &'static [Template] {
    static TEMPLATES: OnceLock<Vec<Template>> = OnceLock::new();
    TEMPLATES.get_or_init(|| {
        AMINO_ACIDS
            .iter()
            .map(|(names, bonds)| Template::new(names, true, PEPTIDE, bonds))
            .collect()
    })
}

/// Returns the templates of the nucleotides.
pub(crate) fn nucleotides() -> &'static [Template] {
    static TEMPLATES: OnceLock<Vec<Template>> = OnceLock::new();
    TEMPLATES.get_or_init(|| {
        NUCLEOTIDES
            .iter()
            .map(|(names, bonds)| Template::new(names, false, SUGAR, bonds))
            .collect()
    })
}

#[cfg(test)]
mod tests;
