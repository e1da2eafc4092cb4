//! Residue names with a fixed meaning.

use std::sync::OnceLock;

use super::packed_name::pack;
use super::templates::{self, Template};

/// Kind of residue, by its name.
#[derive(Debug, Clone, Copy)]
pub(crate) enum ResidueKind {
    /// An amino acid, with its template if there is one.
    AminoAcid(Option<&'static Template>),
    /// A nucleotide.
    Nucleotide(&'static Template),
    /// Water, also of common simulation models.
    Water,
    /// A name that is used for single-atom ions; the atoms decide.
    Ion,
    /// Any other name.
    Other,
}

/// Amino acids without template: pyrrolysine, ambiguous ones, and the caps of chain ends.
const AMINO_ACIDS_WITHOUT_TEMPLATE: &str = "PYL ASX GLX ACE NME NMA NHE NH2 FOR";

/// Water in the Protein Data Bank, `CHARMM`, AMBER, GROMACS and other programs.
const WATERS: &str = "HOH WAT H2O DOD D2O OH2 SOL SPC SPCE TIP TIP2 TIP3 TIP3P TIP4 TIP4P TIP5 TIP5P TP3 TP4 TP5 \
    T3P T4P T5P OPC OPC3";

/// Single-atom ions: component ids of the Protein Data Bank, then names of force fields.
const IONS: &str = "LI NA K RB CS BE MG CA SR BA F CL BR IOD I V CR MN MN3 FE FE2 CO 3CO NI 3NI CU CU1 ZN ZN2 GA Y1 YT3 MO \
    RU RH RH3 PD AG CD IN LA CE PR ND SM EU EU3 GD GD3 TB DY HO HO3 ER ER3 TM YB YB2 YB3 LU W RE OS OS4 IR IR3 PT PT4 AU AU3 \
    HG TL PB BI3 TH U1 AL \
    NA+ CL- K+ LI+ RB+ CS+ BR- I- F- MG2 MG2+ CA2+ ZN2+ MG+2 NIO CIO MG5 POT SOD CLA CES CAL RUB LIT BAR CAD IB CIM IP IM";

type Table = Vec<(u64, ResidueKind)>;

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table::new();
        let mut add = |names: &str, kind: ResidueKind| {
            for name in names.split_ascii_whitespace() {
                if let Some(key) = pack(name.as_bytes()) {
                    table.push((key, kind));
                }
            }
        };
        // Amino acids and nucleotides come first: the sort is stable, and the first entry of a name
        // is kept.
        for template in templates::amino_acids() {
            add(
                template.residue_names,
                ResidueKind::AminoAcid(Some(template)),
            );
        }
        add(AMINO_ACIDS_WITHOUT_TEMPLATE, ResidueKind::AminoAcid(None));
        for template in templates::nucleotides() {
            add(template.residue_names, ResidueKind::Nucleotide(template));
        }
        add(WATERS, ResidueKind::Water);
        add(IONS, ResidueKind::Ion);
        table.sort_by_key(|entry| entry.0);
        table.dedup_by_key(|entry| entry.0);
        table
    })
}

fn exact(name: &[u8]) -> Option<ResidueKind> {
    let key = pack(name)?;
    let table = table();
    table
        .binary_search_by_key(&key, |entry| entry.0)
        .ok()
        .map(|i| table[i].1)
}

/// Returns the kind of a residue name, in any case. It includes the names of the Protein Data Bank,
/// terminal residues (`NALA`, `CALA`) and nucleotides (`DA5`, `RU3`, `DGN`) of AMBER, and `+A` of
/// old PDB files.
pub(crate) fn residue_kind(name: &str) -> ResidueKind {
    let name = name.as_bytes();
    if let Some(kind) = exact(name) {
        return kind;
    }
    match name {
        [b'N' | b'C' | b'n' | b'c', rest @ ..] if rest.len() == 3 => {
            if let Some(ResidueKind::AminoAcid(template)) = exact(rest) {
                return ResidueKind::AminoAcid(template);
            }
        }
        [b'+', rest @ ..] => {
            if let Some(ResidueKind::Nucleotide(template)) = exact(rest) {
                return ResidueKind::Nucleotide(template);
            }
        }
        _ => {}
    }
    if let [base @ .., b'3' | b'5' | b'N' | b'n'] = name
        && let Some(ResidueKind::Nucleotide(template)) = exact(base)
    {
        return ResidueKind::Nucleotide(template);
    }
    ResidueKind::Other
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(name: &str) -> &'static str {
        match residue_kind(name) {
            ResidueKind::AminoAcid(Some(_)) => "amino acid",
            ResidueKind::AminoAcid(None) => "amino acid without template",
            ResidueKind::Nucleotide(_) => "nucleotide",
            ResidueKind::Water => "water",
            ResidueKind::Ion => "ion",
            ResidueKind::Other => "other",
        }
    }

    #[test]
    fn names_of_every_family_are_known() {
        for (expected, names) in [
            (
                "amino acid",
                "ALA ARG ASN ASP CYS GLN GLU GLY HIS ILE LEU LYS MET PHE PRO SER THR TRP TYR VAL HID HIE HIP HSD HSE \
                 HSP CYX CYM ASH GLH LYN MSE SEC HYP NALA CALA CGLY NHIE DAL ala",
            ),
            ("amino acid without template", "ACE NME NH2 PYL"),
            (
                "nucleotide",
                "A C G U I DA DC DG DT DU DI RA RU +A +U +RA ADE GUA CYT THY URA DA5 DT3 RG5 RC3 DAN A5 U3",
            ),
            ("water", "HOH WAT H2O DOD TIP3 SOL SPC TP3"),
            (
                "ion",
                "NA CL K MG CA ZN MN FE FE2 CU NI CO CD HG IOD SOD CLA",
            ),
            (
                "other",
                "GTP NAG HEM SO4 GOL UNK UNL LIG PO4 5 N 3 + XALA NACE1 ABCDEFGHIJ",
            ),
        ] {
            for name in names.split_ascii_whitespace() {
                assert_eq!(word(name), expected, "{name}");
            }
        }
        assert_eq!(word(""), "other");
    }
}
