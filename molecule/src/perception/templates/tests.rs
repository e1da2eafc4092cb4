use super::*;
use crate::perception::names::{ResidueKind, residue_kind};

fn template(residue: &str) -> &'static Template {
    match residue_kind(residue) {
        ResidueKind::AminoAcid(Some(template)) | ResidueKind::Nucleotide(template) => template,
        _ => panic!("{residue} has no template"),
    }
}

/// Name of the atom that carries a hydrogen in a residue with these heavy atoms.
fn carrier<'a>(residue: &str, heavy: &[&'a str], hydrogen: &str) -> Option<&'a str> {
    let template = template(residue);
    let packed: Vec<u64> = heavy
        .iter()
        .map(|name| canonical(name.as_bytes(), template.is_amino_acid))
        .collect();
    template
        .carrier(hydrogen.as_bytes(), &packed)
        .map(|i| heavy[i])
}

/// Heavy atoms of a complete residue, taken from the template itself except for alternative names.
fn complete(residue: &str, without: &[&str]) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    let (common, own) = AMINO_ACIDS
        .iter()
        .find(|entry| entry.0.split(' ').any(|name| name == residue))
        .map_or((SUGAR, ""), |entry| (PEPTIDE, entry.1));
    let own = if own.is_empty() && common == SUGAR {
        NUCLEOTIDES
            .iter()
            .find(|entry| entry.0.split(' ').any(|name| name == residue))
            .map_or("", |entry| entry.1)
    } else {
        own
    };
    for name in common.split(['-', ' ']).chain(own.split(['-', ' '])) {
        if !name.is_empty() && !names.contains(&name) && !without.contains(&name) {
            names.push(name);
        }
    }
    names
}

#[test]
fn hydrogens_of_amino_acids_find_their_carriers() {
    // Names of the Chemical Component Dictionary, then older and force field ones.
    let table = [
        (
            "ALA",
            "N: H H1 H2 H3 HN HT1 HN1 1H 2HT D|CA: HA DA|CB: HB1 HB2 HB3 1HB 3HB",
        ),
        (
            "ARG",
            "NE: HE|NH1: HH11 HH12 1HH1 2HH1|NH2: HH21 HH22 1HH2|CB: HB2 HB3|CG: HG2 HG1|CD: HD2 2HD",
        ),
        ("ASN", "ND2: HD21 HD22 1HD2|CB: HB2"),
        ("ASP", "OD2: HD2|CB: HB3"),
        ("CYS", "SG: HG HG1|CB: HB2"),
        ("GLN", "NE2: HE21 HE22 2HE2|CG: HG2"),
        ("GLU", "OE2: HE2|CG: HG3"),
        ("GLY", "CA: HA2 HA3 HA1 1HA|N: H"),
        ("HIS", "ND1: HD1|CD2: HD2|CE1: HE1|NE2: HE2|CB: HB2"),
        (
            "ILE",
            "CB: HB|CG1: HG12 HG13 1HG1|CG2: HG21 HG22 HG23 3HG2|CD1: HD11 HD12 HD13 1HD1",
        ),
        ("LEU", "CG: HG|CD1: HD11 HD12 HD13|CD2: HD21 2HD2|CB: HB2"),
        ("LYS", "NZ: HZ1 HZ2 HZ3 1HZ|CE: HE2 HE3|CD: HD2|CG: HG3"),
        ("MET", "CE: HE1 HE2 HE3|CG: HG2"),
        ("MSE", "CE: HE1 HE2 HE3|CG: HG2"),
        ("PHE", "CD1: HD1|CD2: HD2|CE1: HE1|CE2: HE2|CZ: HZ"),
        ("PRO", "CB: HB2|CG: HG2|CD: HD2 HD3|N: H2 H3"),
        ("SER", "OG: HG HG1|CB: HB2"),
        ("THR", "OG1: HG1|CG2: HG21 HG22 1HG2|CB: HB"),
        (
            "TRP",
            "CD1: HD1|NE1: HE1|CE3: HE3|CZ2: HZ2|CZ3: HZ3|CH2: HH2",
        ),
        ("TYR", "OH: HH|CD1: HD1|CE2: HE2"),
        ("VAL", "CB: HB|CG1: HG11 HG12 HG13 3HG1|CG2: HG21"),
    ];
    for (residue, carriers) in table {
        let heavy = complete(
            residue,
            &["CD", "SE", "OD"].map(|name| match (residue, name) {
                ("ILE", "CD") => "CD",
                ("MSE", "SE") => "SD",
                _ => "",
            }),
        );
        for group in carriers.split('|') {
            let (expected, hydrogens) = group.split_once(": ").expect("carrier: hydrogens");
            for hydrogen in hydrogens.split(' ') {
                assert_eq!(
                    carrier(residue, &heavy, hydrogen),
                    Some(expected),
                    "{residue} {hydrogen}"
                );
            }
        }
    }
    assert_eq!(
        carrier("ALA", &["N", "CA", "C", "O", "OXT"], "HXT"),
        Some("OXT")
    );
    assert_eq!(
        carrier("ILE", &["N", "CA", "CB", "CG1", "CG2", "CD"], "HD1"),
        Some("CD")
    );
}

#[test]
fn hydrogens_of_nucleotides_find_their_carriers() {
    let purine = ["O2'", "N6"];
    for (residue, heavy, carriers) in [
        (
            "DA",
            complete("A", &["O6", "N2", "O2'"]),
            "C2: H2|C8: H8|N6: H61 H62 1H6|C2': H2' H2'' H2'1 1H2*",
        ),
        (
            "G",
            complete("G", &["N6"]),
            "N1: H1|N2: H21 H22 2H2|C8: H8|C2': H2'|O2': HO2' HO'2 2HO* 2HO'",
        ),
        (
            "C",
            complete("C", &["O4", "C7"]),
            "N4: H41 H42|C5: H5|C6: H6|C1': H1' H1*|C3': H3'|C4': H4'",
        ),
        (
            "U",
            complete("U", &["N4", "C7"]),
            "N3: H3|C5: H5|C6: H6|C5': H5' H5'' 1H5* H5'2",
        ),
        (
            "DT",
            complete("T", &["N4", "O2'"]),
            "C7: H71 H72 H73 H51 1H5M|N3: H3|C6: H6|O5': HO5' H5T|O3': HO3' H3T",
        ),
        (
            "I",
            complete("I", &purine),
            "C2: H2|N1: H1|OP2: HOP2|OP3: HOP3",
        ),
    ] {
        for group in carriers.split('|') {
            let (expected, hydrogens) = group.split_once(": ").expect("carrier: hydrogens");
            for hydrogen in hydrogens.split(' ') {
                assert_eq!(
                    carrier(residue, &heavy, hydrogen),
                    Some(expected),
                    "{residue} {hydrogen}"
                );
            }
        }
    }
}

#[test]
fn names_that_say_nothing_have_no_carrier() {
    let heavy = complete("TYR", &[]);
    for hydrogen in [
        "",
        "X",
        "HY1",
        "HQ",
        "CA",
        "9",
        "HABCDEFG",
        "HABCDEFGHIJ",
        "ABC",
    ] {
        assert_eq!(carrier("TYR", &heavy, hydrogen), None, "{hydrogen:?}");
    }
    // A foreign atom of the residue carries none, whatever its name.
    assert_eq!(carrier("TYR", &["N", "CA", "CY"], "HY1"), None);
    assert_eq!(carrier("DA", &complete("A", &[]), "H"), None);
}

#[test]
fn old_spellings_of_heavy_atoms_are_understood() {
    for (old, new) in [
        ("O1P", "OP1"),
        ("C5*", "C5'"),
        ("C5M", "C7"),
        ("o4'", "O4'"),
    ] {
        assert_eq!(
            canonical(old.as_bytes(), false),
            canonical(new.as_bytes(), false)
        );
    }
    assert_ne!(canonical(b"O1P", true), canonical(b"OP1", true));
    assert_eq!(canonical(b"ABCDEFGHI", true), 0);
}

#[test]
fn every_template_is_one_connected_molecule() {
    for template in amino_acids().iter().chain(nucleotides()) {
        let mut reached = vec![template.atoms[0]];
        loop {
            let next = template.bonds.iter().find_map(|&[a, b]| {
                match (reached.contains(&a), reached.contains(&b)) {
                    (true, false) => Some(b),
                    (false, true) => Some(a),
                    _ => None,
                }
            });
            match next {
                Some(atom) => reached.push(atom),
                None => break,
            }
        }
        assert_eq!(
            reached.len(),
            template.atoms.len(),
            "{}",
            template.residue_names
        );
    }
}
