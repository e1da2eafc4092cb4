//! A tree with the structures of its files to a scene and where it is seen from.

use std::sync::Arc;

use glam::DVec3;
use molshot_molecule::{Element, Structure};

use super::budget::Budget;
use super::measure::{Ball, around, around_atoms, enclosing};
use super::motion::Motion;
use super::notes::Notes;
use super::places::Places;
use super::primitive::Primitives;
use super::representation::{Bodies, DEFAULT_COLOR, Look, colors};
use super::selector::Selector;
use super::texts::Texts;
use super::tree::Node;
use super::viewpoint::{Focus, viewpoint};
use super::{SnapshotScene, StructureNodes};
use crate::colors::Rgb;
use crate::error::SceneError;
use crate::labels::{Labels, Outline};
use crate::request::{BackgroundRequest, RenderRequest, effects};
use crate::scene::{Background, DepthCue, Lighting, Scene, SceneParts};

/// A structure in the scene: its index among all, and the index of its first atom.
type Copy = (Arc<Structure>, u32);

/// A scene in the making.
struct Builder {
    placed: Vec<Arc<Structure>>,
    /// Number of atoms of `placed`.
    atoms: usize,
    places: Places,
    bodies: Bodies,
    texts: Texts,
    focuses: Vec<Focus>,
    notes: Notes,
    budget: Budget,
}

/// Builds the scene of a tree; `structures` belong to `nodes`, in order.
pub(super) fn build(
    root: &Node,
    nodes: &StructureNodes,
    structures: &[Arc<Structure>],
    request: &RenderRequest,
    notes: Notes,
) -> Result<SnapshotScene, SceneError> {
    let style = &request.style;
    let mut builder = Builder {
        placed: Vec::new(),
        atoms: 0,
        places: Places::default(),
        bodies: Bodies::default(),
        texts: Texts::new(&style.label_style),
        focuses: Vec::new(),
        notes,
        budget: Budget::default(),
    };
    // Primitives may refer to structures behind them.
    let mut groups: Vec<(&Node, Option<usize>)> = Vec::new();
    for (file, structure) in nodes.files.iter().zip(structures) {
        if let Some(node) = find(root, &file.pointer) {
            let place = builder.structure(node, structure)?;
            groups.extend(
                node.children_of("primitives")
                    .map(|group| (group, Some(place))),
            );
        }
    }
    groups.extend(root.children_of("primitives").map(|group| (group, None)));
    for (group, parent) in groups {
        builder.primitives(group, parent)?;
    }
    builder.finish(root, request)
}

impl Bodies {
    /// A sphere around everything.
    fn ball_with(&self, texts: &Texts) -> Ball {
        let all = self
            .spheres
            .iter()
            .map(|sphere| (sphere.center_angstrom, sphere.radius_angstrom))
            .chain(self.cylinders.iter().flat_map(|stick| {
                [stick.start_angstrom, stick.end_angstrom].map(|end| (end, stick.radius_angstrom))
            }))
            .chain(texts.list.iter().map(|label| (label.anchor_angstrom, 0.0)))
            .map(|(center, radius)| (DVec3::from_array(center.map(f64::from)), f64::from(radius)));
        around(all).unwrap_or(Ball {
            center: DVec3::ZERO,
            radius: 1.0,
        })
    }
}

/// The node at a JSON pointer.
fn find<'a>(node: &'a Node, pointer: &str) -> Option<&'a Node> {
    if node.pointer == pointer {
        return Some(node);
    }
    let below = |child: &&Node| {
        pointer == child.pointer || pointer.starts_with(&format!("{}/", child.pointer))
    };
    node.children
        .iter()
        .find(below)
        .and_then(|child| find(child, pointer))
}

impl Builder {
    /// Makes the scene of what was drawn, and finds where it is seen from.
    fn finish(self, root: &Node, request: &RenderRequest) -> Result<SnapshotScene, SceneError> {
        let style = &request.style;
        let Self {
            placed,
            bodies,
            texts,
            focuses,
            mut notes,
            places,
            ..
        } = self;
        drop(places);
        for node in [root]
            .into_iter()
            .chain(root.children_of("canvas"))
            .chain(root.children_of("camera"))
        {
            if !node.custom.is_empty() {
                notes.add(
                    "settings of Mol* (\"custom\") are not looked at",
                    &node.pointer,
                );
            }
        }
        if bodies.spheres.is_empty() && bodies.cylinders.is_empty() && texts.list.is_empty() {
            let sentences = notes.into_sentences();
            return Err(SceneError::Empty {
                pointer: root.pointer.clone(),
                problem: if sentences.is_empty() {
                    format!(
                        "{}: the tree has no representation, label or primitive of any atom",
                        root.pointer
                    )
                } else {
                    sentences.join("; ")
                },
                remedy: "give a representation of type ball_and_stick, spacefill or line".into(),
            });
        }
        let whole = bodies.ball_with(&texts);
        let view = viewpoint(root, &focuses, whole, &mut notes)?;
        let structure = match placed.len() {
            1 => placed
                .into_iter()
                .next()
                .unwrap_or_else(|| Arc::new(Structure::from_points(Vec::new()))),
            _ => Arc::new(Structure::merge(
                placed.into_iter().map(Arc::unwrap_or_clone).collect(),
            )),
        };
        let background = match style.background {
            BackgroundRequest::Transparent => Background {
                color: [0; 3],
                transparent: true,
            },
            BackgroundRequest::Color(color) => Background {
                color: color.0,
                transparent: false,
            },
        };
        let outline_px = style.label_style.outline_px;
        let labels = Labels {
            list: texts.list,
            // Mol*'s texts have a black rim.
            outline: (outline_px > 0.0).then_some(Outline {
                width_px: outline_px as f32,
                color: [0; 3],
            }),
            on_top: style.label_style.on_top,
            declutter: style.label_style.declutter,
        };
        let scene = Scene::from_parts(SceneParts {
            spheres: bodies.spheres,
            cylinders: bodies.cylinders,
            lighting: Lighting::simple(),
            depth_cue: style.depth_cue.then_some(DepthCue::DEFAULT),
            background,
            structure,
        })?
        .with_labels(labels)?
        .with_effects(effects(
            style.silhouettes,
            style.ambient_occlusion,
            style.shadows,
        )?)?;
        Ok(SnapshotScene {
            scene,
            view,
            notes: notes.into_sentences(),
        })
    }

    /// Draws a structure node, and returns its place.
    fn structure(&mut self, node: &Node, source: &Arc<Structure>) -> Result<usize, SceneError> {
        let part = source.parts().first();
        if part.is_some_and(|part| part.alternates_left_out > 0) && names_indices(node) {
            self.notes.add(
                "atom_index and residue_index count what was read: alternate locations are left out",
                &node.pointer,
            );
        }
        let copies = self.copies(node, &[(Arc::clone(source), 0)], None)?;
        let (moved, _) = &copies[0];
        let moved = Arc::clone(moved);
        let place = self.places.add(node, Arc::clone(&moved), None);
        // Mol*'s labels have the colours of a representation of their structure.
        let labelled = node
            .children_of("component")
            .any(|component| component.children_of("label").next().is_some());
        let representations =
            |component: &'_ Node| component.children_of("representation").next().cloned();
        let of_labels = match node.children_of("component").find_map(representations) {
            Some(first) if labelled => {
                colors(&first, &moved, &mut Notes::default(), &mut self.budget)?
            }
            _ => vec![DEFAULT_COLOR.opaque(); if labelled { moved.atoms().len() } else { 0 }],
        };
        for child in &node.children {
            match child.kind.as_str() {
                "component" => self.component(child, &copies, &of_labels)?,
                "component_from_uri" | "component_from_source" => {
                    self.notes
                        .add("components from annotations are not drawn", &child.pointer);
                }
                "label_from_uri" | "label_from_source" => {
                    self.notes
                        .add("labels from annotations are not drawn", &child.pointer);
                }
                "tooltip_from_uri" | "tooltip_from_source" => self.tooltip(child),
                "primitives_from_uri" => self.other_file(child),
                _ => {}
            }
        }
        Ok(place)
    }

    fn tooltip(&mut self, node: &Node) {
        self.notes.add("a picture has no tooltips", &node.pointer);
    }

    fn other_file(&mut self, node: &Node) {
        self.notes
            .add("primitives from other files are not drawn", &node.pointer);
    }

    /// The copies that a node's `transform` and `instance` nodes make of structures. Only the atoms
    /// within `mask` move. A node without them adds nothing, unless it is a structure's.
    fn copies(
        &mut self,
        node: &Node,
        of: &[Copy],
        mask: Option<&[bool]>,
    ) -> Result<Vec<Copy>, SceneError> {
        let read = |kind| {
            node.children_of(kind)
                .map(|child| Ok((Motion::read(child)?, child)))
        };
        let motions: Vec<(Motion, &Node)> = read("transform").collect::<Result<_, SceneError>>()?;
        let instances: Vec<(Motion, &Node)> =
            read("instance").collect::<Result<_, SceneError>>()?;
        if mask.is_some() && motions.is_empty() && instances.is_empty() {
            return Ok(of.to_vec());
        }
        let instances = if instances.is_empty() {
            vec![(Motion::NONE, node)]
        } else {
            instances
        };
        let mut copies = Vec::new();
        for (structure, _) in of {
            for (instance, at) in &instances {
                self.budget.copy(structure.atoms().len(), &at.pointer)?;
                let steps = motions
                    .iter()
                    .map(|(motion, _)| motion)
                    .chain(std::iter::once(instance));
                let moved = if motions.is_empty() && std::ptr::eq(*at, node) {
                    Arc::clone(structure)
                } else {
                    moved(structure, steps, mask).ok_or_else(|| {
                        SceneError::invalid(
                            &at.pointer,
                            "this moves atoms out of the range of coordinates".into(),
                            "give a shorter way".into(),
                        )
                    })?
                };
                let first = self.atoms as u32;
                self.atoms += moved.atoms().len();
                self.placed.push(Arc::clone(&moved));
                copies.push((moved, first));
            }
        }
        Ok(copies)
    }

    fn component(
        &mut self,
        node: &Node,
        copies: &[Copy],
        of_labels: &[[u8; 4]],
    ) -> Result<(), SceneError> {
        let pointer = node.pointer_to("selector");
        let selector = Selector::read(node.param("selector"), &pointer, &mut self.notes)?;
        let mask = selector.mask(&copies[0].0, &pointer, &mut self.budget)?;
        if !mask.contains(&true) {
            self.notes.add("the selector selects no atom", &pointer);
            return Ok(());
        }
        let copies = self.copies(node, copies, Some(&mask))?;
        if node.reference.is_some() {
            self.places
                .add(node, Arc::clone(&copies[0].0), Some(mask.clone()));
        }
        for child in &node.children {
            match child.kind.as_str() {
                "representation" => self.represent(child, &copies, &mask)?,
                "label" => {
                    let text = child.required("text", child.text("text")?)?;
                    for (structure, _) in &copies {
                        self.label(child, text, structure, &mask, of_labels);
                    }
                }
                "focus" => {
                    let balls: Vec<_> = copies
                        .iter()
                        .filter_map(|(copy, _)| around_atoms(copy, &mask))
                        .collect();
                    let ball = around(balls.iter().map(|ball| (ball.center, ball.radius)));
                    self.focuses
                        .extend(ball.map(|ball| Focus::read(child, ball)).transpose()?);
                }
                "tooltip" => self.tooltip(child),
                _ => {}
            }
        }
        Ok(())
    }

    fn represent(&mut self, node: &Node, copies: &[Copy], mask: &[bool]) -> Result<(), SceneError> {
        let Some(look) = Look::read(node, &mut self.notes)? else {
            return Ok(());
        };
        let first = &copies[0].0;
        let colors = colors(node, first, &mut self.notes, &mut self.budget)?;
        let bodies = mask.iter().filter(|drawn| **drawn).count() + first.bonds().len();
        self.budget.draw(bodies * copies.len(), &node.pointer)?;
        for (structure, first) in copies {
            look.draw(structure, *first, mask, &colors, &mut self.bodies);
        }
        Ok(())
    }

    /// A label in the middle of atoms, as high in angstrom as the cube root of the number of its
    /// heavy atoms, as in Mol* (`extensions/mvs/helpers/label-text.js`).
    fn label(
        &mut self,
        node: &Node,
        text: &str,
        structure: &Structure,
        mask: &[bool],
        colors: &[[u8; 4]],
    ) {
        let Some(bounds) = enclosing(structure, mask) else {
            return;
        };
        let elements = structure.atoms().element.iter().zip(mask);
        let masked = elements
            .filter(|(_, masked)| **masked)
            .map(|(element, _)| *element);
        let all = masked.clone().count();
        let heavy = masked.filter(|element| *element != Element::H).count();
        let count = if heavy == 0 { all } else { heavy };
        let first = mask.iter().position(|masked| *masked).unwrap_or_default();
        let [r, g, b, _] = colors
            .get(first)
            .copied()
            .unwrap_or_else(|| DEFAULT_COLOR.opaque());
        let size = (count as f64).cbrt();
        self.texts.add(
            text,
            bounds.center(),
            size,
            0.0,
            Rgb([r, g, b]),
            &mut self.notes,
            &node.pointer,
        );
    }

    fn primitives(&mut self, node: &Node, parent: Option<usize>) -> Result<(), SceneError> {
        let mut primitives = Primitives {
            places: &self.places,
            parent,
            bodies: &mut self.bodies,
            texts: &mut self.texts,
            notes: &mut self.notes,
            budget: &mut self.budget,
        };
        let reached = primitives.draw(node)?;
        for child in node.children_of("focus") {
            let ball = around(reached.iter().map(|point| (*point, 0.0)));
            self.focuses
                .extend(ball.map(|ball| Focus::read(child, ball)).transpose()?);
        }
        Ok(())
    }
}

/// Whether a selector of the tree counts atoms or residues of the file.
fn names_indices(node: &Node) -> bool {
    let of_selector = |value: &serde_json::Value| {
        let has = |value: &serde_json::Value| {
            value
                .get("atom_index")
                .or(value.get("residue_index"))
                .is_some()
        };
        has(value) || value.as_array().is_some_and(|list| list.iter().any(has))
    };
    node.param("selector").is_some_and(of_selector) || node.children.iter().any(names_indices)
}

/// A structure with its atoms, or those of a mask, moved step by step; `None` where that leads out
/// of the range of coordinates.
fn moved<'a>(
    structure: &Structure,
    steps: impl Iterator<Item = &'a Motion>,
    mask: Option<&[bool]>,
) -> Option<Arc<Structure>> {
    let mut positions = structure.atoms().position_angstrom.clone();
    match mask {
        None => steps.for_each(|step| step.apply(&mut positions)),
        Some(mask) => {
            let atoms: Vec<usize> = (0..mask.len()).filter(|atom| mask[*atom]).collect();
            let mut points: Vec<[f32; 3]> = atoms.iter().map(|atom| positions[*atom]).collect();
            steps.for_each(|step| step.apply(&mut points));
            for (atom, point) in atoms.into_iter().zip(points) {
                positions[atom] = point;
            }
        }
    }
    structure.with_positions(positions).map(Arc::new)
}
