//! Names that two residues or atoms share.

use std::fmt::Write;

use molshot_molecule::{Format, PartRole, ReadOptions, read_bytes};

use super::*;
use crate::complexes::unique_names::{Renamed, with_unique_names};
use crate::plan::bonds::Bonds;

/// A residue of a pocket: name, chain, number, and the names of its atoms.
type Spec<'a> = (&'a str, char, i32, &'a [&'a str]);

/// Makes a pocket of residues 10 angstrom apart, and a ligand of atoms with these names.
fn complex(pocket: &[Spec<'_>], ligand: &[&str]) -> Structure {
    let mut text = String::new();
    let mut serial = 0;
    for (place, (name, chain, number, atoms)) in pocket.iter().enumerate() {
        for (rank, atom) in atoms.iter().enumerate() {
            serial += 1;
            let (x, y) = (place as f32 * 10.0, rank as f32 * 1.5);
            let element = &atom[..1];
            // Writing to a `String` cannot fail.
            let _ = writeln!(
                text,
                "ATOM  {serial:>5}  {atom:<3} {name:>3} {chain}{number:>4}    {x:>8.3}{y:>8.3}   0.000  1.00  0.00          {element:>2}"
            );
        }
    }
    let read = |text: &str, role, format| {
        let options = ReadOptions::default().with_format(format);
        read_bytes("x", text.as_bytes(), role, &options).expect("a structure")
    };
    let (mut rows, mut bonds) = (String::new(), String::new());
    for (rank, atom) in ligand.iter().enumerate() {
        let (number, y) = (rank + 1, rank as f32 * 1.5);
        let _ = writeln!(rows, "{number} {atom} 5.0 {y} 5.0 {}", &atom[..1]);
        if rank > 0 {
            let _ = writeln!(bonds, "{rank} {rank} {number} 1");
        }
    }
    let mol2 = format!(
        "@<TRIPOS>MOLECULE\nx\n{} {}\nSMALL\nNO_CHARGES\n\n@<TRIPOS>ATOM\n{rows}@<TRIPOS>BOND\n{bonds}",
        ligand.len(),
        ligand.len() - 1
    );
    Structure::merge(vec![
        read(&text, PartRole::Pocket, Format::Pdb),
        read(&mol2, PartRole::Ligand, Format::Mol2),
    ])
}

fn residues(structure: &Structure) -> Vec<String> {
    let all = 0..structure.residues().len() as u32;
    all.filter(|index| {
        let residue = &structure.residues()[*index as usize];
        structure.part_of(residue).role == PartRole::Pocket
    })
    .map(|index| residue_name(structure, index))
    .collect()
}

const CA: &[&str] = &["CA"];

#[test]
fn residues_without_a_chain_get_one_where_their_numbers_start_again() {
    let dimer = [
        ("ILE", ' ', 50, CA),
        ("ASP", ' ', 60, CA),
        ("GLY", ' ', 27, CA),
        ("ILE", ' ', 50, CA),
        ("VAL", ' ', 82, CA),
    ];
    let (named, renamed) = with_unique_names(&complex(&dimer, &["C1", "O1"])).expect("new names");
    assert_eq!(
        residues(&named),
        ["ILE 50 A", "ASP 60 A", "GLY 27 B", "ILE 50 B", "VAL 82 B"]
    );
    let texts: Vec<String> = renamed.iter().map(Renamed::to_string).collect();
    assert_eq!(texts[3], "residue 3: ILE 50 ? -> ILE 50 B");
    assert_eq!(texts.len(), 5);
}

#[test]
fn named_chains_stay_and_only_repeated_residues_get_another() {
    // A chain that is there twice, beside one that needs no other name.
    let copies = [
        ("ILE", 'A', 50, CA),
        ("ASP", 'A', 60, CA),
        ("ILE", 'A', 50, CA),
        ("ILE", 'B', 50, CA),
    ];
    let (named, renamed) = with_unique_names(&complex(&copies, &["C1", "O1"])).expect("new names");
    assert_eq!(
        residues(&named),
        ["ILE 50 A", "ASP 60 A", "ILE 50 C", "ILE 50 B"]
    );
    assert_eq!(renamed.len(), 1);
    // In no order: the further ones of a name only.
    let shuffled = [
        ("ILE", ' ', 50, CA),
        ("ASP", ' ', 30, CA),
        ("GLY", ' ', 27, CA),
        ("VAL", ' ', 20, CA),
        ("ILE", ' ', 50, CA),
        ("SER", ' ', 10, CA),
    ];
    let (named, _) = with_unique_names(&complex(&shuffled, &["C1", "O1"])).expect("new names");
    assert_eq!(
        residues(&named),
        [
            "ILE 50 A", "ASP 30 A", "GLY 27 A", "VAL 20 A", "ILE 50 B", "SER 10 A"
        ]
    );
}

#[test]
fn atoms_that_share_a_name_are_numbered() {
    let pocket = [
        ("LIG", 'A', 1, &["C1", "O", "O"] as &[&str]),
        ("GLY", 'A', 2, &["O"]),
    ];
    let ligand = ["C", "C", "O1", "O", "N7", "O", "C3"];
    let (named, renamed) = with_unique_names(&complex(&pocket, &ligand)).expect("new names");
    assert_eq!(
        named.atoms().name,
        [
            "C1", "O1", "O2", "O", "C1", "C2", "O1", "O2", "N7", "O3", "C3"
        ]
    );
    assert_eq!(renamed.len(), 6);
    assert_eq!(renamed[5].to_string(), "atom 9: O -> O3");
    assert_eq!(residues(&named), ["LIG 1 A", "GLY 2 A"]);
    // The first atom of a name with a number keeps it.
    let ligand = ["C5", "C5", "C6", "O5'", "O5'"];
    let (named, renamed) =
        with_unique_names(&complex(&[("GLY", 'A', 2, CA)], &ligand)).expect("new names");
    assert_eq!(named.atoms().name, ["CA", "C5", "C1", "C6", "O5'", "O1"]);
    assert_eq!(renamed.len(), 2);
}

#[test]
fn unique_names_stay_and_can_be_turned_off() {
    let pocket = [("ILE", ' ', 50, CA), ("ILE", ' ', 51, CA)];
    assert!(with_unique_names(&complex(&pocket, &["C1", "O1"])).is_none());
    assert!(
        library()
            .read("1hvr")
            .expect("a complex")
            .renamed
            .is_empty()
    );
    // Other names change no bonds, although the reader tells by names what a residue lacks.
    let structure = library().read("7pbl").expect("a complex").structure;
    let all = 0..structure.atoms().len() as u32;
    let names = all.map(|atom| (atom, format!("X{atom}"))).collect();
    let named = structure
        .with_names(&names, &BTreeMap::new())
        .expect("indices of the structure");
    let pairs = |structure: &Structure| Bonds::of(structure).expect("bonds").pairs().to_vec();
    assert!(!pairs(&structure).is_empty());
    assert_eq!(pairs(&named), pairs(&structure));
    let Some(data) = std::env::var_os("MOLSHOT_TEST_DATA") else {
        return;
    };
    // Every complex with repeated names keeps its bonds, and has them under unique names.
    let source = ComplexSource::new(&Path::new(&data).join("complexes"));
    let plain = source.clone().with_unique_names(false);
    let mut count = 0;
    for id in source.list().expect("complexes") {
        let (Ok(unique), Ok(plain)) = (source.read(&id), plain.read(&id)) else {
            continue;
        };
        assert!(plain.renamed.is_empty());
        count += usize::from(!unique.renamed.is_empty());
        assert_eq!(pairs(&unique.structure), pairs(&plain.structure), "{id}");
        let names = residues(&unique.structure);
        let different: BTreeSet<&String> = names.iter().filter(|n| !n.starts_with("HOH")).collect();
        let named = names.iter().filter(|name| !name.starts_with("HOH"));
        assert_eq!(different.len(), named.count(), "{id}");
    }
    assert!(count > 5, "{count}");
}
