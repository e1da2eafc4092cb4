//! Tables of coordinates and bonds: what a picture shows, as text.
//!
//! A table is made from the job that the renderer draws: its spheres are the atoms, its cylinders
//! the bonds, its labels the names, and its camera gives the positions. The axes are those of the
//! screen: x to the right, y up, z towards the viewer. x and y are 0 in the centre of the picture.
//! z is 0 at the depth of the centre of the complex (the point about which `roll` turns) in the
//! first picture that an item has of the complex, so that motions between its pictures are
//! differences of coordinates.
//!
//! Nothing is listed that the picture does not show: atoms that are not drawn or whose centre is
//! out of the picture, hydrogen bonds, and names that are not labels. Atoms of a residue without
//! labels are in a random order, because that of files tells their names. The order is the same in
//! all tables of a complex.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt::Write;

use glam::DVec3;
use molshot_molecule::PartRole;
use molshot_scenes::commands::ViewName;
use molshot_scenes::labels::LabelSubject;
use molshot_scenes::{Command, Cylinder, RenderJob, View, Viewport};

use crate::error::DatasetError;
use crate::jobs::{JobBuilder, PlannedJob};
use crate::messages::Catalogue;
use crate::picture::{PictureKind, PictureSpec};
use crate::random::Random;
use crate::record::{ComplexPlan, Item};

/// What one picture shows, as numbers and names; [`Self::text`] writes it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PictureTable {
    /// Id of the complex.
    complex: String,
    /// z of the centre of the complex, in camera axes, angstrom.
    center_z_angstrom: f64,
    pub(crate) sections: Vec<Section>,
}

/// The atoms of a residue of the pocket, or of the ligand.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Section {
    /// The label of the residue; `None` for the ligand.
    pub(crate) residue: Option<String>,
    pub(crate) atoms: Vec<ListedAtom>,
}

/// A line of a table.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ListedAtom {
    /// Index in the structure, which the text does not have.
    pub(crate) atom: u32,
    /// Element symbol, and the label if the atom has one.
    name: String,
    /// Position in camera axes, angstrom.
    pub(crate) camera_angstrom: DVec3,
    /// Numbers of the later lines whose atoms are bonded to it, from 1.
    bonds: Vec<usize>,
}

/// The tables of pictures by path.
pub(crate) type PictureTables = BTreeMap<String, PictureTable>;

/// Returns whether a point is in front of the camera and within the picture.
pub(crate) fn is_in_frame(view: &View, viewport: &Viewport, world: DVec3) -> bool {
    let seen = view.project(viewport, world);
    seen.z >= view.near_angstrom
        && (0.0..f64::from(viewport.width_px)).contains(&seen.x)
        && (0.0..f64::from(viewport.height_px)).contains(&seen.y)
}

/// Returns a sphere's centre.
fn center(center_angstrom: [f32; 3]) -> DVec3 {
    DVec3::from_array(center_angstrom.map(f64::from))
}

impl PictureTable {
    /// Lists what a picture shows. The seed is that of the plan.
    pub(crate) fn of(planned: &PlannedJob, picture: &PictureSpec, seed: u64) -> Self {
        let (job, scene) = (&planned.job, planned.job.scene());
        let structure = &scene.structure;
        let mut labels: BTreeMap<LabelSubject, &str> = BTreeMap::new();
        for label in &scene.labels.list {
            labels.insert(label.subject, &label.text);
        }
        let residue_of = |atom: u32| structure.atoms().residue[atom as usize];
        let mut sections: Vec<Section> = Vec::new();
        for drawn in scene
            .spheres
            .chunk_by(|a, b| residue_of(a.atom) == residue_of(b.atom))
        {
            let index = residue_of(drawn[0].atom);
            let residue = &structure.residues()[index as usize];
            let is_ligand = structure.part_of(residue).role == PartRole::Ligand;
            let mut drawn = drawn.to_vec();
            let is_labelled = |atom: u32| labels.contains_key(&LabelSubject::Atom(atom));
            if !drawn.iter().any(|sphere| is_labelled(sphere.atom)) {
                let name = ["table", &picture.complex, &index.to_string()];
                Random::new(seed, &name).shuffle(&mut drawn);
            }
            let in_frame = drawn
                .into_iter()
                .map(|sphere| (sphere.atom, center(sphere.center_angstrom)))
                .filter(|(_, world)| is_in_frame(job.view(), job.viewport(), *world));
            let atoms: Vec<ListedAtom> = in_frame
                .map(|(atom, world)| {
                    let symbol = structure.atoms().element[atom as usize].symbol();
                    let label = labels.get(&LabelSubject::Atom(atom));
                    ListedAtom {
                        atom,
                        name: label
                            .map_or_else(|| symbol.to_owned(), |label| format!("{symbol} {label}")),
                        camera_angstrom: job.view().pose.camera_from_world(world),
                        bonds: Vec::new(),
                    }
                })
                .collect();
            let heading = match (is_ligand, &picture.kind) {
                (true, _) => None,
                // The question names the residue.
                (false, PictureKind::Residue(name)) => {
                    Some(name.strip_suffix(" ?").unwrap_or(name).to_owned())
                }
                (false, _) => {
                    let label = labels.get(&LabelSubject::Residue(index));
                    Some(label.copied().unwrap_or_default().to_owned())
                }
            };
            match sections.last_mut() {
                Some(last) if is_ligand && last.residue.is_none() => last.atoms.extend(atoms),
                _ if atoms.is_empty() => {}
                _ => sections.push(Section {
                    residue: heading,
                    atoms,
                }),
            }
        }
        let mut table = Self {
            complex: picture.complex.clone(),
            center_z_angstrom: planned.center_angstrom.z,
            sections,
        };
        table.add_bonds(job);
        table
    }

    /// Adds the drawn bonds whose atoms are both listed, each to the earlier line.
    fn add_bonds(&mut self, job: &RenderJob) {
        let atoms = self.sections.iter().flat_map(|section| &section.atoms);
        let lines: BTreeMap<u32, usize> = (1..).zip(atoms).map(|(n, one)| (one.atom, n)).collect();
        let mut later: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for stick in &job.scene().cylinders {
            let ends = [stick.start_atom, stick.end_atom];
            if ends.contains(&Cylinder::NO_ATOM) {
                continue;
            }
            if let [Some(a), Some(b)] = ends.map(|atom| lines.get(&atom).copied())
                && a != b
            {
                later.entry(a.min(b)).or_default().push(a.max(b));
            }
        }
        let atoms = self
            .sections
            .iter_mut()
            .flat_map(|section| &mut section.atoms);
        for (line, atom) in (1..).zip(atoms) {
            atom.bonds = later.remove(&line).unwrap_or_default();
            atom.bonds.sort_unstable();
            atom.bonds.dedup();
        }
    }

    /// Writes the table in the language of a catalogue.
    ///
    /// `origin_z_angstrom` is the z of the origin in camera axes.
    fn text(
        &self,
        catalogue: &Catalogue,
        number: usize,
        caption: &str,
        origin_z_angstrom: f64,
    ) -> String {
        let mut text = catalogue.table_head(number, caption);
        let mut line = 0;
        for section in &self.sections {
            let ligand = catalogue.ligand_word();
            // Writing to a `String` does not fail.
            let _ = write!(text, "\n{}:", section.residue.as_deref().unwrap_or(ligand));
            for atom in &section.atoms {
                line += 1;
                let at = atom.camera_angstrom - DVec3::Z * origin_z_angstrom;
                let [x, y, z] = at.to_array().map(tenth);
                let bonds: Vec<String> = atom.bonds.iter().map(usize::to_string).collect();
                let bonds = bonds.join(" ");
                let _ = write!(text, "\n{line},{},{x:.1},{y:.1},{z:.1},{bonds}", atom.name);
            }
        }
        text
    }
}

/// Adds the tables of all pictures that a line of a plan has or its items show.
///
/// The seed is that of the plan.
///
/// # Errors
/// As [`JobBuilder::build`].
pub(crate) fn add_tables(
    builder: &mut JobBuilder<'_>,
    line: &ComplexPlan,
    seed: u64,
    tables: &mut PictureTables,
) -> Result<(), DatasetError> {
    for (path, picture) in &line.pictures {
        let planned = builder.build(line, picture)?;
        tables.insert(path.clone(), PictureTable::of(&planned, picture, seed));
    }
    add_foreign_tables(builder, line, seed, tables)
}

/// Adds the tables of pictures that items of a line show and other lines have, unless they are
/// there: T5 shows another complex, whose plain views are in the line of that complex.
///
/// # Errors
/// As [`JobBuilder::build`].
pub(crate) fn add_foreign_tables(
    builder: &mut JobBuilder<'_>,
    line: &ComplexPlan,
    seed: u64,
    tables: &mut PictureTables,
) -> Result<(), DatasetError> {
    for item in &line.items {
        // The options show the other complex after motions; without them, they are its views.
        let own = |path: &String| line.pictures.iter().find(|(other, _)| other == path);
        let Some((_, option)) = item.options.iter().find_map(own) else {
            continue;
        };
        for view in ViewName::ALL {
            let picture = PictureSpec {
                commands: vec![Command::View(view).to_string()],
                ..option.clone()
            };
            let path = picture.path(&picture.complex, seed);
            if item.images.contains(&path) && !tables.contains_key(&path) {
                let planned = builder.build(line, &picture)?;
                tables.insert(path, PictureTable::of(&planned, &picture, seed));
            }
        }
    }
    Ok(())
}

/// Rounds to a tenth.
///
/// The limits between tenths are shifted a little from the numbers with few binary digits, which
/// coordinates often are: else rounding noise of the camera would make two positions that differ by
/// 3 differ by 2.9 or 3.1.
fn tenth(value: f64) -> f64 {
    // Adding zero turns -0 into 0.
    ((value + 1e-6) * 10.0).round() / 10.0 + 0.0
}

/// Returns the tables of an item, one per picture, in the language of a catalogue.
///
/// # Errors
/// When `tables` lacks a picture.
pub(crate) fn item_tables(
    item: &Item,
    tables: &PictureTables,
    catalogue: &Catalogue,
) -> Result<Vec<String>, DatasetError> {
    let find = |path: &String| {
        tables.get(path).ok_or_else(|| {
            DatasetError::Request(format!("{} shows {path}, which has no table", item.id))
        })
    };
    let shown: Vec<&PictureTable> = item.images.iter().map(find).collect::<Result<_, _>>()?;
    let captions = catalogue.captions(item.task);
    let text = |((number, table), caption): ((usize, &&PictureTable), &String)| {
        let first = shown.iter().find(|other| other.complex == table.complex);
        let origin = first.map_or(0.0, |first| first.center_z_angstrom);
        table.text(catalogue, number, caption, origin)
    };
    Ok((1..).zip(&shown).zip(captions).map(text).collect())
}
