//! `representation` nodes: atoms to spheres and cylinders, and their colours.
//!
//! Sizes are Mol*'s (npm package `molstar` 5.6.1, `extensions/mvs/load-helpers.js`): balls of
//! 0.5 angstrom and sticks of half of that, each times `size_factor`; `spacefill` has van der Waals
//! radii, which are molshot's. Mol* draws `line` two pixels wide at any distance; here lines are
//! thin sticks.

use glam::Vec3;
use molshot_molecule::{CancelToken, Element, Structure};

use super::budget::Budget;
use super::notes::Notes;
use super::selector::Selector;
use super::tree::Node;
use crate::build::{SHORTEST_STICK_ANGSTROM, atom_colors};
use crate::colors::{Rgb, shorten};
use crate::error::SceneError;
use crate::request::{ColorScheme, StyleRequest};
use crate::scene::{Cylinder, Sphere};

/// Radius of balls, angstrom.
const BALL_RADIUS_ANGSTROM: f64 = 0.5;
/// Radius of sticks, angstrom.
const STICK_RADIUS_ANGSTROM: f64 = 0.25;
/// Radius of lines, angstrom.
pub(super) const LINE_RADIUS_ANGSTROM: f64 = 0.05;
/// Radius of the dot that an atom without bonds is among lines, in radii of a line.
const DOT_IN_LINES: f32 = 3.0;
/// Mol*'s colour of what has none.
pub(super) const DEFAULT_COLOR: Rgb = Rgb([255; 3]);

/// Types of representations, those that can be drawn first.
const TYPES: [&str; 10] = [
    "ball_and_stick",
    "spacefill",
    "line",
    "cartoon",
    "backbone",
    "carbohydrate",
    "surface",
    "isosurface",
    "putty",
    "gaussian_surface",
];

/// How atoms are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Form {
    /// Balls of one radius and sticks.
    BallAndStick,
    /// Balls of the van der Waals radii.
    Spacefill,
    /// Thin sticks.
    Line,
}

/// What a representation draws.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look {
    pub(super) form: Form,
    size_factor: f32,
    ignore_hydrogens: bool,
}

impl Look {
    /// Reads a `representation` node; `None` where nothing of it is drawn, with a note.
    pub(super) fn read(node: &Node, notes: &mut Notes) -> Result<Option<Self>, SceneError> {
        let kind = node.required("type", node.word("type", &TYPES)?)?;
        let size_factor = node.size("size_factor")?.unwrap_or(1.0) as f32;
        let ignore_hydrogens = node.flag("ignore_hydrogens")?.unwrap_or(false);
        let mut opacity = 1.0;
        for child in &node.children {
            match child.kind.as_str() {
                "opacity" => opacity = child.required("opacity", child.number("opacity")?)?,
                "clip" => notes.add(
                    "clipping is not applied: the whole representation is drawn",
                    &child.pointer,
                ),
                _ => {}
            }
        }
        let form = match kind {
            "ball_and_stick" => Form::BallAndStick,
            "spacefill" => Form::Spacefill,
            "line" => Form::Line,
            _ => {
                notes.add(
                    format!("representations of type {kind} are not drawn; molshot draws spheres and sticks"),
                    &node.pointer,
                );
                return Ok(None);
            }
        };
        if node.custom.contains_key("molstar_representation_params") {
            notes.add(
                "settings of Mol* (\"custom\") are not looked at",
                &node.pointer,
            );
        }
        if opacity <= 0.0 || size_factor <= 0.0 {
            return Ok(None);
        }
        if opacity < 1.0 {
            notes.add("an opacity below 1 is drawn opaque", &node.pointer);
        }
        Ok(Some(Self {
            form,
            size_factor,
            ignore_hydrogens,
        }))
    }

    /// Draws the atoms of `mask`, whose indices in the scene begin at `first`.
    pub(super) fn draw(
        self,
        structure: &Structure,
        first: u32,
        mask: &[bool],
        colors: &[[u8; 4]],
        bodies: &mut Bodies,
    ) {
        let atoms = structure.atoms();
        let drawn = |atom: usize| {
            mask[atom] && !(self.ignore_hydrogens && atoms.element[atom] == Element::H)
        };
        let positions = &atoms.position_angstrom;
        let mut bonded = vec![false; mask.len()];
        if self.form != Form::Spacefill {
            let (radius, caps) = match self.form {
                Form::Line => (LINE_RADIUS_ANGSTROM as f32, Cylinder::ROUND),
                _ => (STICK_RADIUS_ANGSTROM as f32, Cylinder::OPEN),
            };
            for bond in structure.bonds() {
                let (a, b) = (bond.a as usize, bond.b as usize);
                let length =
                    Vec3::from_array(positions[a]).distance(Vec3::from_array(positions[b]));
                if !(drawn(a) && drawn(b) && length >= SHORTEST_STICK_ANGSTROM) {
                    continue;
                }
                bonded[a] = true;
                bonded[b] = true;
                bodies.cylinders.push(Cylinder {
                    start_angstrom: positions[a],
                    radius_angstrom: radius * self.size_factor,
                    end_angstrom: positions[b],
                    caps,
                    start_color: colors[a],
                    end_color: colors[b],
                    start_atom: first + bond.a,
                    end_atom: first + bond.b,
                });
            }
        }
        for atom in (0..mask.len()).filter(|atom| drawn(*atom)) {
            let radius = match self.form {
                Form::BallAndStick => BALL_RADIUS_ANGSTROM as f32,
                Form::Spacefill => atoms.element[atom].vdw_radius_angstrom(),
                Form::Line if bonded[atom] => continue,
                Form::Line => DOT_IN_LINES * LINE_RADIUS_ANGSTROM as f32,
            };
            bodies.spheres.push(Sphere {
                center_angstrom: positions[atom],
                radius_angstrom: radius * self.size_factor,
                color: colors[atom],
                atom: first + atom as u32,
            });
        }
    }
}

/// Spheres and cylinders of a scene.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    pub(super) spheres: Vec<Sphere>,
    pub(super) cylinders: Vec<Cylinder>,
}

/// The colours of a representation's atoms: those of its `color` nodes, later ones over earlier
/// ones.
pub(super) fn colors(
    node: &Node,
    structure: &Structure,
    notes: &mut Notes,
    budget: &mut Budget,
) -> Result<Vec<[u8; 4]>, SceneError> {
    let mut colors = vec![DEFAULT_COLOR.opaque(); structure.atoms().len()];
    for child in &node.children {
        match child.kind.as_str() {
            "color" => {
                let pointer = child.pointer_to("selector");
                let selector = Selector::read(child.param("selector"), &pointer, notes)?;
                let mask = selector.mask(structure, &pointer, budget)?;
                let color = child.color("color")?.unwrap_or(DEFAULT_COLOR).opaque();
                let theme = theme(child, structure, notes);
                for (atom, own) in colors.iter_mut().enumerate().filter(|(atom, _)| mask[*atom]) {
                    *own = theme.as_ref().map_or(color, |theme| theme[atom]);
                }
            }
            "color_from_uri" | "color_from_source" => notes.add(
                "colours from annotations are not read: the atoms keep the colours of the nodes before",
                &child.pointer,
            ),
            _ => {}
        }
    }
    Ok(colors)
}

/// The colours of a theme of Mol* that a `color` node names beside the format.
fn theme(node: &Node, structure: &Structure, notes: &mut Notes) -> Option<Vec<[u8; 4]>> {
    let name = match node.custom.get("molstar_color_theme_name") {
        Some(name) => name.as_str().unwrap_or_default(),
        None if node.custom.contains_key("molstar_use_default_coloring") => "element-symbol",
        None => return None,
    };
    let scheme = match name {
        "element-symbol" => ColorScheme::Element,
        "chain-id" => ColorScheme::Chain,
        "residue-name" => ColorScheme::Residue,
        _ => {
            notes.add(
                format!(
                    "the colour theme \"{}\" of Mol* is not known",
                    shorten(name)
                ),
                &node.pointer,
            );
            return None;
        }
    };
    notes.add(
        format!("the colour theme {name} of Mol* is drawn in molshot's colours of that kind"),
        &node.pointer,
    );
    // Of these schemes none can fail.
    atom_colors(
        structure,
        scheme,
        &StyleRequest::default(),
        &vec![true; structure.atoms().len()],
        &CancelToken::new(),
    )
    .ok()
}
