mod fixtures;
mod radii;

use proptest::prelude::*;

use self::fixtures::Rows;
use super::*;
use crate::raw::BondSource;

fn pairs(structure: &Structure) -> Vec<(u32, u32)> {
    structure
        .bonds()
        .iter()
        .map(|bond| (bond.a, bond.b))
        .collect()
}

fn relations(structure: &Structure) -> Vec<(u32, u32, PseudobondKind)> {
    structure
        .pseudobonds()
        .iter()
        .map(|bond| (bond.a, bond.b, bond.kind))
        .collect()
}

fn classes(structure: &Structure) -> Vec<ResidueClass> {
    structure
        .residues()
        .iter()
        .map(|residue| residue.class)
        .collect()
}

use PseudobondKind::{MetalCoordination, MissingStructure};
use ResidueClass::{AminoAcid, Ion, Ligand, Nucleotide, Water};

const GLYCINE: [(u32, u32); 3] = [(0, 1), (1, 2), (2, 3)];

#[test]
fn neighbours_in_a_chain_are_joined() {
    let structure = Rows::default()
        .glycine("GLY", "A", 1, 0.0)
        .glycine("GLY", "A", 2, 3.8)
        .whole();
    assert_eq!(
        pairs(&structure),
        [(0, 1), (1, 2), (2, 3), (2, 4), (4, 5), (5, 6), (6, 7)]
    );
    assert!(relations(&structure).is_empty());
}

#[test]
fn a_long_join_is_a_gap_unless_the_numbers_follow() {
    // 9.0 between C and N: a gap if the numbers jump, and a bond if they do not.
    let jump = Rows::default()
        .glycine("GLY", "A", 1, 0.0)
        .glycine("GLY", "A", 3, 11.4)
        .whole();
    assert_eq!(relations(&jump), [(2, 4, MissingStructure)]);
    assert!(!pairs(&jump).contains(&(2, 4)));
    let follow = Rows::default()
        .glycine("GLY", "A", 1, 0.0)
        .glycine("GLY", "A", 2, 11.4)
        .whole();
    assert!(pairs(&follow).contains(&(2, 4)) && relations(&follow).is_empty());
    // A short bond counts whatever the numbers: 1.75 * (0.68 + 0.68) = 2.38.
    let near = Rows::default()
        .glycine("GLY", "A", 1, 0.0)
        .glycine("GLY", "A", 30, 4.77)
        .whole();
    assert!(pairs(&near).contains(&(2, 4)));
    let far = Rows::default()
        .glycine("GLY", "A", 1, 0.0)
        .glycine("GLY", "A", 30, 4.79)
        .whole();
    assert_eq!(relations(&far), [(2, 4, MissingStructure)]);
}

#[test]
fn chains_segments_and_loose_amino_acids_are_not_joined() {
    let chains = Rows::default()
        .glycine("GLY", "A", 1, 0.0)
        .glycine("GLY", "B", 2, 3.8)
        .whole();
    let terminated = Rows::default()
        .glycine("GLY", "A", 1, 0.0)
        .ter()
        .glycine("GLY", "A", 2, 3.8)
        .whole();
    let loose = Rows::default()
        .glycine("GLY", "A", 1, 0.0)
        .glycine("GLY", "A", 2, 9.0)
        .hetero()
        .whole();
    for structure in [chains, terminated, loose] {
        assert_eq!(structure.bonds().len(), 6);
        assert!(relations(&structure).is_empty());
    }
}

#[test]
fn a_trace_of_alpha_carbons_is_joined_by_gaps() {
    let ca = [("CA", "C", [0.0; 3])];
    let structure = Rows::default()
        .residue("ALA", "A", 1, 0.0, &ca)
        .residue("GLY", "A", 2, 3.8, &ca)
        .residue("SER", "A", 3, 7.6, &ca)
        .whole();
    assert!(pairs(&structure).is_empty());
    assert_eq!(
        relations(&structure),
        [(0, 1, MissingStructure), (1, 2, MissingStructure)]
    );
    let stated = Rows::default()
        .residue("ALA", "A", 1, 0.0, &ca)
        .residue("GLY", "A", 2, 3.8, &ca)
        .state(0, 1, BondSource::Extra)
        .whole();
    assert_eq!(pairs(&stated), [(0, 1)]);
    assert!(relations(&stated).is_empty());
}

#[test]
fn nucleotides_are_joined_through_the_phosphate() {
    let atoms = [
        ("P", "P", [0.0, 0.0, 0.0]),
        ("O5*", "O", [1.6, 0.0, 0.0]),
        ("C5*", "C", [2.4, 1.1, 0.0]),
        ("C4*", "C", [3.9, 1.0, 0.0]),
        ("C3*", "C", [4.5, -0.3, 0.0]),
        ("O3*", "O", [5.9, -0.2, 0.0]),
    ];
    let structure = Rows::default()
        .residue("DA", "A", 1, 0.0, &atoms)
        .residue("5MC", "A", 2, 7.5, &atoms)
        .residue("ATP", "A", 9, 30.0, &atoms)
        .whole();
    assert_eq!(classes(&structure), [Nucleotide, Nucleotide, Ligand]);
    assert!(pairs(&structure).contains(&(5, 6)));
    assert_eq!(structure.bonds().len(), 3 * 5 + 1);
}

#[test]
fn hydrogens_follow_names_or_else_distances() {
    let glycine_with = |hydrogen: &'static str, place: [f32; 3]| {
        Rows::default()
            .glycine("GLY", "A", 1, 0.0)
            .residue("GLY", "A", 1, 0.0, &[(hydrogen, "H", place)])
            .whole()
    };
    // Named: bonded even where the distance rule would not (1.31 at most).
    assert_eq!(
        pairs(&glycine_with("H", [-1.5, 0.0, 0.0])),
        [(0, 1), (0, 4), (1, 2), (2, 3)]
    );
    // Unknown name: the nearest atom within reach.
    assert_eq!(
        pairs(&glycine_with("QQ", [1.2, 1.9, 0.0])),
        [(0, 1), (1, 2), (1, 4), (2, 3)]
    );
    // A name that leads too far away says nothing.
    assert_eq!(
        pairs(&glycine_with("H", [1.2, 1.9, 0.0])),
        [(0, 1), (1, 2), (1, 4), (2, 3)]
    );
}

#[test]
fn atoms_that_are_no_part_of_a_standard_residue_are_bonded_by_distance() {
    let structure = Rows::default()
        .glycine("GLY", "A", 1, 0.0)
        .residue("GLY", "A", 1, 0.0, &[("S7", "S", [1.2, 2.6, 0.0])])
        .whole();
    assert_eq!(pairs(&structure), [(0, 1), (1, 2), (1, 4), (2, 3)]);
    // Two residues under one number: names are not unique, so all goes by distance.
    let twice = Rows::default()
        .glycine("GLY", "A", 1, 0.0)
        .glycine("GLY", "A", 1, 20.0)
        .whole();
    assert_eq!(
        pairs(&twice),
        [(0, 1), (1, 2), (2, 3), (4, 5), (5, 6), (6, 7)]
    );
}

#[test]
fn sulfurs_of_cysteines_near_each_other_are_bridged() {
    let cysteine = [("CB", "C", [0.0; 3]), ("SG", "S", [1.8, 0.0, 0.0])];
    let at = |x: f32| {
        Rows::default()
            .residue("CYS", "A", 3, 0.0, &cysteine)
            .residue("CYX", "B", 40, x, &[("SG", "S", [0.0; 3])])
            .whole()
    };
    assert_eq!(pairs(&at(3.84)), [(0, 1), (1, 2)]);
    assert_eq!(pairs(&at(4.3)), [(0, 1)]);
}

#[test]
fn stated_bonds_are_added_and_long_ones_between_other_residues_are_gaps() {
    let mut rows = Rows::default();
    rows.glycine("GLY", "A", 1, 0.0)
        .single("LIG", "C1", "C", 5.0)
        .single("LIG", "C1", "C", 8.0);
    rows.model.atoms[5].residue_number = 950;
    let structure = rows
        .state(3, 1, BondSource::Extra)
        .state(2, 4, BondSource::Extra)
        .state(4, 4, BondSource::Extra)
        .whole();
    assert_eq!(pairs(&structure), [(0, 1), (1, 2), (1, 3), (2, 3)]);
    assert_eq!(structure.bonds()[2].order, BondOrder::Double);
    assert_eq!(relations(&structure), [(2, 4, MissingStructure)]);
}

#[test]
fn classes_follow_names_and_atoms() {
    let structure = Rows::default()
        .single("HOH", "O", "O", 0.0)
        .ter()
        .single("ZN", "ZN", "Zn", 10.0)
        .ter()
        .single("QQQ", "CL", "Cl", 20.0)
        .ter()
        .single("I", "I", "I", 30.0)
        .ter()
        .single("U", "P", "P", 40.0)
        .ter()
        .single("XE", "XE", "Xe", 50.0)
        .ter()
        .single("CA", "QX", "?", 60.0)
        .ter()
        .glycine("CA", "Z", 7, 70.0)
        .ter()
        .single("W", "W", "W", 80.0)
        .ter()
        // An alpha carbon whose element was guessed wrong.
        .single("ALA", "CA", "Ca", 90.0)
        .whole();
    assert_eq!(
        classes(&structure),
        [
            Water, Ion, Ion, Ion, Nucleotide, Ligand, Ion, Ligand, Ion, AminoAcid
        ]
    );
}

#[test]
fn modified_amino_acids_are_known_by_their_peptide_bond() {
    let linked = Rows::default()
        .glycine("GLY", "A", 1, 0.0)
        .glycine("XYZ", "A", 2, 3.8)
        .whole();
    assert_eq!(classes(&linked), [AminoAcid, AminoAcid]);
    assert!(pairs(&linked).contains(&(2, 4)));
    let first = Rows::default()
        .glycine("XYZ", "A", 1, 0.0)
        .glycine("GLY", "A", 2, 3.8)
        .whole();
    assert_eq!(classes(&first), [AminoAcid, AminoAcid]);
    let alone = Rows::default()
        .glycine("GLY", "A", 1, 0.0)
        .glycine("XYZ", "A", 2, 9.0)
        .whole();
    assert_eq!(classes(&alone), [AminoAcid, Ligand]);
    assert_eq!(alone.bonds().len(), 6);
}

#[test]
fn a_ligand_file_holds_only_ligand() {
    let structure = Rows::default()
        .glycine("GLY", "A", 1, 0.0)
        .glycine("GLY", "A", 2, 3.8)
        .single("HOH", "O", "O", 30.0)
        .role(PartRole::Ligand);
    assert_eq!(classes(&structure), [Ligand; 3]);
    // Its bonds are those of the peptide it is.
    assert_eq!(structure.bonds().len(), 7);
}

#[test]
fn a_complete_bond_list_is_taken_as_it_is() {
    let mut rows = Rows::default();
    rows.glycine("GLY", "A", 1, 0.0)
        .single("ZN", "ZN", "Zn", 4.0);
    rows.model.bonds_complete = true;
    let structure = rows
        .state(4, 3, BondSource::Complete)
        .state(0, 2, BondSource::Complete)
        .state(2, 0, BondSource::Complete)
        .whole();
    assert_eq!(pairs(&structure), [(0, 2), (3, 4)]);
    assert!(relations(&structure).is_empty());
}

#[test]
fn component_bonds_replace_distances_within_their_residue() {
    let atoms = [
        ("C1", "C", [0.0; 3]),
        ("C2", "C", [1.5, 0.0, 0.0]),
        ("C3", "C", [0.75, 1.3, 0.0]),
        ("H1", "H", [-1.0, 0.0, 0.0]),
    ];
    let by_distance = Rows::default().residue("LIG", "A", 1, 0.0, &atoms).whole();
    assert_eq!(pairs(&by_distance), [(0, 1), (0, 2), (0, 3), (1, 2)]);
    // The ring stays open; the hydrogen, of which nothing is said, goes to its nearest atom.
    let stated = Rows::default()
        .residue("LIG", "A", 1, 0.0, &atoms)
        .state(0, 1, BondSource::Component)
        .state(1, 2, BondSource::Component)
        .whole();
    assert_eq!(pairs(&stated), [(0, 1), (0, 3), (1, 2)]);
    assert_eq!(stated.bonds()[0].order, BondOrder::Double);
}

#[test]
fn coordination_is_kept_apart_from_bonds() {
    // A porphyrin's heart: four nitrogens that have carbons.
    let mut atoms = vec![("FE", "Fe", [0.0; 3])];
    for (name, carbon, x, y) in [
        ("NA", "C1", 1.0, 0.0),
        ("NB", "C2", 0.0, 1.0),
        ("NC", "C3", -1.0, 0.0),
        ("ND", "C4", 0.0, -1.0),
    ] {
        atoms.push((name, "N", [2.0 * x, 2.0 * y, 0.0]));
        atoms.push((carbon, "C", [3.3 * x, 3.3 * y, 0.0]));
    }
    let heme = Rows::default().residue("HEM", "A", 1, 0.0, &atoms).whole();
    assert_eq!(pairs(&heme), [(1, 2), (3, 4), (5, 6), (7, 8)]);
    assert_eq!(
        relations(&heme),
        [1, 3, 5, 7].map(|n| (0, n, MetalCoordination))
    );

    // Vanadate: the oxygens have nothing else, so these are bonds.
    let vanadate = [
        ("V", "V", [0.0; 3]),
        ("O1", "O", [1.7, 0.0, 0.0]),
        ("O2", "O", [-0.6, 1.6, 0.0]),
        ("O3", "O", [-0.6, -0.8, 1.4]),
    ];
    let vanadate = Rows::default()
        .residue("VO4", "A", 1, 0.0, &vanadate)
        .whole();
    assert_eq!(pairs(&vanadate), [(0, 1), (0, 2), (0, 3)]);

    // A metal's only bond, to carbon.
    let mercury = [
        ("HG", "Hg", [0.0; 3]),
        ("C1", "C", [2.1, 0.0, 0.0]),
        ("C2", "C", [3.0, 1.2, 0.0]),
    ];
    let mercury = Rows::default()
        .residue("MMC", "A", 1, 0.0, &mercury)
        .whole();
    assert_eq!(pairs(&mercury), [(0, 1), (1, 2)]);

    // Into another residue, whatever the source says and however long.
    for source in [BondSource::Extra, BondSource::Metal] {
        let zinc = Rows::default()
            .glycine("GLY", "A", 1, 0.0)
            .single("ZN", "ZN", "Zn", 4.6)
            .state(3, 4, source)
            .whole();
        assert_eq!(pairs(&zinc), GLYCINE);
        assert_eq!(relations(&zinc), [(3, 4, MetalCoordination)]);
    }
}

#[test]
fn water_takes_hydrogens_of_any_name_and_no_extra_sites() {
    let atoms = [
        ("OW", "O", [0.0; 3]),
        ("HW1", "H", [0.9, 0.0, 0.0]),
        ("X2", "H", [0.0, 0.9, 0.0]),
        ("MW", "?", [0.1, 0.1, 0.0]),
    ];
    let structure = Rows::default().residue("SOL", "A", 1, 0.0, &atoms).whole();
    assert_eq!(pairs(&structure), [(0, 1), (0, 2)]);
    // Many waters under one number.
    let mut rows = Rows::default();
    for i in 0..3_u8 {
        rows.residue("HOH", "A", 1, 5.0 * f32::from(i), &atoms[..3]);
    }
    assert_eq!(
        pairs(&rows.whole()),
        [(0, 1), (0, 2), (3, 4), (3, 5), (6, 7), (6, 8)]
    );
}

#[test]
fn overlapping_atoms_cause_a_warning_and_are_fast() {
    let mut rows = Rows::default();
    rows.residue("LIG", "A", 1, 0.0, &vec![("C1", "C", [0.0; 3]); 100_000]);
    let structure = rows.whole();
    assert!(structure.bonds().is_empty());
    assert!(
        structure
            .warnings()
            .iter()
            .any(|warning| warning.message.contains("crowd"))
    );
    // The same under a standard name, which has a template.
    let mut rows = Rows::default();
    rows.residue("ALA", "A", 1, 0.0, &vec![("CA", "C", [0.0; 3]); 100_000]);
    assert!(rows.whole().bonds().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    /// Any file: no panic, and the invariants of `Structure` hold.
    #[test]
    fn bonds_are_sorted_unique_and_apart_from_pseudobonds(
        atoms in prop::collection::vec((0..8_usize, 0..12_usize, 0..3_usize, -3..4_i32, [0..9_u8, 0..9_u8, 0..9_u8]), 1..60),
        stated in prop::collection::vec((0..60_u32, 0..60_u32, 0..4_usize), 0..20),
        complete in any::<bool>(),
    ) {
        const RESIDUES: [&str; 8] = ["ALA", "DA", "HOH", "LIG", "ZN", "CYS", "G", "UNK"];
        const ATOMS: [(&str, &str); 12] = [
            ("N", "N"), ("CA", "C"), ("C", "C"), ("O", "O"), ("SG", "S"), ("H", "H"), ("1HB", "H"), ("P", "P"),
            ("O3'", "O"), ("ZN", "Zn"), ("C3*", "C"), ("X", "?"),
        ];
        const SOURCES: [BondSource; 4] =
            [BondSource::Complete, BondSource::Extra, BondSource::Metal, BondSource::Component];
        let mut rows = Rows::default();
        for (residue, atom, chain, number, place) in atoms {
            let (name, element) = ATOMS[atom];
            rows.residue(RESIDUES[residue], ["A", "B", ""][chain], number * (i32::MAX / 3), 0.0, &[
                (name, element, place.map(|x| f32::from(x) * 0.75)),
            ]);
        }
        rows.model.bonds_complete = complete;
        for (a, b, source) in stated {
            rows.state(a, b, SOURCES[source]);
        }
        let structure = rows.whole();
        let count = structure.atoms().len() as u32;
        let bonds = pairs(&structure);
        prop_assert!(bonds.windows(2).all(|two| two[0] < two[1]));
        prop_assert!(bonds.iter().all(|(a, b)| a < b && *b < count));
        let other = structure.pseudobonds();
        prop_assert!(other.windows(2).all(|two| two[0] < two[1]));
        prop_assert!(other.iter().all(|p| p.a < p.b && p.b < count && !bonds.contains(&(p.a, p.b))));
    }
}
