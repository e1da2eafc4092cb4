//! Bonds in the file: `_struct_conn` between residues, `_chem_comp_bond` inside them.

use std::collections::HashMap;

use smol_str::SmolStr;

use super::atom_site::Labels;
use super::category::{ChemCompBond, StructConn};
use super::fields::one_letter;
use super::row::{Place, Row, RowContext};
use crate::MoleculeError;
use crate::diagnostics::RepeatedWarning;
use crate::raw::{BondSource, RawAtom, RawBond, RawModel};
use crate::structure::BondOrder;

/// Largest number of bonds of one atom in the definition of a component. Metal clusters have up to
/// a dozen; the limit keeps the time for a malicious definition linear.
const MAX_BONDS_OF_ATOM: usize = 64;

/// Largest number of rows of `_chem_comp_bond`. A file defines each of its components once; even
/// large ones have a few thousand rows.
const MAX_COMPONENT_BONDS: usize = 250_000;

/// Returns the bond order of `sing`, `DOUB`, `aromatic`, `deloc` and similar words, from the first
/// four letters.
fn bond_order(text: Option<&str>) -> BondOrder {
    let head = text.and_then(|text| text.get(..4)).unwrap_or("");
    match head.to_ascii_lowercase().as_str() {
        "sing" => BondOrder::Single,
        "doub" => BondOrder::Double,
        "trip" => BondOrder::Triple,
        "arom" | "delo" => BondOrder::Aromatic,
        _ => BondOrder::Unknown,
    }
}

/// Returns true if two atoms can be present at the same time.
fn compatible(a: &RawAtom, b: &RawAtom) -> bool {
    a.altloc == b.altloc || a.altloc == b' ' || b.altloc == b' '
}

fn bond(a: u32, b: u32, order: BondOrder, source: BondSource) -> RawBond {
    RawBond {
        a: a.min(b),
        b: a.max(b),
        order,
        source,
    }
}

/// Iterates over the runs of atoms of one residue, each with the index of its first atom.
fn residue_runs(atoms: &[RawAtom]) -> impl Iterator<Item = (u32, &[RawAtom])> {
    let same = |a: &RawAtom, b: &RawAtom| {
        a.residue_number == b.residue_number
            && a.insertion_code == b.insertion_code
            && a.residue_name == b.residue_name
            && a.label_chain_id == b.label_chain_id
            && a.chain_id == b.chain_id
    };
    let mut start = 0_u32;
    atoms.chunk_by(same).map(move |run| {
        let first = start;
        start += run.len() as u32;
        (first, run)
    })
}

/// Bonds of the components, by residue name.
#[derive(Debug, Default)]
pub(super) struct ComponentBonds {
    components: HashMap<SmolStr, Definition>,
    rows: usize,
}

/// One component: numbered atom names, and the bonds of each.
#[derive(Debug, Default)]
struct Definition {
    names: HashMap<SmolStr, u32>,
    neighbours: Vec<Vec<(u32, BondOrder)>>,
}

impl Definition {
    fn name(&mut self, name: SmolStr) -> u32 {
        let next = self.neighbours.len() as u32;
        let number = *self.names.entry(name).or_insert(next);
        if number == next {
            self.neighbours.push(Vec::new());
        }
        number
    }
}

impl ComponentBonds {
    /// Adds one row. A row without component or atoms is ignored.
    pub(super) fn push(&mut self, context: &RowContext<'_, impl Row>) -> Result<(), MoleculeError> {
        let name = |item: ChemCompBond| context.row.name(item as usize);
        let text = |item: ChemCompBond| context.row.text(item as usize);
        let (Some(component), Some(first), Some(second)) = (
            name(ChemCompBond::Comp),
            name(ChemCompBond::Atom1),
            name(ChemCompBond::Atom2),
        ) else {
            return Ok(());
        };
        if first == second {
            return Ok(());
        }
        self.rows += 1;
        if self.rows > MAX_COMPONENT_BONDS {
            return Err(context.limit(
                &format!("_chem_comp_bond has more than {MAX_COMPONENT_BONDS} rows"),
                "define only the components of the structure",
            ));
        }
        let order = text(ChemCompBond::Order).or_else(|| text(ChemCompBond::Type));
        let order = bond_order(order.as_deref());
        let definition = self.components.entry(component).or_default();
        let a = definition.name(first);
        let b = definition.name(second);
        for (from, to) in [(a, b), (b, a)] {
            let list = &mut definition.neighbours[from as usize];
            if list.iter().any(|(known, _)| *known == to) {
                continue;
            }
            if list.len() >= MAX_BONDS_OF_ATOM {
                return Err(context.syntax(
                    &format!("_chem_comp_bond gives one atom more than {MAX_BONDS_OF_ATOM} bonds"),
                    "list each bond of the component once",
                ));
            }
            list.push((to, order));
        }
        Ok(())
    }

    /// Adds the bonds of every residue with a defined component. `label_name` returns the
    /// dictionary name of an atom if the author name differs. Of several atoms with the same name
    /// and alternate location, the first is used.
    pub(super) fn add_to<'l>(
        &self,
        model: &mut RawModel,
        label_name: impl Fn(u32) -> Option<&'l SmolStr>,
    ) {
        if self.components.is_empty() {
            return;
        }
        // (Number of the name in the definition, alternate location, atom.)
        let mut present: Vec<(u32, u8, u32)> = Vec::new();
        for (start, run) in residue_runs(&model.atoms) {
            let Some(definition) = self.components.get(&run[0].residue_name) else {
                continue;
            };
            present.clear();
            for (index, atom) in (start..).zip(run) {
                let name = label_name(index).unwrap_or(&atom.name);
                if let Some(&number) = definition.names.get(name) {
                    present.push((number, atom.altloc, index));
                }
            }
            present.sort_unstable();
            present.dedup_by_key(|&mut (number, altloc, _)| (number, altloc));
            for &(number, _, a) in &present {
                for &(other, order) in &definition.neighbours[number as usize] {
                    if other < number {
                        continue;
                    }
                    let from = present.partition_point(|&(n, _, _)| n < other);
                    for &(_, _, b) in present[from..].iter().take_while(|(n, _, _)| *n == other) {
                        if compatible(&model.atoms[a as usize], &model.atoms[b as usize]) {
                            model.bonds.push(bond(a, b, order, BondSource::Component));
                        }
                    }
                }
            }
        }
    }
}

/// Residue of a partner of a link.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ResidueKey {
    /// True if chain and number are those of the dictionary (`label_…`), false if they are those of
    /// the author.
    label: bool,
    chain: SmolStr,
    number: Option<i32>,
    insertion_code: u8,
    name: SmolStr,
}

/// One partner of a link: an atom of a residue as a number of [`Links::targets`], and its alternate
/// location if given.
#[derive(Debug, Clone, Copy)]
struct Partner {
    target: u32,
    altloc: Option<u8>,
}

/// One row of `_struct_conn`.
#[derive(Debug, Clone, Copy)]
struct Link {
    place: Place,
    partners: [Partner; 2],
    order: BondOrder,
    source: BondSource,
}

/// Links between residues. Partners are numbered, so that repeated partners are looked up once.
#[derive(Debug, Default)]
pub(super) struct Links {
    rows: Vec<Link>,
    residues: HashMap<ResidueKey, u32>,
    /// Numbers of atoms, by number of the residue and atom name.
    targets: HashMap<(u32, SmolStr), u32>,
}

/// Items of one partner.
const PARTNERS: [[StructConn; 10]; 2] = [
    [
        StructConn::LabelAsym1,
        StructConn::LabelComp1,
        StructConn::LabelSeq1,
        StructConn::LabelAtom1,
        StructConn::AltId1,
        StructConn::InsCode1,
        StructConn::AuthAsym1,
        StructConn::AuthComp1,
        StructConn::AuthSeq1,
        StructConn::Symmetry1,
    ],
    [
        StructConn::LabelAsym2,
        StructConn::LabelComp2,
        StructConn::LabelSeq2,
        StructConn::LabelAtom2,
        StructConn::AltId2,
        StructConn::InsCode2,
        StructConn::AuthAsym2,
        StructConn::AuthComp2,
        StructConn::AuthSeq2,
        StructConn::Symmetry2,
    ],
];

impl Links {
    /// Adds one row. Hydrogen bonds, salt bridges, links to other asymmetric units and rows without
    /// two atoms are ignored.
    pub(super) fn push(&mut self, context: &RowContext<'_, impl Row>) {
        let row = context.row;
        let Some(kind) = row.text(StructConn::Type as usize) else {
            return;
        };
        // The first six letters decide: `covale_base` and similar types are covalent, too.
        let source = match kind.get(..6).map(str::to_ascii_lowercase).as_deref() {
            Some("metalc") => BondSource::Metal,
            Some("disulf" | "covale") => BondSource::Extra,
            _ => return,
        };
        let [Some(first), Some(second)] = PARTNERS.map(|items| self.partner(row, &items)) else {
            return;
        };
        self.rows.push(Link {
            place: row.place(),
            partners: [first, second],
            order: bond_order(row.text(StructConn::Order as usize).as_deref()),
            source,
        });
    }

    /// Reads one partner; `None` if it is not given or in another asymmetric unit.
    fn partner(&mut self, row: &impl Row, items: &[StructConn; 10]) -> Option<Partner> {
        let [
            asym,
            comp,
            seq,
            atom,
            alt,
            ins,
            auth_asym,
            auth_comp,
            auth_seq,
            symmetry,
        ] = items.map(|item| item as usize);
        if row.text(symmetry).is_some_and(|text| text != "1_555") {
            return None;
        }
        let text = |item: usize| row.name(item);
        let number = |item: usize| {
            row.integer(item)
                .ok()
                .flatten()
                .and_then(|number| i32::try_from(number).ok())
        };
        let atom_name = text(atom)?;
        let author = (text(auth_asym), number(auth_seq));
        let (label, chain, number) = if let (Some(chain), Some(number)) = author {
            (false, chain, Some(number))
        } else {
            (true, text(asym)?, number(seq))
        };
        let residue = ResidueKey {
            label,
            chain,
            number,
            insertion_code: row.text(ins).map_or(b' ', |code| one_letter(&code)),
            name: text(auth_comp).or_else(|| text(comp))?,
        };
        let next = self.residues.len() as u32;
        let residue = *self.residues.entry(residue).or_insert(next);
        let next = self.targets.len() as u32;
        let target = *self.targets.entry((residue, atom_name)).or_insert(next);
        Some(Partner {
            target,
            altloc: row.text(alt).map(|code| one_letter(&code)),
        })
    }

    /// Adds the links whose atoms are in the model. A link without alternate location joins all
    /// atoms that can be present at the same time.
    pub(super) fn add_to(&self, model: &mut RawModel, labels: &Labels, file: &str) {
        if self.rows.is_empty() {
            return;
        }
        let found = self.find(&model.atoms, labels);
        let mut unmatched = RepeatedWarning::default();
        for link in &self.rows {
            let [first, second] = link.partners.map(|partner| {
                found[partner.target as usize]
                    .iter()
                    .filter(move |&&(altloc, _)| {
                        partner.altloc.is_none_or(|wanted| wanted == altloc)
                    })
            });
            let before = model.bonds.len();
            for &(_, a) in first {
                for &(_, b) in second.clone() {
                    if a != b && compatible(&model.atoms[a as usize], &model.atoms[b as usize]) {
                        model.bonds.push(bond(a, b, link.order, link.source));
                    }
                }
            }
            if model.bonds.len() == before {
                unmatched.note(link.place.line(), || {
                    format!(
                        "{}a link of _struct_conn names an atom that the model does not have",
                        link.place.prefix()
                    )
                });
            }
        }
        unmatched.report(file, "it is ignored", &mut model.warnings);
    }

    /// Finds the atoms of every target, at most one per alternate location and [`MAX_ALTLOCS`] in
    /// total.
    fn find(&self, atoms: &[RawAtom], labels: &Labels) -> Vec<Vec<(u8, u32)>> {
        /// Largest number of alternate locations of one atom; entries have a few.
        const MAX_ALTLOCS: usize = 16;
        let mut found: Vec<Vec<(u8, u32)>> = vec![Vec::new(); self.targets.len()];
        let mut key = ResidueKey {
            label: false,
            chain: SmolStr::default(),
            number: None,
            insertion_code: b' ',
            name: SmolStr::default(),
        };
        for (start, run) in residue_runs(atoms) {
            let first = &run[0];
            key.insertion_code = first.insertion_code;
            key.name.clone_from(&first.residue_name);
            for label in [false, true] {
                key.label = label;
                let (chain, number) = if label {
                    (&first.label_chain_id, labels.sequence(start))
                } else {
                    (&first.chain_id, Some(first.residue_number))
                };
                key.chain.clone_from(chain);
                key.number = number;
                let Some(&residue) = self.residues.get(&key) else {
                    continue;
                };
                for (index, atom) in (start..).zip(run) {
                    let name = labels.name(index).unwrap_or(&atom.name);
                    let Some(&target) = self.targets.get(&(residue, name.clone())) else {
                        continue;
                    };
                    let list = &mut found[target as usize];
                    let new = list.iter().all(|(altloc, _)| *altloc != atom.altloc);
                    if new && list.len() < MAX_ALTLOCS {
                        list.push((atom.altloc, index));
                    }
                }
            }
        }
        found
    }
}
