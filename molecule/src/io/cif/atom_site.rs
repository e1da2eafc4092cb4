//! `_atom_site`: rows to atom records of one model.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::num::NonZeroI32;

use smol_str::SmolStr;

use super::category::AtomSite;
use super::cell::CellRow;
use super::fields::{UNNAMED_RESIDUE, element_field, element_of_symbol, formal_charge, one_letter};
use super::row::{Row, RowContext, too_many_atoms};
use crate::diagnostics::RepeatedWarning;
use crate::io::options::ReadOptions;
use crate::io::text::warn_of_several;
use crate::raw::{ElementField, RawAtom, RawModel, RawSecondaryStructure};
use crate::symmetry::Symmetry;
use crate::{Location, MoleculeError};

/// Kind of coordinates in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coordinates {
    Cartesian,
    Fractional,
}

/// Identifiers of the dictionary that links may use instead of those of the author.
#[derive(Debug, Default)]
pub(super) struct Labels {
    /// `label_seq_id` of every atom; `None` if missing.
    sequence: Vec<Option<i32>>,
    /// `label_atom_id` of the atoms with a different author name.
    names: HashMap<u32, SmolStr>,
}

impl Labels {
    /// Returns the `label_seq_id` of an atom.
    pub(super) fn sequence(&self, atom: u32) -> Option<i32> {
        self.sequence.get(atom as usize).copied().flatten()
    }

    /// Returns the `label_atom_id` of an atom if it differs from its name.
    pub(super) fn name(&self, atom: u32) -> Option<&SmolStr> {
        self.names.get(&atom)
    }
}

/// Collects the atoms of the selected model.
#[derive(Debug, Default)]
pub(super) struct AtomSites {
    atoms: Vec<RawAtom>,
    /// Fractional coordinates of every atom, if the file has no Cartesian ones.
    fractional: Vec<[f64; 3]>,
    labels: Labels,
    coordinates: Option<Coordinates>,
    models: BTreeSet<i64>,
    /// Model number of the row before, which avoids most look-ups in `models`.
    last_model: Option<i64>,
    first_model: Option<i64>,
    segment: u32,
    numbering: Numbering,
    without_coordinates: RepeatedWarning,
    long_codes: RepeatedWarning,
}

/// Assigns numbers to residues without one.
#[derive(Debug, Default)]
struct Numbering {
    highest: i32,
    /// Chain and name of the current residue without a number, and the number assigned to it.
    current: Option<(SmolStr, SmolStr, i32)>,
    seen: HashSet<(SmolStr, u8)>,
}

impl Numbering {
    /// Returns the number of the residue of an atom. A new number begins if the chain or residue
    /// name changes, or the atom name repeats (the next water).
    fn running(&mut self, chain: &SmolStr, residue: &SmolStr, name: &SmolStr, altloc: u8) -> i32 {
        if let Some((last_chain, last_residue, number)) = &self.current
            && last_chain == chain
            && last_residue == residue
            && self.seen.insert((name.clone(), altloc))
        {
            return *number;
        }
        self.highest = self.highest.saturating_add(1);
        self.current = Some((chain.clone(), residue.clone(), self.highest));
        self.seen.clear();
        self.seen.insert((name.clone(), altloc));
        self.highest
    }

    /// Notes a number given by the file.
    fn given(&mut self, number: i32) {
        self.highest = self.highest.max(number);
        self.current = None;
    }
}

impl AtomSites {
    /// Adds one row if it belongs to the selected model.
    pub(super) fn push(
        &mut self,
        context: &RowContext<'_, impl Row>,
        options: &ReadOptions,
    ) -> Result<(), MoleculeError> {
        let row = context.row;
        let coordinates = match self.coordinates {
            Some(coordinates) => coordinates,
            None => *self.coordinates.insert(coordinate_columns(context)?),
        };
        let model = context
            .integer(AtomSite::Model as usize, "the model's number")?
            .unwrap_or(1);
        if self.last_model != Some(model) {
            self.last_model = Some(model);
            self.models.insert(model);
        }
        let wanted = options
            .model
            .map_or_else(|| *self.first_model.get_or_insert(model), i64::from);
        if model != wanted {
            return Ok(());
        }
        let core = coordinates == Coordinates::Fractional;
        let dummy = |flag: &str| flag.eq_ignore_ascii_case("dum");
        if core
            && row
                .text(AtomSite::CalcFlag as usize)
                .is_some_and(|f| dummy(&f))
        {
            return Ok(());
        }
        let Some(position) = position(context, coordinates)? else {
            self.without_coordinates.note(row.place().line(), || {
                format!(
                    "{}an atom in _atom_site has no coordinates",
                    row.place().prefix()
                )
            });
            return Ok(());
        };
        if self.atoms.len() >= options.limits.max_atoms.min(u32::MAX as usize) {
            return Err(too_many_atoms(
                context.file,
                row.place(),
                options.limits.max_atoms,
            ));
        }
        let atom = self.record(context, coordinates, position)?;
        if core {
            self.fractional.push(position);
        }
        self.atoms.push(atom);
        Ok(())
    }

    /// Creates the atom of a row.
    fn record(
        &mut self,
        context: &RowContext<'_, impl Row>,
        coordinates: Coordinates,
        position: [f64; 3],
    ) -> Result<RawAtom, MoleculeError> {
        let row = context.row;
        let text = |item: AtomSite| row.name(item as usize);
        let either = |first, second| text(first).or_else(|| text(second));

        let label_name = text(AtomSite::LabelAtom);
        let Some(name) = text(AtomSite::AuthAtom)
            .or_else(|| label_name.clone())
            .or_else(|| text(AtomSite::Label))
        else {
            return Err(context.syntax(
                "the atom has no name in _atom_site",
                "give it in label_atom_id or auth_atom_id",
            ));
        };
        let symbol = row.text(AtomSite::Symbol as usize);
        let element = if symbol.is_none() && coordinates == Coordinates::Fractional {
            element_of_label(&name).map_or(ElementField::Absent, ElementField::Known)
        } else {
            element_field(symbol.as_deref())
        };
        let chain_id = either(AtomSite::AuthAsym, AtomSite::LabelAsym).unwrap_or_default();
        let label_chain_id = text(AtomSite::LabelAsym).unwrap_or_else(|| chain_id.clone());
        let residue_name = either(AtomSite::AuthComp, AtomSite::LabelComp)
            .unwrap_or_else(|| SmolStr::new_static(UNNAMED_RESIDUE));
        let altloc = self.altloc(row);
        let insertion_code = self.code(row, AtomSite::InsCode);
        let label_number = context.integer32(
            AtomSite::LabelSeq as usize,
            "the residue's position in its entity",
        )?;
        let number = context
            .integer32(AtomSite::AuthSeq as usize, "the author's residue number")?
            .or(label_number);
        let residue_number = if let Some(number) = number {
            self.numbering.given(number);
            number
        } else if coordinates == Coordinates::Fractional {
            1
        } else {
            self.numbering
                .running(&label_chain_id, &residue_name, &name, altloc)
        };

        if let Some(last) = self.atoms.last()
            && last.label_chain_id != label_chain_id
        {
            self.segment += 1;
        }
        self.labels.sequence.push(label_number);
        if let Some(label_name) = label_name
            && label_name != name
        {
            self.labels
                .names
                .insert(self.atoms.len() as u32, label_name);
        }
        let serial = row
            .integer(AtomSite::Id as usize)
            .ok()
            .flatten()
            .and_then(|id| i32::try_from(id).ok())
            .unwrap_or_else(|| i32::try_from(self.atoms.len() + 1).unwrap_or(i32::MAX));
        let hetero = match row.text(AtomSite::Group as usize) {
            Some(group) => group.eq_ignore_ascii_case("HETATM"),
            None => coordinates == Coordinates::Fractional,
        };
        Ok(RawAtom {
            line: row.place().line(),
            serial,
            name,
            element,
            name_is_indented: false,
            altloc,
            residue_name,
            residue_number,
            insertion_code,
            chain_id,
            label_chain_id,
            label_number: label_number.and_then(NonZeroI32::new),
            hetero,
            segment: self.segment,
            position_angstrom: position.map(|x| x as f32),
            occupancy: context
                .real(AtomSite::Occupancy as usize, "the occupancy, 0 to 1")?
                .unwrap_or(1.0) as f32,
            b_factor: b_factor(context)?,
            formal_charge: formal_charge(context, AtomSite::Charge as usize)?,
        })
    }

    /// Returns the alternate location of mmCIF, or the disorder group of core CIF without its sign,
    /// which only marks special positions.
    fn altloc(&mut self, row: &impl Row) -> u8 {
        let code = self.code(row, AtomSite::AltId);
        if code != b' ' {
            return code;
        }
        row.text(AtomSite::DisorderGroup as usize)
            .and_then(|group| group.trim_start_matches('-').bytes().next())
            .filter(|code| code.is_ascii_graphic() && *code != b'0')
            .unwrap_or(b' ')
    }

    /// Returns the letter of a code; of longer codes the first, with a warning.
    fn code(&mut self, row: &impl Row, item: AtomSite) -> u8 {
        let Some(text) = row.text(item as usize) else {
            return b' ';
        };
        let code = one_letter(&text);
        if text.len() != 1 || code == b'?' {
            self.long_codes.note(row.place().line(), || {
                format!(
                    "{}_atom_site.{} holds a code that is not one ASCII letter",
                    row.place().prefix(),
                    AtomSite::NAMES[item as usize]
                )
            });
        }
        code
    }

    /// Returns the model and the identifiers for links; `None` without any row.
    pub(super) fn finish(
        mut self,
        file: &str,
        options: &ReadOptions,
        cell: &CellRow,
    ) -> Result<Option<(RawModel, Labels)>, MoleculeError> {
        if self.models.is_empty() {
            return Ok(None);
        }
        let error = |problem: String, remedy: &str| MoleculeError::Syntax {
            location: Location::file(file),
            problem,
            remedy: remedy.to_owned(),
        };
        if let Some(wanted) = options.model
            && !self.models.contains(&i64::from(wanted))
        {
            return Err(error(
                format!("_atom_site.pdbx_PDB_model_num has no model {wanted}"),
                &format!("choose among {}", list_of_models(&self.models)),
            ));
        }
        if self.atoms.is_empty() {
            return Err(error(
                "no atom of the model has coordinates in _atom_site".to_owned(),
                "give numbers in Cartn_x, Cartn_y and Cartn_z",
            ));
        }
        let count = self.models.len();
        let is_fractional = self.coordinates == Some(Coordinates::Fractional);
        let mut warnings = Vec::new();
        warnings.extend(warn_of_several(file, count, "model", options));
        self.without_coordinates
            .report(file, "it is ignored", &mut warnings);
        self.long_codes
            .report(file, "only its first letter is used", &mut warnings);
        if is_fractional {
            let positions = cell.to_cartesian(file, &self.fractional)?;
            for (atom, position) in self.atoms.iter_mut().zip(positions) {
                atom.position_angstrom = position;
            }
            warnings.push(crate::Warning {
                location: Location::file(file),
                message:
                    "small-molecule CIF with fractional coordinates: converted with the unit cell; \
                          only the listed atoms are read, symmetry is not applied unless asked for"
                        .to_owned(),
            });
        }
        let model = RawModel {
            atoms: self.atoms,
            bonds: Vec::new(),
            bonds_complete: false,
            models: count,
            symmetry: Symmetry {
                has_fractional_coordinates: is_fractional,
                ..Symmetry::default()
            },
            secondary_structure: RawSecondaryStructure::default(),
            model_numbers: (self.models.iter())
                .filter_map(|number| u32::try_from(*number).ok())
                .collect(),
            warnings,
        };
        Ok(Some((model, self.labels)))
    }
}

/// Returns true if an atom has coordinates of either kind.
pub(super) fn has_coordinates(row: &impl Row) -> bool {
    let all = |items: [AtomSite; 3]| items.iter().all(|item| row.text(*item as usize).is_some());
    all([AtomSite::X, AtomSite::Y, AtomSite::Z])
        || all([AtomSite::FractX, AtomSite::FractY, AtomSite::FractZ])
}

/// Determines the kind of coordinates.
fn coordinate_columns(context: &RowContext<'_, impl Row>) -> Result<Coordinates, MoleculeError> {
    let has = |items: [AtomSite; 3]| items.map(|item| context.row.has(item as usize));
    let cartesian = has([AtomSite::X, AtomSite::Y, AtomSite::Z]);
    if cartesian == [true; 3] {
        return Ok(Coordinates::Cartesian);
    }
    if has([AtomSite::FractX, AtomSite::FractY, AtomSite::FractZ]) == [true; 3] {
        return Ok(Coordinates::Fractional);
    }
    let missing: Vec<&str> = ["Cartn_x", "Cartn_y", "Cartn_z"]
        .into_iter()
        .zip(cartesian)
        .filter_map(|(name, there)| (!there).then_some(name))
        .collect();
    Err(context.syntax(
        &format!("_atom_site has no {}", missing.join(", no ")),
        "give the coordinates in angstrom in Cartn_x, Cartn_y and Cartn_z",
    ))
}

/// Reads the three coordinates; `None` if one is missing.
fn position(
    context: &RowContext<'_, impl Row>,
    coordinates: Coordinates,
) -> Result<Option<[f64; 3]>, MoleculeError> {
    let items = match coordinates {
        Coordinates::Cartesian => [
            (AtomSite::X, "the x coordinate in angstrom"),
            (AtomSite::Y, "the y coordinate in angstrom"),
            (AtomSite::Z, "the z coordinate in angstrom"),
        ],
        Coordinates::Fractional => [
            (
                AtomSite::FractX,
                "the coordinate as a fraction of cell edge a",
            ),
            (
                AtomSite::FractY,
                "the coordinate as a fraction of cell edge b",
            ),
            (
                AtomSite::FractZ,
                "the coordinate as a fraction of cell edge c",
            ),
        ],
    };
    let mut position = [0.0; 3];
    for (value, (item, meaning)) in position.iter_mut().zip(items) {
        match context.real(item as usize, meaning)? {
            Some(number) => *value = number,
            None => return Ok(None),
        }
    }
    Ok(Some(position))
}

/// Reads the temperature factor in square angstrom; 8 pi^2 U if the file gives U (core CIF
/// dictionary).
fn b_factor(context: &RowContext<'_, impl Row>) -> Result<f32, MoleculeError> {
    let meaning = "the isotropic displacement in square angstrom";
    if let Some(b) = context.real(AtomSite::BFactor as usize, meaning)? {
        return Ok(b as f32);
    }
    let u = context.real(AtomSite::UFactor as usize, meaning)?;
    Ok(u.map_or(0.0, |u| {
        (8.0 * std::f64::consts::PI * std::f64::consts::PI * u) as f32
    }))
}

/// Returns the element of a core CIF label: the longest symbol that it begins with (`Cl1`, `C12A`,
/// `H3A`).
fn element_of_label(label: &str) -> Option<crate::Element> {
    let letters = label
        .bytes()
        .take_while(u8::is_ascii_alphabetic)
        .take(2)
        .count();
    (1..=letters)
        .rev()
        .find_map(|length| element_of_symbol(&label[..length]))
}

/// Formats `model 3`, `models 1 to 20` or `models 1, 3, 7, …`.
fn list_of_models(models: &BTreeSet<i64>) -> String {
    const SHOWN: usize = 20;
    let (Some(&first), Some(&last)) = (models.first(), models.last()) else {
        return "no model".to_owned();
    };
    if first == last {
        return format!("model {first}");
    }
    if models.len() > 2 && i128::from(last) - i128::from(first) == models.len() as i128 - 1 {
        return format!("models {first} to {last}");
    }
    let shown: Vec<String> = models.iter().take(SHOWN).map(i64::to_string).collect();
    let dots = if models.len() > SHOWN { ", …" } else { "" };
    format!("models {}{dots}", shown.join(", "))
}
