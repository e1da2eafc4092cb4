//! Polymers: residues in succession, their guide points, and their parts of helices and strands.

use std::ops::Range;

use glam::DVec3;
use molshot_molecule::{PseudobondKind, Residue, ResidueClass, SecondaryStructure, Structure};

/// Successive residues without a bond between them are joined if their guide atoms are at most so
/// far apart, in angstrom, and their numbers differ by at most one (`ChimeraX`: squares of 45 and
/// 51.5): models of alpha carbons or phosphorus atoms alone have no such bonds.
const TRACE_PROTEIN_ANGSTROM: f32 = 6.7082;
const TRACE_NUCLEIC_ANGSTROM: f32 = 7.1764;

/// What a residue is drawn as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Coil,
    Nucleic,
    Helix,
    Strand,
}

/// The shape of a residue, and whether a helix or strand begins or ends with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) shape: Shape,
    pub(super) is_first: bool,
    pub(super) is_last: bool,
    pub(super) residue: u32,
    /// The atom whose position, colour and index the residue's ribbon has.
    pub(super) guide_atom: u32,
}

/// At least two residues in succession.
#[derive(Debug, Clone)]
pub(super) struct Polymer {
    pub(super) members: Vec<Member>,
    /// Position of the guide atom of each member, angstrom.
    pub(super) points: Vec<DVec3>,
    /// For each member, a point in whose direction the ribbon is wide; `None` if a member lacks the
    /// atoms.
    pub(super) side_points: Option<Vec<DVec3>>,
    pub(super) strands: Vec<Range<usize>>,
}

impl Polymer {
    /// Finds all polymers of a structure.
    pub(super) fn all(structure: &Structure, secondary: &SecondaryStructure) -> Vec<Self> {
        let is_joined = joined(structure);
        let mut polymers = Vec::new();
        let mut first = 0;
        for (index, joined) in is_joined.iter().enumerate() {
            if !joined {
                polymers.extend(Self::new(structure, secondary, first..index as u32 + 1));
                first = index as u32 + 1;
            }
        }
        polymers
    }

    /// The polymer of successive residues; `None` if fewer than two have a guide atom.
    fn new(
        structure: &Structure,
        secondary: &SecondaryStructure,
        residues: Range<u32>,
    ) -> Option<Self> {
        if residues.len() < 2 {
            return None;
        }
        let mut members = Vec::with_capacity(residues.len());
        let mut elements = Vec::with_capacity(residues.len());
        let mut atoms: Vec<[Option<u32>; 4]> = Vec::with_capacity(residues.len());
        for index in residues {
            let residue = &structure.residues()[index as usize];
            let found = backbone_atoms(structure, residue);
            let Some(guide_atom) = found[0] else { continue };
            let is_nucleic = residue.class == ResidueClass::Nucleotide;
            let kind = secondary.kinds()[index as usize];
            let shape = match kind {
                _ if is_nucleic => Shape::Nucleic,
                kind if kind.is_strand() => Shape::Strand,
                kind if kind.is_helix() => Shape::Helix,
                _ => Shape::Coil,
            };
            members.push(Member {
                shape,
                is_first: false,
                is_last: false,
                residue: index,
                guide_atom,
            });
            elements.push(secondary.element_of_residue()[index as usize]);
            atoms.push(found);
        }
        if members.len() < 2 {
            return None;
        }
        let strands = mark_ends(&mut members, &elements);
        let position = |atom: u32| {
            let place = structure.atoms().position_angstrom[atom as usize];
            DVec3::from_array(place.map(f64::from))
        };
        let points: Vec<DVec3> = (members.iter())
            .map(|member| position(member.guide_atom))
            .collect();
        let side_points = side_points(&members, &points, &atoms, position);
        Some(Self {
            members,
            points,
            side_points,
            strands,
        })
    }

    /// Indices of the residues.
    pub(super) fn residues(&self) -> impl Iterator<Item = u32> + '_ {
        self.members.iter().map(|member| member.residue)
    }

    /// Number of residues that are drawn.
    pub(super) fn drawn_count(&self, drawn: &[bool]) -> usize {
        self.residues()
            .filter(|residue| drawn[*residue as usize])
            .count()
    }
}

/// One flag per residue: the next one is joined to it.
fn joined(structure: &Structure) -> Vec<bool> {
    let (residues, atoms) = (structure.residues(), structure.atoms());
    let mut joined = vec![false; residues.len()];
    let successive = |a: u32, b: u32| {
        let (a, b) = (atoms.residue[a as usize], atoms.residue[b as usize]);
        let (first, second) = (&residues[a as usize], residues.get(b as usize)?);
        (b == a + 1
            && first.chain == second.chain
            && first.class == second.class
            && first.class.is_polymer())
        .then_some((a as usize, first, second))
    };
    for bond in structure.bonds() {
        if let Some((index, first, _)) = successive(bond.a, bond.b) {
            let names = [bond.a, bond.b].map(|atom| atoms.name[atom as usize].as_str());
            joined[index] |= match first.class {
                ResidueClass::AminoAcid => matches!(names, ["C", "N"] | ["CA", "CA"]),
                _ => matches!(names, ["O3'" | "O3*" | "P", "P"]),
            };
        }
    }
    for gap in structure.pseudobonds() {
        if gap.kind != PseudobondKind::MissingStructure {
            continue;
        }
        if let Some((index, first, second)) = successive(gap.a, gap.b) {
            joined[index] |= is_trace(structure, first, second);
        }
    }
    joined
}

/// Tests for successive residues of a model with guide atoms alone.
fn is_trace(structure: &Structure, first: &Residue, second: &Residue) -> bool {
    if first.number.abs_diff(second.number) > 1 {
        return false;
    }
    let place = |residue| {
        let atom = backbone_atoms(structure, residue)[0]?;
        Some(structure.atoms().position_angstrom[atom as usize])
    };
    let (Some(a), Some(b)) = (place(first), place(second)) else {
        return false;
    };
    let squared: f32 = std::iter::zip(a, b).map(|(a, b)| (a - b) * (a - b)).sum();
    let longest = match first.class {
        ResidueClass::AminoAcid => TRACE_PROTEIN_ANGSTROM,
        _ => TRACE_NUCLEIC_ANGSTROM,
    };
    squared <= longest * longest
}

/// Finds the atoms of a residue in one pass: CA, O, N and C of amino acids; C5' (or else P) and
/// C1' of nucleotides.
fn backbone_atoms(structure: &Structure, residue: &Residue) -> [Option<u32>; 4] {
    let names = &structure.atoms().name;
    let mut found = [None; 4];
    let mut phosphorus = None;
    let is_nucleic = residue.class == ResidueClass::Nucleotide;
    for atom in residue.atoms.clone() {
        let place = match (is_nucleic, names[atom as usize].as_str()) {
            (false, "CA") | (true, "C5'" | "C5*") => 0,
            (false, "O") | (true, "C1'" | "C1*") => 1,
            (false, "N") => 2,
            (false, "C") => 3,
            (true, "P") => {
                phosphorus = phosphorus.or(Some(atom));
                continue;
            }
            _ => continue,
        };
        found[place] = found[place].or(Some(atom));
    }
    found[0] = found[0].or(phosphorus);
    found
}

/// Marks the first and last residue of each helix and strand, and makes those of one residue coil.
/// Returns the strands.
fn mark_ends(members: &mut [Member], elements: &[Option<u32>]) -> Vec<Range<usize>> {
    let mut strands = Vec::new();
    let mut first = 0;
    while first < members.len() {
        let key = (members[first].shape, elements[first]);
        let length = std::iter::zip(&members[first..], &elements[first..])
            .take_while(|(member, element)| (member.shape, **element) == key)
            .count();
        let end = first + length;
        if matches!(key.0, Shape::Helix | Shape::Strand) {
            if length == 1 {
                members[first].shape = Shape::Coil;
            } else {
                members[first].is_first = true;
                members[end - 1].is_last = true;
                if key.0 == Shape::Strand {
                    strands.push(first..end);
                }
            }
        }
        first = end;
    }
    strands
}

/// The points in whose direction the ribbon is wide: C1' of nucleotides; within strands, across the
/// planes of the peptide bonds on both sides; else the oxygen. `None` if any residue lacks it.
fn side_points(
    members: &[Member],
    points: &[DVec3],
    atoms: &[[Option<u32>; 4]],
    position: impl Fn(u32) -> DVec3,
) -> Option<Vec<DVec3>> {
    let mut sides: Vec<DVec3> = Vec::with_capacity(members.len());
    for found in atoms {
        sides.push(position(found[1]?));
    }
    let is_protein = |index: usize| members[index].shape != Shape::Nucleic;
    let is_whole = (0..members.len())
        .all(|index| !is_protein(index) || atoms[index][2..].iter().all(Option::is_some));
    if !is_whole {
        return Some(sides);
    }
    // Normal of the peptide plane between a residue and the one before.
    let plane = |index: usize| {
        let carbon = position(atoms[index - 1][3]?);
        let oxygen = position(atoms[index - 1][1]?);
        Some((oxygen - carbon).cross(position(atoms[index][2]?) - carbon))
    };
    let last = members.len() - 1;
    let is_strand = |index: usize| members[index].shape == Shape::Strand;
    for index in 1..last {
        if is_strand(index)
            && let (Some(before), Some(after)) = (plane(index), plane(index + 1))
            && let Some(across) = before.cross(after).try_normalize()
        {
            sides[index] = points[index] + across;
        }
    }
    if last > 1 {
        if is_strand(0) {
            sides[0] = sides[1];
        }
        if is_strand(last) {
            sides[last] = sides[last - 1];
        }
    }
    Some(sides)
}
