//! Structures of biological assemblies.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use smol_str::SmolStr;

use super::expand::{Copy, cause, check_count, expand, name, only_part};
use super::lattice::{leaves_range, too_far};
use crate::structure::Part;
use crate::symmetry::{Assembly, Transform};
use crate::{Location, MoleculeError, Structure, Warning};

/// Which biological assembly is made of a file's chains.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AssemblyChoice {
    /// The chains as they are in the file.
    #[default]
    None,
    /// The assembly with this id.
    Id(String),
    /// All assemblies of the file together: every chain once at each place that any of them gives
    /// it. Assemblies in other frames of coordinates are left out: those that the wwPDB calls
    /// `PAU` and `XAU`, or describes as of a standard point frame or crystal frame.
    All,
}

impl AssemblyChoice {
    /// Reads `none`, `all` or an id. `None` for an empty text.
    #[must_use]
    pub fn from_name(text: &str) -> Option<Self> {
        match text {
            "" => None,
            "none" => Some(Self::None),
            "all" => Some(Self::All),
            id => Some(Self::Id(id.to_owned())),
        }
    }
}

/// Chains of the file that are placed by one operator, as numbers of their copies.
struct Placement {
    operator: Transform,
    /// The chains, by the number of the copy.
    chains: BTreeMap<u32, BTreeSet<SmolStr>>,
}

impl Structure {
    /// Makes a biological assembly. The structure must have one part, as one that was read from a
    /// file has. Chains of the second and later copies have ids such as `A-2`
    /// ([`Chain::copy`](crate::Chain)); bonds are those within each copy.
    ///
    /// # Errors
    /// [`MoleculeError::Symmetry`] if the file does not list the assembly, and
    /// [`MoleculeError::Limit`] if it has more than `max_atoms` atoms.
    pub fn with_assembly(
        self,
        choice: &AssemblyChoice,
        max_atoms: usize,
    ) -> Result<Self, MoleculeError> {
        if *choice == AssemblyChoice::None {
            return Ok(self);
        }
        let lists_none = |part: &Part| part.symmetry.assemblies.is_empty();
        if self.parts.iter().all(lists_none) {
            return Err(not_listed(&self, choice));
        }
        let listed = &only_part(&self)?.symmetry.assemblies;
        let chosen: Vec<&Assembly> = match choice {
            AssemblyChoice::None => Vec::new(),
            AssemblyChoice::All => listed.iter().filter(|one| is_in_frame(one)).collect(),
            AssemblyChoice::Id(id) => listed.iter().filter(|one| one.id == *id).collect(),
        };
        if chosen.is_empty() {
            return Err(not_listed(&self, choice));
        }
        let placements = placements(&chosen);
        let mut structure = self.placed(&placements, max_atoms)?;
        structure.warnings.extend(lacking_chains(&self, &chosen));
        if let Some(part) = structure.parts.first_mut() {
            part.assembly = Some(match choice {
                AssemblyChoice::Id(id) => id.clone(),
                _ => "all".to_owned(),
            });
        }
        Ok(structure)
    }

    fn placed(&self, placements: &[Placement], max_atoms: usize) -> Result<Self, MoleculeError> {
        // Most operators place the same chains: the atoms of these are listed once.
        let mut lists: HashMap<&BTreeSet<SmolStr>, Rc<[u32]>> = HashMap::new();
        let mut wanted: Vec<(u32, Transform, Rc<[u32]>)> = Vec::new();
        let mut count = 0_usize;
        for placement in placements {
            for (number, chains) in &placement.chains {
                let atoms = lists.entry(chains).or_insert_with(|| self.atoms_of(chains));
                count = count.saturating_add(atoms.len());
                wanted.push((*number, placement.operator, Rc::clone(atoms)));
            }
        }
        check_count(self, count, max_atoms)?;
        if count == 0 {
            return Err(MoleculeError::Symmetry {
                file: name(self).to_owned(),
                problem: "the assembly has none of the chains in the file".to_owned(),
                remedy: "leave the assembly out".to_owned(),
            });
        }
        if wanted
            .iter()
            .any(|(_, operator, _)| leaves_range(self, operator))
        {
            return Err(too_far(self));
        }
        let copies = wanted.into_iter().map(|(number, operator, atoms)| {
            let position =
                |atom: &u32| operator.apply_f32(self.atoms.position_angstrom[*atom as usize]);
            Copy {
                number,
                position_angstrom: atoms.iter().map(position).collect(),
                atoms,
            }
        });
        Ok(expand(self, count, copies))
    }

    /// The atoms of some chains, ascending.
    fn atoms_of(&self, chains: &BTreeSet<SmolStr>) -> Rc<[u32]> {
        self.residues
            .iter()
            .filter(|residue| chains.contains(&residue.label_chain_id))
            .flat_map(|residue| residue.atoms.clone())
            .collect()
    }
}

/// Whether an assembly's operators are in the frame of the file's coordinates.
fn is_in_frame(assembly: &Assembly) -> bool {
    let details = assembly.details.to_ascii_lowercase();
    !matches!(&*assembly.id, "PAU" | "XAU")
        && !details.contains("std point frame")
        && !details.contains("crystal frame")
}

/// Every chain once at each of its places, with copies numbered by chain.
fn placements(assemblies: &[&Assembly]) -> Vec<Placement> {
    let mut placements: Vec<Placement> = Vec::new();
    let mut copies: HashMap<&SmolStr, u32> = HashMap::new();
    let mut seen: HashMap<&SmolStr, Vec<Transform>> = HashMap::new();
    // Within one assembly, an operator is listed once for a chain.
    let may_repeat = assemblies.len() > 1;
    for generator in assemblies.iter().flat_map(|one| &one.generators) {
        for operator in &generator.operators {
            let mut chains: BTreeMap<u32, BTreeSet<SmolStr>> = BTreeMap::new();
            for chain in &generator.chains {
                if may_repeat {
                    let seen = seen.entry(chain).or_default();
                    if seen.iter().any(|other| other.is_near(operator)) {
                        continue;
                    }
                    seen.push(*operator);
                }
                let number = copies.entry(chain).or_default();
                *number += 1;
                chains.entry(*number).or_default().insert(chain.clone());
            }
            if !chains.is_empty() {
                placements.push(Placement {
                    operator: *operator,
                    chains,
                });
            }
        }
    }
    placements
}

/// A warning about chains of the assemblies that the file does not have.
fn lacking_chains(source: &Structure, assemblies: &[&Assembly]) -> Option<Warning> {
    let here: BTreeSet<&SmolStr> = source
        .residues
        .iter()
        .map(|residue| &residue.label_chain_id)
        .collect();
    let lacking: BTreeSet<&str> = assemblies
        .iter()
        .flat_map(|one| &one.generators)
        .flat_map(|generator| &generator.chains)
        .filter(|chain| !here.contains(chain))
        .map(SmolStr::as_str)
        .collect();
    if lacking.is_empty() {
        return None;
    }
    let shown: Vec<&str> = lacking.iter().copied().take(10).collect();
    let more = if lacking.len() > 10 { ", ..." } else { "" };
    Some(Warning {
        location: Location::file(name(source)),
        message: format!(
            "the assembly has chains that the file lacks ({}{more}); it is made without them",
            shown.join(", ")
        ),
    })
}

fn not_listed(source: &Structure, choice: &AssemblyChoice) -> MoleculeError {
    let listed = source
        .parts
        .first()
        .map_or(&[][..], |part| &part.symmetry.assemblies);
    let ids: Vec<&str> = listed.iter().take(20).map(|one| &*one.id).collect();
    let (problem, remedy) = match choice {
        AssemblyChoice::Id(id) if !ids.is_empty() => (
            format!("the file lists no assembly \"{}\"", id.escape_debug()),
            format!("choose one of {}, or all", ids.join(", ")),
        ),
        _ => (
            format!(
                "the file lists no biological assembly{}",
                cause(source, &["assembl"])
            ),
            "leave the assembly out, or give a file with REMARK 350 or _pdbx_struct_assembly_gen"
                .to_owned(),
        ),
    };
    MoleculeError::Symmetry {
        file: name(source).to_owned(),
        problem,
        remedy,
    }
}
