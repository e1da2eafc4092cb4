//! Tests of secondary structure: records of files, and assignment.

use std::fmt::Write as _;

use super::{SecondaryStructure, SecondaryStructureChoice, SecondaryStructureSource};
use crate::copies::AssemblyChoice;
use crate::structure::SecondaryStructureKind as Kind;
use crate::{PartRole, ReadOptions, Structure, read_bytes};

/// A trace of residues 1 to `count` of chain A in the PDB format, after `records`.
fn trace(records: &str, count: i32) -> Structure {
    let mut text = records.to_owned();
    for number in 1..=count {
        let x = f64::from(number) * 3.8;
        let _ = writeln!(
            text,
            "ATOM  {number:5}  CA  ALA A{number:4}    {x:8.3}   0.000   0.000  1.00  0.00           C"
        );
    }
    read("x.pdb", &text)
}

fn read(name: &str, text: &str) -> Structure {
    let options = ReadOptions::default();
    read_bytes(name, text.as_bytes(), PartRole::Whole, &options).expect("a structure")
}

fn letters(structure: &Structure, choice: SecondaryStructureChoice) -> String {
    let found = SecondaryStructure::of(structure, choice);
    found.kinds().iter().map(|kind| kind.letter()).collect()
}

const TWO_HELICES_AND_A_STRAND: &str = "\
HELIX    1   1 ALA A    2  ALA A    4  1                                   3
HELIX    2   2 ALA A    5  ALA A    7  5                                   3
SHEET    1   A 1 ALA A   9  ALA A  10  0
";

#[test]
fn records_of_pdb_files_are_used() {
    let structure = trace(TWO_HELICES_AND_A_STRAND, 11);
    assert_eq!(
        letters(&structure, SecondaryStructureChoice::Auto),
        "CHHHGGGCEEC"
    );
    let found = SecondaryStructure::of(&structure, SecondaryStructureChoice::Auto);
    assert_eq!(found.sources(), [SecondaryStructureSource::File]);
    assert_eq!((found.helix_count(), found.strand_count()), (2, 1));
    let ranges = (found.elements().iter()).map(|element| element.residues.clone());
    assert!(ranges.eq([1..4, 4..7, 8..10]));
    assert_eq!(found.element_of_residue()[6], Some(1));
    assert_eq!(found.element_of_residue()[7], None);
    assert_eq!(
        letters(&structure, SecondaryStructureChoice::Assigned),
        "CCCCCCCCCCC"
    );
}

#[test]
fn adjacent_helices_of_one_kind_stay_apart() {
    let records = TWO_HELICES_AND_A_STRAND.replace("  5        ", "  1        ");
    let found = SecondaryStructure::of(&trace(&records, 11), SecondaryStructureChoice::File);
    assert_eq!(found.helix_count(), 2);
    assert_eq!(found.kinds()[4], Kind::AlphaHelix);
}

#[test]
fn records_of_residues_that_do_not_exist_are_warnings() {
    let records = "\
HELIX    1   1 ALA B    2  ALA B    4  1                                   3
HELIX    2   2 ALA A    3  ALA A   14  1                                  12
SHEET    1   A 1 ALA A   x  ALA A  10  0
";
    let structure = trace(records, 5);
    assert_eq!(letters(&structure, SecondaryStructureChoice::File), "CCHHH");
    let text: Vec<String> = (structure.warnings().iter())
        .map(ToString::to_string)
        .collect();
    let has = |words: &str| text.iter().any(|warning| warning.contains(words));
    assert!(has("x.pdb:1: the secondary structure record"), "{text:?}");
    assert!(has("residues that do not exist"), "{text:?}");
    assert!(has("x.pdb:2:") && has("(chain A, 3 to 14)"), "{text:?}");
    assert!(has("x.pdb:3: the SHEET record"), "{text:?}");
}

const MMCIF: &str = "\
data_x
loop_
_struct_conf.conf_type_id
_struct_conf.id
_struct_conf.beg_label_asym_id
_struct_conf.beg_label_seq_id
_struct_conf.end_label_asym_id
_struct_conf.end_label_seq_id
_struct_conf.pdbx_PDB_helix_class
HELX_P H1 B 1 B 3 5
TURN_P T1 B 4 B 4 ?
HELX_P H2 C 1 C 2 1
_struct_sheet_range.sheet_id A
_struct_sheet_range.id 1
_struct_sheet_range.beg_auth_asym_id A
_struct_sheet_range.beg_auth_seq_id 14
_struct_sheet_range.pdbx_beg_PDB_ins_code ?
_struct_sheet_range.end_auth_asym_id A
_struct_sheet_range.end_auth_seq_id 14
_struct_sheet_range.pdbx_end_PDB_ins_code B
_pdbx_struct_assembly.id 1
_pdbx_struct_assembly_gen.assembly_id 1
_pdbx_struct_assembly_gen.oper_expression 1,2
_pdbx_struct_assembly_gen.asym_id_list B
loop_
_pdbx_struct_oper_list.id
_pdbx_struct_oper_list.matrix[1][1]
_pdbx_struct_oper_list.matrix[1][2]
_pdbx_struct_oper_list.matrix[1][3]
_pdbx_struct_oper_list.vector[1]
_pdbx_struct_oper_list.matrix[2][1]
_pdbx_struct_oper_list.matrix[2][2]
_pdbx_struct_oper_list.matrix[2][3]
_pdbx_struct_oper_list.vector[2]
_pdbx_struct_oper_list.matrix[3][1]
_pdbx_struct_oper_list.matrix[3][2]
_pdbx_struct_oper_list.matrix[3][3]
_pdbx_struct_oper_list.vector[3]
1 1 0 0 0 0 1 0 0 0 0 1 0
2 1 0 0 0 0 1 0 50 0 0 1 0
loop_
_atom_site.group_PDB
_atom_site.id
_atom_site.type_symbol
_atom_site.label_atom_id
_atom_site.label_comp_id
_atom_site.label_asym_id
_atom_site.label_seq_id
_atom_site.auth_asym_id
_atom_site.auth_seq_id
_atom_site.pdbx_PDB_ins_code
_atom_site.Cartn_x
_atom_site.Cartn_y
_atom_site.Cartn_z
ATOM 1 C CA ALA B 1 A 11 ? 0.0 0 0
ATOM 2 C CA ALA B 2 A 12 ? 3.8 0 0
ATOM 3 C CA ALA B 3 A 13 ? 7.6 0 0
ATOM 4 C CA ALA B 4 A 14 ? 11.4 0 0
ATOM 5 C CA ALA B 5 A 14 A 15.2 0 0
ATOM 6 C CA ALA B 6 A 14 B 19.0 0 0
ATOM 7 C CA ALA B 7 A 15 ? 22.8 0 0
";

#[test]
fn rows_of_mmcif_files_are_used_for_all_copies() {
    let structure = read("x.cif", MMCIF);
    assert_eq!(
        letters(&structure, SecondaryStructureChoice::Auto),
        "GGGEEEC"
    );
    let missing = "residues that do not exist";
    let mut warnings = structure.warnings().iter();
    assert!(warnings.any(|warning| warning.message.contains(missing)));
    let copies = structure
        .with_assembly(&AssemblyChoice::from_name("1").expect("an id"), 1000)
        .expect("two copies");
    let found = SecondaryStructure::of(&copies, SecondaryStructureChoice::Auto);
    assert_eq!(
        letters(&copies, SecondaryStructureChoice::Auto),
        "GGGEEECGGGEEEC"
    );
    assert_eq!((found.helix_count(), found.strand_count()), (2, 2));
}

fn library(name: &str) -> Structure {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = folder.join("../scenes/library").join(name);
    crate::read_file(&path, &ReadOptions::default()).expect("a structure")
}

/// Ubiquitin, as `mkdssp` 4.2.2 assigns it (without its state P).
#[test]
fn ubiquitin_is_assigned_as_by_dssp() {
    let structure = library("1ubi.pdb");
    let found = letters(&structure, SecondaryStructureChoice::Assigned);
    assert_eq!(
        &found[..76],
        "CEEEEEETTSCEEEEECCTTCBHHHHHHHHHHHHCCCGGGEEEEETTEECCTTSBGGGGTCCTTCEEEEEECCSCC"
    );
}

#[test]
fn residues_without_backbone_atoms_and_chain_breaks_are_left_out() {
    let structure = library("1ubi.pdb");
    let atoms = structure.atoms();
    // Without the carbonyl of residue 28, the helix of 23 to 34 falls apart.
    let keep: Vec<bool> = (0..atoms.len())
        .map(|i| !(structure.residue_of(i as u32).number == 28 && atoms.name[i] == "O"))
        .collect();
    let mut cut = structure.clone();
    cut.retain_atoms(&keep);
    let found = letters(&cut, SecondaryStructureChoice::Assigned);
    assert_eq!(&found[1..7], "EEEEEE");
    assert_eq!(found.as_bytes()[27], b'C');
    assert!(!found[22..34].contains("HHHHHHH"), "{found}");
}

#[test]
fn models_do_not_see_each_other() {
    let structure = library("1ubi.pdb");
    let one = letters(&structure, SecondaryStructureChoice::Assigned);
    let both = Structure::merge_models(vec![(1, structure.clone()), (2, structure)]);
    assert_eq!(
        letters(&both, SecondaryStructureChoice::Assigned),
        [one.as_str(), one.as_str()].concat()
    );
}

/// `ChimeraX` uses the records of these files.
#[test]
fn records_give_the_states_of_chimerax() {
    let Some(data) = std::env::var_os("MOLSHOT_TEST_DATA").map(std::path::PathBuf::from) else {
        // Past the capture of the test harness.
        let text = b"skipped: MOLSHOT_TEST_DATA is not set\n";
        std::io::Write::write_all(&mut std::io::stderr(), text).expect("a standard error");
        return;
    };
    for file in [
        "1CRN.cif",
        "1d66.pdb",
        "1lee.pdb",
        "3pqr.pdb",
        "gemmi_1orc.pdb",
        "mda_4E43.pdb",
    ] {
        let path = data.join("structures").join(file);
        let structure = crate::read_file(&path, &ReadOptions::default()).expect("a structure");
        let found = SecondaryStructure::of(&structure, SecondaryStructureChoice::Auto);
        let stem = file.split('.').next().expect("a name");
        let table = data.join("reference_ribbon").join(format!("{stem}_ss.tsv"));
        let table = std::fs::read_to_string(table).expect("a table");
        assert!(table.lines().count() >= 46);
        for line in table.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let (index, _) = (structure.residues().iter().enumerate())
                .find(|(_, residue)| {
                    structure.chains()[residue.chain as usize].id == fields[0]
                        && residue.number.to_string() == fields[1]
                        && residue.name == fields[2]
                })
                .expect("a residue");
            let kind = found.kinds()[index];
            let state = match kind {
                _ if kind.is_helix() => "H",
                _ if kind.is_strand() => "E",
                _ => "C",
            };
            assert_eq!(state, fields[3], "{file}: {line}");
        }
    }
}
