//! Class masks: the class of what each pixel shows.
//!
//! A class mask is the atom-id plane with every atom replaced by the index of its class; 0 is
//! nothing. The indices:
//!
//! | mask | index |
//! |---|---|
//! | `mask-element` | atomic number; 119 for an unknown element |
//! | `mask-residue` | residue name: 1 to 20 the amino acids by three-letter code, 21 to 28 the nucleotides A C G U DA DC DG DT, 29 water of any name, from 30 on any other name of the structure, sorted |
//! | `mask-chain` | the structure's chains in their order, from 1 |
//! | `mask-role` | 1 pocket, 2 ligand, 3 polymer, 4 water, 5 ion, 6 marker |
//!
//! The indices of elements, roles and standard residues are the same in all pictures; the legend
//! lists all of them.

use std::collections::BTreeSet;

use molshot_molecule::{Element, PartRole, Residue, ResidueClass, Structure};
use molshot_scenes::colors::{Rgb, chain_color, residue_color};
use molshot_scenes::{Plane, RenderJob};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::document::Role;
use super::ids_of;
use crate::cancel::CancelToken;
use crate::encode::indexed_png;
use crate::error::RenderError;
use crate::frame::Frame;

/// Index of an unknown element: the one after oganesson.
const UNKNOWN_ELEMENT: u8 = 119;
/// Names with a fixed index, from 1.
const STANDARD_RESIDUES: [&str; 28] = [
    "ALA", "ARG", "ASN", "ASP", "CYS", "GLN", "GLU", "GLY", "HIS", "ILE", "LEU", "LYS", "MET",
    "PHE", "PRO", "SER", "THR", "TRP", "TYR", "VAL", "A", "C", "G", "U", "DA", "DC", "DG", "DT",
];
const WATER_INDEX: u8 = 29;
const FIRST_FREE_RESIDUE: u8 = 30;

/// What a residue is in its scene.
#[must_use]
pub fn role_of(structure: &Structure, residue: &Residue) -> Role {
    let part = structure.part_of(residue).role;
    match (part, residue.class) {
        (PartRole::Ligand, _) => Role::Ligand,
        (_, ResidueClass::Water) => Role::Water,
        (_, ResidueClass::Marker) => Role::Marker,
        (PartRole::Pocket, _) => Role::Pocket,
        (_, class) if class.is_polymer() => Role::Polymer,
        (_, ResidueClass::Ion) => Role::Ion,
        _ => Role::Ligand,
    }
}

/// One class of a mask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClassEntry {
    /// Value of its pixels.
    pub index: u8,
    /// Element symbol, residue name (of water all that the structure has, such as `HOH,WAT`), chain
    /// id (empty where the file leaves it blank) or role.
    pub name: String,
    /// Colour of the index in the mask's palette, `#RRGGBB`.
    pub color: String,
    /// Number of its pixels.
    pub pixels: u64,
}

/// The legend of a class mask.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Legend {
    /// Name of the plane.
    pub plane: String,
    /// Width of the drawn region.
    pub width_px: u32,
    /// Height of the drawn region.
    pub height_px: u32,
    /// Every class that the structure has, by index. Index 0 is nothing and is not listed.
    pub classes: Vec<ClassEntry>,
}

/// A class mask with its legend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassMask {
    /// One index per pixel of the drawn region, rows from top to bottom.
    pub indices: Vec<u8>,
    /// What the indices mean.
    pub legend: Legend,
}

/// The classes of a structure's atoms: all that a class mask needs beside the atom-id plane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassTable {
    /// Name of the plane.
    plane: String,
    /// Classes without counts of pixels.
    entries: Vec<ClassEntry>,
    /// The class of every atom.
    of_atom: Vec<u8>,
}

impl ClassTable {
    /// The table of a structure. `plane` is one of the masks.
    ///
    /// # Errors
    /// [`RenderError::Encode`] for a plane that is not a mask, and when there are more than 255
    /// classes.
    pub fn new(structure: &Structure, plane: Plane) -> Result<Self, RenderError> {
        let classes = Classes::new(structure, plane)?;
        let entry = |(index, name, Rgb([r, g, b])): (u8, String, Rgb)| ClassEntry {
            index,
            name,
            color: format!("#{r:02X}{g:02X}{b:02X}"),
            pixels: 0,
        };
        Ok(Self {
            plane: plane.name().into(),
            entries: classes.entries.into_iter().map(entry).collect(),
            of_atom: classes.of_atom,
        })
    }

    /// The mask of an atom-id plane of `width_px` columns. Ids beyond the structure are nothing.
    /// Looks at `cancel` before each row of pixels.
    ///
    /// # Errors
    /// [`RenderError::Cancelled`].
    pub fn mask(
        &self,
        ids: &[u32],
        width_px: u32,
        cancel: &CancelToken,
    ) -> Result<ClassMask, RenderError> {
        let mut pixels = [0_u64; 256];
        let mut indices = Vec::with_capacity(ids.len());
        let rows = ids.chunks(width_px.max(1) as usize);
        let height_px = rows.len() as u32;
        for row in rows {
            cancel.check()?;
            for id in row {
                let atom = id.checked_sub(1).map(|atom| atom as usize);
                let class = atom.and_then(|atom| self.of_atom.get(atom).copied());
                let class = class.unwrap_or(0);
                pixels[usize::from(class)] += 1;
                indices.push(class);
            }
        }
        let counted = |entry: &ClassEntry| ClassEntry {
            pixels: pixels[usize::from(entry.index)],
            ..entry.clone()
        };
        Ok(ClassMask {
            indices,
            legend: Legend {
                plane: self.plane.clone(),
                width_px,
                height_px,
                classes: self.entries.iter().map(counted).collect(),
            },
        })
    }
}

/// Index, name and colour of every class, and the class of every atom.
pub(super) struct Classes {
    pub(super) entries: Vec<(u8, String, Rgb)>,
    pub(super) of_atom: Vec<u8>,
}

impl Classes {
    /// The classes of a structure. `plane` is one of the masks.
    ///
    /// # Errors
    /// [`RenderError::Encode`] for a plane that is not a mask, and when there are more than 255
    /// classes.
    pub(super) fn new(structure: &Structure, plane: Plane) -> Result<Self, RenderError> {
        match plane {
            Plane::MaskElement => Ok(elements(structure)),
            Plane::MaskResidue => residues(structure),
            Plane::MaskChain => chains(structure),
            Plane::MaskRole => Ok(roles(structure)),
            _ => Err(RenderError::Encode {
                problem: format!("the plane {} is not a class mask", plane.name()),
                remedy: "use mask-element, mask-residue, mask-chain or mask-role".into(),
            }),
        }
    }
}

fn elements(structure: &Structure) -> Classes {
    let index = |element: Element| match element.atomic_number() {
        0 => UNKNOWN_ELEMENT,
        number => number,
    };
    let present: BTreeSet<u8> = structure
        .atoms()
        .element
        .iter()
        .map(|e| index(*e))
        .collect();
    let entry = |index: u8| {
        let element = Element::from_atomic_number(index).unwrap_or(Element::UNKNOWN);
        (index, element.symbol().to_owned(), Rgb(element.color_rgb()))
    };
    Classes {
        entries: present.into_iter().map(entry).collect(),
        of_atom: structure
            .atoms()
            .element
            .iter()
            .map(|e| index(*e))
            .collect(),
    }
}

/// What the structure calls its water, sorted, with commas between several names: all of them are
/// one class.
fn water_name(structure: &Structure) -> String {
    let names: BTreeSet<&str> = structure
        .residues()
        .iter()
        .filter(|residue| residue.class == ResidueClass::Water)
        .map(|residue| residue.name.as_str())
        .collect();
    names.into_iter().collect::<Vec<_>>().join(",")
}

/// The class of every atom from that of its residue.
fn by_residue(structure: &Structure, of_residue: &[u8]) -> Vec<u8> {
    let residue = &structure.atoms().residue;
    residue.iter().map(|r| of_residue[*r as usize]).collect()
}

fn too_many(what: &str, count: usize) -> RenderError {
    RenderError::Encode {
        problem: format!("{count} {what} are more than the 255 that a class mask can distinguish"),
        remedy: "use the planes atom-id and residue-id".into(),
    }
}

fn residues(structure: &Structure) -> Result<Classes, RenderError> {
    let standard = |residue: &Residue| {
        if residue.class == ResidueClass::Water {
            return Some(WATER_INDEX);
        }
        STANDARD_RESIDUES
            .iter()
            .position(|name| *name == residue.name)
            .map(|at| at as u8 + 1)
    };
    let others: BTreeSet<&str> = structure
        .residues()
        .iter()
        .filter(|residue| standard(residue).is_none())
        .map(|residue| residue.name.as_str())
        .collect();
    let free = usize::from(u8::MAX - FIRST_FREE_RESIDUE) + 1;
    if others.len() > free {
        return Err(too_many(
            "names of residues",
            others.len() + usize::from(FIRST_FREE_RESIDUE) - 1,
        ));
    }
    let others: Vec<&str> = others.into_iter().collect();
    let of_residue: Vec<u8> = structure
        .residues()
        .iter()
        .map(|residue| {
            standard(residue).unwrap_or_else(|| {
                let at = others.partition_point(|name| *name < residue.name.as_str());
                FIRST_FREE_RESIDUE + at as u8
            })
        })
        .collect();
    let present: BTreeSet<u8> = of_residue.iter().copied().collect();
    let water = water_name(structure);
    let entry = |index: u8| {
        let at = usize::from(index);
        let name = match index {
            WATER_INDEX => water.as_str(),
            FIRST_FREE_RESIDUE.. => others[at - usize::from(FIRST_FREE_RESIDUE)],
            _ => STANDARD_RESIDUES[at - 1],
        };
        let color = residue_color(if index == WATER_INDEX { "HOH" } else { name });
        (index, name.to_owned(), color)
    };
    Ok(Classes {
        entries: present.into_iter().map(entry).collect(),
        of_atom: by_residue(structure, &of_residue),
    })
}

fn chains(structure: &Structure) -> Result<Classes, RenderError> {
    let chains = structure.chains();
    if chains.len() > usize::from(u8::MAX) {
        return Err(too_many("chains", chains.len()));
    }
    let of_residue: Vec<u8> = structure
        .residues()
        .iter()
        .map(|residue| residue.chain as u8 + 1)
        .collect();
    Ok(Classes {
        entries: (1..)
            .zip(chains)
            .map(|(index, chain)| {
                let color = chain_color(usize::from(index) - 1);
                (index, chain.id.to_string(), color)
            })
            .collect(),
        of_atom: by_residue(structure, &of_residue),
    })
}

fn roles(structure: &Structure) -> Classes {
    let index = |role: Role| role as u8 + 1;
    let color = |role: Role| match role {
        Role::Pocket => Rgb::from_hex(0xBF_99_F2),
        Role::Ligand => Rgb::from_hex(0x90_90_90),
        Role::Polymer => Rgb::from_hex(0xF2_B3_66),
        Role::Water => Rgb::from_hex(0x33_99_FF),
        Role::Ion => Rgb::from_hex(0x66_CC_66),
        Role::Marker => Rgb::from_hex(0xFF_FF_FF),
    };
    let of_residue: Vec<u8> = structure
        .residues()
        .iter()
        .map(|residue| index(role_of(structure, residue)))
        .collect();
    Classes {
        entries: Role::ALL
            .into_iter()
            .filter(|role| of_residue.contains(&index(*role)))
            .map(|role| (index(role), role.name().to_owned(), color(role)))
            .collect(),
        of_atom: by_residue(structure, &of_residue),
    }
}

/// The class mask of a picture. `plane` is one of the masks; `frame` is the job's, with its atom-id
/// plane.
///
/// # Errors
/// [`RenderError::Encode`] when the frame has no atom-id plane, when the plane is not a mask, or
/// when there are more than 255 classes.
pub fn class_mask(job: &RenderJob, frame: &Frame, plane: Plane) -> Result<ClassMask, RenderError> {
    class_mask_cancellable(job, frame, plane, &CancelToken::new())
}

/// Makes a mask as [`class_mask`], and looks at `cancel` before each row of pixels.
///
/// # Errors
/// As [`class_mask`], and [`RenderError::Cancelled`].
pub fn class_mask_cancellable(
    job: &RenderJob,
    frame: &Frame,
    plane: Plane,
    cancel: &CancelToken,
) -> Result<ClassMask, RenderError> {
    cancel.check()?;
    let ids = ids_of(job, frame)?;
    ClassTable::new(&job.scene().structure, plane)?.mask(ids, frame.width_px, cancel)
}

impl ClassMask {
    /// The mask as an indexed PNG of eight bits: pixels are the indices, the palette has the
    /// legend's colours.
    ///
    /// # Errors
    /// [`RenderError::Encode`] when the encoder fails.
    pub fn png(&self) -> Result<Vec<u8>, RenderError> {
        let mut palette = vec![0; 256 * 3];
        for class in &self.legend.classes {
            let color: Rgb = class.color.parse().map_err(|problem| RenderError::Encode {
                problem,
                remedy: "write the legend's colours as #RRGGBB".into(),
            })?;
            palette[usize::from(class.index) * 3..][..3].copy_from_slice(&color.0);
        }
        let size_px = (self.legend.width_px, self.legend.height_px);
        indexed_png(size_px, palette, &self.indices)
    }
}
