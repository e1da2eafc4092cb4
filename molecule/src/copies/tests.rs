//! Assemblies and crystals of small files.
#![allow(clippy::float_cmp, reason = "the positions are exact in binary")]

use super::{AssemblyChoice, CrystalChoice};
use crate::{MoleculeError, PartRole, ReadOptions, Structure, read_bytes};

const MOST: usize = 100_000;

fn read(name: &str, text: &str) -> Structure {
    read_bytes(
        name,
        text.as_bytes(),
        PartRole::Whole,
        &ReadOptions::default(),
    )
    .unwrap_or_else(|error| panic!("{error}"))
}

/// Chains A (two residues) and B, placed by two operators: the second turns by 180 degrees about z
/// and moves by 20 angstrom along x. Assembly 2 is chain B as it is.
const PDB: &str = "\
REMARK 290       1555   X,Y,Z                                                   
REMARK 290       2555   -X,Y+1/2,-Z                                             
REMARK 350 BIOMOLECULE: 1                                                       
REMARK 350 APPLY THE FOLLOWING TO CHAINS: A,                                    
REMARK 350                    AND CHAINS: B                                     
REMARK 350   BIOMT1   1  1.000000  0.000000  0.000000        0.00000            
REMARK 350   BIOMT2   1  0.000000  1.000000  0.000000        0.00000            
REMARK 350   BIOMT3   1  0.000000  0.000000  1.000000        0.00000            
REMARK 350   BIOMT1   2 -1.000000  0.000000  0.000000       20.00000            
REMARK 350   BIOMT2   2  0.000000 -1.000000  0.000000        0.00000            
REMARK 350   BIOMT3   2  0.000000  0.000000  1.000000        0.00000            
REMARK 350 BIOMOLECULE: 2                                                       
REMARK 350 APPLY THE FOLLOWING TO CHAINS: B                                     
REMARK 350   BIOMT1   1  1.000000  0.000000  0.000000        0.00000            
REMARK 350   BIOMT2   1  0.000000  1.000000  0.000000        0.00000            
REMARK 350   BIOMT3   1  0.000000  0.000000  1.000000        0.00000            
CRYST1   40.000   30.000   20.000  90.00  90.00  90.00 P 1 21 1      2          
ATOM      1  N   GLY A   1       1.000   2.000   3.000  1.00  0.00           N  
ATOM      2  CA  GLY A   1       2.450   2.000   3.000  1.00  0.00           C  
ATOM      3  N   GLY A   2       5.000   2.000   3.000  1.00  0.00           N  
ATOM      4  CA  GLY B   1       9.000   2.000   3.000  1.00  0.00           C  
END
";

fn chains(structure: &Structure) -> Vec<(&str, u32)> {
    let chains = structure.chains().iter();
    chains.map(|chain| (&*chain.id, chain.copy)).collect()
}

fn assembly(id: &str) -> AssemblyChoice {
    AssemblyChoice::from_name(id).expect("a choice")
}

#[test]
fn the_copies_of_an_assembly_have_their_own_chains_residues_and_bonds() {
    let asymmetric = read("x.pdb", PDB);
    assert_eq!(chains(&asymmetric), [("A", 1), ("B", 1)]);
    let made = asymmetric
        .clone()
        .with_assembly(&assembly("1"), MOST)
        .expect("assembly 1");
    assert_eq!(chains(&made), [("A", 1), ("B", 1), ("A-2", 2), ("B-2", 2)]);
    assert_eq!(made.atoms().len(), 8);
    assert_eq!(made.residues().len(), 6);
    assert_eq!(made.atoms().position_angstrom[4], [19.0, -2.0, 3.0]);
    let pairs = |structure: &Structure| -> Vec<(u32, u32)> {
        structure
            .bonds()
            .iter()
            .map(|bond| (bond.a, bond.b))
            .collect()
    };
    let own = pairs(&asymmetric);
    let moved = own.iter().map(|(a, b)| (a + 4, b + 4));
    assert_eq!(
        pairs(&made),
        own.iter().copied().chain(moved).collect::<Vec<_>>()
    );
    for (index, residue) in made.residues().iter().enumerate() {
        for atom in residue.atoms.clone() {
            assert_eq!(made.atoms().residue[atom as usize] as usize, index);
        }
    }
    assert_eq!(made.parts()[0].atoms, 0..8);
    assert_eq!(made.parts()[0].residues, 0..6);
}

#[test]
fn all_assemblies_place_a_chain_once_at_each_place() {
    let made = read("x.pdb", PDB).with_assembly(&assembly("all"), MOST);
    let made = made.expect("all assemblies");
    assert_eq!(chains(&made), [("A", 1), ("B", 1), ("A-2", 2), ("B-2", 2)]);
    let second = read("x.pdb", PDB).with_assembly(&assembly("2"), MOST);
    assert_eq!(chains(&second.expect("assembly 2")), [("B", 1)]);
    let none = read("x.pdb", PDB).with_assembly(&assembly("none"), MOST);
    assert_eq!(none.expect("as read"), read("x.pdb", PDB));
}

#[test]
fn an_assembly_that_is_not_listed_or_too_large_is_refused() {
    let error = |id: &str, most: usize| {
        let made = read("x.pdb", PDB).with_assembly(&assembly(id), most);
        made.expect_err("refused")
    };
    let text = error("7", MOST).to_string();
    assert!(text.contains("choose one of 1, 2, or all"), "{text}");
    assert!(matches!(error("1", 7), MoleculeError::Limit { .. }));
    let plain = read("w.xyz", "1\n\nO 0 0 0\n");
    let error = plain
        .with_assembly(&assembly("all"), MOST)
        .expect_err("none");
    assert_eq!(error.code(), "symmetry_unavailable");
    assert!(error.to_string().contains("REMARK 350"), "{error}");
}

/// The ligand of chain B has its own `label_asym_id`, and only the polymer is placed twice.
const CIF: &str = "\
data_x
loop_
_atom_site.group_PDB
_atom_site.id
_atom_site.type_symbol
_atom_site.label_atom_id
_atom_site.label_comp_id
_atom_site.label_asym_id
_atom_site.auth_asym_id
_atom_site.auth_seq_id
_atom_site.Cartn_x
_atom_site.Cartn_y
_atom_site.Cartn_z
ATOM 1 C CA GLY A B 1 1.0 0.0 0.0
HETATM 2 ZN ZN ZN C B 201 4.0 0.0 0.0
_pdbx_struct_assembly.id 1
_pdbx_struct_assembly.details author_defined_assembly
loop_
_pdbx_struct_assembly_gen.assembly_id
_pdbx_struct_assembly_gen.oper_expression
_pdbx_struct_assembly_gen.asym_id_list
1 '(P)(1-2)' A
1 1 C,D
9 (1-9) A
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
2 1 0 0 10 0 1 0 0 0 0 1 0
P 0 -1 0 0 1 0 0 0 0 0 1 5
";

#[test]
fn expressions_of_mmcif_place_chains_by_their_label() {
    let structure = read("x.cif", CIF);
    let warned = structure.warnings().iter();
    assert!(
        warned
            .clone()
            .any(|warning| warning.message.contains("(1-9)")),
        "{:?}",
        structure.warnings()
    );
    let made = structure.with_assembly(&assembly("1"), MOST).expect("made");
    // The last operator of a product is applied first.
    assert_eq!(
        made.atoms().position_angstrom,
        [[0.0, 1.0, 5.0], [0.0, 11.0, 5.0], [4.0, 0.0, 0.0]]
    );
    assert_eq!(chains(&made), [("B", 1), ("B-2", 2)]);
    let last = made.warnings().last().expect("a warning");
    assert!(last.message.contains("lacks (D)"), "{last}");
}

#[test]
fn a_unit_cell_of_a_protein_has_whole_copies_in_the_cell() {
    let made = read("x.pdb", PDB).with_crystal(CrystalChoice::Cells([2, 1, 1]), MOST);
    let made = made.expect("two cells");
    assert_eq!(made.atoms().len(), 4 * 2 * 2);
    assert_eq!(made.parts()[0].cells, Some([2, 1, 1]));
    assert_eq!(
        chains(&made)
            .iter()
            .map(|chain| chain.0)
            .collect::<Vec<_>>(),
        ["A", "B", "A-2", "B-2", "A-3", "B-3", "A-4", "B-4"]
    );
    // Operator 2: -x, y + 1/2, -z, into the cell from 0 to 40, 0 to 30 and 0 to 20.
    assert_eq!(made.atoms().position_angstrom[4], [39.0, 17.0, 17.0]);
    assert_eq!(made.atoms().position_angstrom[8], [41.0, 2.0, 3.0]);
}

#[test]
fn neighbours_in_the_crystal_are_within_the_distance() {
    let mates = |distance: f64| {
        let made = read("x.pdb", PDB).with_crystal(CrystalChoice::Mates(distance), MOST);
        made.expect("a crystal").atoms().len() / 4
    };
    // The axis is 30 long; the closest copy, at -x, is about 13.5 away.
    assert_eq!(mates(5.0), 1);
    assert!(mates(25.0) > 2);
    let brute = |distance: f64| {
        let structure = read("x.pdb", PDB);
        let own = &structure.atoms().position_angstrom;
        let mut near = 1;
        for shift in super::lattice::cell_shifts([5, 5, 7]) {
            for sign in [1.0, -1.0] {
                let move_by = |axis: usize, edge: f64, middle: f64| (shift[axis] - middle) * edge;
                let by = [
                    move_by(0, 40.0, 2.0),
                    move_by(1, 30.0, 2.0),
                    move_by(2, 20.0, 3.0),
                ];
                if sign > 0.0 && by == [0.0; 3] {
                    continue;
                }
                let image = |at: [f32; 3]| {
                    let [x, y, z] = at.map(f64::from);
                    let half = if sign > 0.0 { 0.0 } else { 15.0 };
                    [sign * x + by[0], y + half + by[1], sign * z + by[2]]
                };
                near += usize::from(own.iter().any(|a| {
                    own.iter().any(|b| {
                        let there = image(*b);
                        let d: f64 = (0..3).map(|i| (f64::from(a[i]) - there[i]).powi(2)).sum();
                        d.sqrt() <= distance
                    })
                }));
            }
        }
        near
    };
    for distance in [8.0, 14.0, 19.0, 25.0, 33.0] {
        assert_eq!(mates(distance), brute(distance), "{distance}");
    }
}

/// Rock salt: two atoms on special positions, 192 operators.
const SALT: &str = "\
data_salt
_cell_length_a 5.64
_cell_length_b 5.64
_cell_length_c 5.64
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_space_group_name_H-M_alt 'F m -3 m'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Na1 Na 0 0 0
Cl1 Cl 0.5 0.5 0.5
";

#[test]
fn atoms_on_special_positions_are_there_once() {
    let made = read("salt.cif", SALT).with_crystal(CrystalChoice::Cells([1; 3]), MOST);
    let made = made.expect("a cell");
    assert_eq!(made.atoms().len(), 8);
    let eight = read("salt.cif", SALT).with_crystal(CrystalChoice::Cells([2, 2, 2]), MOST);
    assert_eq!(eight.expect("eight cells").atoms().len(), 64);
    let mates = read("salt.cif", SALT).with_crystal(CrystalChoice::Mates(0.5), MOST);
    // An operator that maps both atoms onto themselves adds nothing.
    let mates = mates.expect("neighbours");
    let positions = &mates.atoms().position_angstrom;
    for (i, a) in positions.iter().enumerate() {
        for b in &positions[..i] {
            let d: f32 = (0..3).map(|axis| (a[axis] - b[axis]).powi(2)).sum();
            assert!(d.sqrt() > 0.4, "{a:?} {b:?}");
        }
    }
}

/// Half of a molecule C-C at an inversion centre of the cell's corner, with the operators in the
/// file.
const HALF: &str = "\
data_half
_cell_length_a 6
_cell_length_b 7
_cell_length_c 8
_cell_angle_alpha 80
_cell_angle_beta 95
_cell_angle_gamma 105
loop_
_symmetry_equiv_pos_as_xyz
x,y,z
-x,-y,-z
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
C1 C 0.11 0.01 0.02
O1 O 0.25 0.13 0.10
";

#[test]
fn a_molecule_across_the_border_of_the_cell_is_whole_and_bonded() {
    let made = read("half.cif", HALF).with_crystal(CrystalChoice::Cells([1; 3]), MOST);
    let made = made.expect("a cell");
    assert_eq!(made.atoms().len(), 4);
    let pairs: Vec<(u32, u32)> = made.bonds().iter().map(|bond| (bond.a, bond.b)).collect();
    // C1-O1 of both halves, and C1-C1 between them.
    assert_eq!(pairs, [(0, 1), (0, 2), (2, 3)]);
    assert_eq!(chains(&made), [("", 1), ("-2", 2)]);
    // Seven of the eight centres of inversion lie apart; each cell has one molecule.
    let two = read("half.cif", HALF).with_crystal(CrystalChoice::Cells([2, 1, 1]), MOST);
    assert_eq!(two.expect("two cells").bonds().len(), 6);
}

#[test]
fn a_file_without_cell_or_with_an_unknown_group_is_refused() {
    let error = |text: &str| {
        let made = read("x.cif", text).with_crystal(CrystalChoice::Cells([1; 3]), MOST);
        made.expect_err("refused").to_string()
    };
    assert!(error(CIF).contains("no unit cell"), "{}", error(CIF));
    let unknown = SALT.replace("F m -3 m", "F q -3 m");
    assert!(error(&unknown).contains("\"F q -3 m\" is not known"));
    let none = SALT.replace("_space_group_name_H-M_alt 'F m -3 m'\n", "");
    assert!(error(&none).contains("no space group"));
    let many = read("salt.cif", SALT).with_crystal(CrystalChoice::Cells([100; 3]), MOST);
    assert!(matches!(many, Err(MoleculeError::Limit { .. })));
}
