//! `primitives` nodes: tubes, lines, boxes' edges, distances, angles and texts.
//!
//! Bodies of primitives belong to no atom: the planes of ids show nothing there.

use glam::{DMat4, DVec3};
use serde_json::Value;

use super::budget::Budget;
use super::motion::instances;
use super::notes::Notes;
use super::places::Places;
use super::representation::{Bodies, DEFAULT_COLOR, LINE_RADIUS_ANGSTROM};
use super::texts::Texts;
use super::tree::Node;
use crate::colors::Rgb;
use crate::error::SceneError;
use crate::scene::Cylinder;

/// Kinds of primitives.
const KINDS: [&str; 10] = [
    "tube",
    "lines",
    "distance_measurement",
    "angle_measurement",
    "label",
    "arrow",
    "ellipsoid",
    "box",
    "ellipse",
    "mesh",
];
/// Radius of tubes without one, angstrom.
const TUBE_RADIUS_ANGSTROM: f64 = 0.05;
/// Radius of a box's edges without one, angstrom.
const EDGE_RADIUS_ANGSTROM: f64 = 0.1;
/// Most dashes of a tube.
const MAX_DASHES: f64 = 10_000.0;
/// A ball is a cylinder with round ends that is this share of its radius long.
const BALL_LENGTH: f64 = 1e-2;

/// Draws the primitives of one `primitives` node.
pub(super) struct Primitives<'a> {
    pub(super) places: &'a Places,
    /// The structure that positions refer to without a reference: index into `places`.
    pub(super) parent: Option<usize>,
    pub(super) bodies: &'a mut Bodies,
    pub(super) texts: &'a mut Texts,
    pub(super) notes: &'a mut Notes,
    pub(super) budget: &'a mut Budget,
}

/// What holds for all primitives of a group.
struct Group {
    color: Rgb,
    label_color: Rgb,
    instances: Vec<DMat4>,
}

impl Primitives<'_> {
    /// Draws the group and returns the points that it reaches.
    pub(super) fn draw(&mut self, node: &Node) -> Result<Vec<DVec3>, SceneError> {
        let instances = match node.param("instances") {
            None => vec![DMat4::IDENTITY],
            Some(Value::Array(list)) if list.is_empty() => vec![DMat4::IDENTITY],
            Some(value) => instances(value).ok_or_else(|| {
                node.wrong(
                    "instances",
                    "these matrices are not affine",
                    "give a list of 16 numbers each, column by column",
                )
            })?,
        };
        let group = Group {
            color: node.color("color")?.unwrap_or(DEFAULT_COLOR),
            label_color: node.color("label_color")?.unwrap_or(DEFAULT_COLOR),
            instances,
        };
        let opacity = node.number("opacity")?.unwrap_or(1.0);
        if opacity < 1.0 && opacity > 0.0 {
            self.notes
                .add("an opacity below 1 is drawn opaque", &node.pointer);
        }
        for key in [
            "label_attachment",
            "label_show_tether",
            "label_background_color",
        ] {
            if node
                .param(key)
                .is_some_and(|value| *value != Value::Bool(false) && *value != "middle-center")
            {
                self.notes.add(
                    "labels of primitives are centred on their points, without tethers and boxes",
                    &node.pointer_to(key),
                );
            }
        }
        let mut reached = Vec::new();
        for child in &node.children {
            match child.kind.as_str() {
                "primitive" if opacity > 0.0 => self.primitive(child, &group, &mut reached)?,
                "clip" => self
                    .notes
                    .add("clipping is not applied to primitives", &child.pointer),
                _ => {}
            }
        }
        Ok(reached)
    }

    fn primitive(
        &mut self,
        node: &Node,
        group: &Group,
        reached: &mut Vec<DVec3>,
    ) -> Result<(), SceneError> {
        let kind = node.required("kind", node.word("kind", &KINDS)?)?;
        match kind {
            "tube" | "distance_measurement" => {
                let (Some(start), Some(end)) =
                    (self.needed(node, "start")?, self.needed(node, "end")?)
                else {
                    return Ok(());
                };
                reached.extend([start, end]);
                let radius = node.size("radius")?.unwrap_or(TUBE_RADIUS_ANGSTROM);
                let color = node.color("color")?.unwrap_or(group.color);
                self.tube(node, group, [start, end], radius, color, "dash_length")?;
                if kind == "distance_measurement" {
                    let distance = start.distance(end);
                    let template = node.text("label_template")?.unwrap_or("{{distance}}");
                    let text = template.replace("{{distance}}", &format!("{distance:.2} \u{c5}"));
                    self.measure(node, group, (start + end) * 0.5, &text, distance, 0.1)?;
                }
            }
            "arrow" => self.arrow(node, group, reached)?,
            "angle_measurement" => {
                let points = [
                    self.needed(node, "a")?,
                    self.needed(node, "b")?,
                    self.needed(node, "c")?,
                ];
                let [Some(a), Some(b), Some(c)] = points else {
                    return Ok(());
                };
                reached.extend([a, b, c]);
                let color = node.color("vector_color")?.unwrap_or(group.color);
                let radius = node.size("vector_radius")?.unwrap_or(TUBE_RADIUS_ANGSTROM);
                if node.flag("show_vector")?.unwrap_or(true) {
                    self.tube(node, group, [a, b], radius, color, "")?;
                    self.tube(node, group, [b, c], radius, color, "")?;
                }
                if node.flag("show_section")?.unwrap_or(true) {
                    self.notes
                        .add("the filled section of an angle is not drawn", &node.pointer);
                }
                let angle = (a - b).angle_between(c - b).to_degrees();
                if angle.is_finite() {
                    let template = node.text("label_template")?.unwrap_or("{{angle}}");
                    let text = template.replace("{{angle}}", &format!("{angle:.2}\u{b0}"));
                    let size = f64::midpoint(a.distance(b), c.distance(b));
                    self.measure(node, group, (a + b + c) / 3.0, &text, size, 0.33)?;
                }
            }
            "label" => {
                let text = node.required("text", node.text("text")?)?;
                let size = node.size("label_size")?.unwrap_or(1.0);
                let offset = node.number("label_offset")?.unwrap_or(0.0);
                let color = node.color("label_color")?.unwrap_or(group.label_color);
                if let Some(position) = self.needed(node, "position")? {
                    reached.push(position);
                    for instance in &group.instances {
                        let at = instance.transform_point3(position);
                        self.texts
                            .add(text, at, size, offset, color, self.notes, &node.pointer);
                    }
                }
            }
            "lines" => self.lines(node, group, reached)?,
            "box" => self.edges(node, group, reached)?,
            "ellipsoid" => self.ellipsoid(node, group, reached)?,
            _ => self.notes.add(
                format!("primitives of kind {kind} are not drawn"),
                &node.pointer,
            ),
        }
        Ok(())
    }

    /// The text of a measurement; its size is `share` of `length` unless one is given.
    fn measure(
        &mut self,
        node: &Node,
        group: &Group,
        at: DVec3,
        text: &str,
        length: f64,
        share: f64,
    ) -> Result<(), SceneError> {
        let own = match node.param("label_size") {
            Some(Value::String(word)) if word == "auto" => None,
            _ => node.size("label_size")?,
        };
        let size = if let Some(size) = own {
            size
        } else {
            let scale = node.size("label_auto_size_scale")?.unwrap_or(share);
            (length * scale).max(node.size("label_auto_size_min")?.unwrap_or(0.0))
        };
        let color = node.color("label_color")?.unwrap_or(group.label_color);
        for instance in &group.instances {
            let at = instance.transform_point3(at);
            self.texts
                .add(text, at, size, 0.0, color, self.notes, &node.pointer);
        }
        Ok(())
    }

    fn arrow(
        &mut self,
        node: &Node,
        group: &Group,
        reached: &mut Vec<DVec3>,
    ) -> Result<(), SceneError> {
        let Some(start) = self.needed(node, "start")? else {
            return Ok(());
        };
        let end = match node.vector("direction")? {
            Some(direction) if node.param("end").is_none() => start + direction,
            _ => match self.needed(node, "end")? {
                Some(end) => end,
                None => return Ok(()),
            },
        };
        let end = match node.size("length")? {
            Some(length) => start + (end - start).normalize_or_zero() * length,
            None => end,
        };
        reached.extend([start, end]);
        if node.flag("show_start_cap")?.unwrap_or(false)
            || node.flag("show_end_cap")?.unwrap_or(false)
        {
            self.notes.add(
                "an arrow is drawn as a tube, without its head",
                &node.pointer,
            );
        }
        if node.flag("show_tube")?.unwrap_or(true) {
            let radius = node.size("tube_radius")?.unwrap_or(TUBE_RADIUS_ANGSTROM);
            let color = node.color("color")?.unwrap_or(group.color);
            self.tube(node, group, [start, end], radius, color, "tube_dash_length")?;
        }
        Ok(())
    }

    fn lines(
        &mut self,
        node: &Node,
        group: &Group,
        reached: &mut Vec<DVec3>,
    ) -> Result<(), SceneError> {
        let numbers = node.required("vertices", node.numbers("vertices")?)?;
        let (vertices, _) = numbers.as_chunks::<3>();
        let indices = node.required("indices", node.numbers("indices")?)?;
        let (ends, _) = indices.as_chunks::<2>();
        let color = node.color("color")?.unwrap_or(group.color);
        let radius = LINE_RADIUS_ANGSTROM * node.size("width")?.unwrap_or(1.0);
        if ["group_colors", "group_widths"]
            .iter()
            .any(|key| node.param(key).is_some())
        {
            self.notes.add(
                "lines have one colour and width: groups are not looked at",
                &node.pointer,
            );
        }
        for line in ends {
            let vertex = |index: f64| {
                let known = index >= 0.0 && index.fract() == 0.0;
                let vertex = known.then(|| vertices.get(index as usize)).flatten();
                let point = vertex.map(|vertex| DVec3::from_array(*vertex));
                point
                    .filter(|point| point.abs().max_element() < 1e5)
                    .ok_or_else(|| {
                        node.wrong(
                            "indices",
                            format!("there is no vertex {index}, or it is too far away"),
                            format!("give indices below {}, counted from 0", vertices.len()),
                        )
                    })
            };
            let line = [vertex(line[0])?, vertex(line[1])?];
            reached.extend(line);
            self.tube(node, group, line, radius, color, "")?;
        }
        Ok(())
    }

    /// A box: its edges are drawn, its faces are not.
    fn edges(
        &mut self,
        node: &Node,
        group: &Group,
        reached: &mut Vec<DVec3>,
    ) -> Result<(), SceneError> {
        if node.flag("show_faces")?.unwrap_or(true) {
            self.notes
                .add("the faces of a box are not drawn", &node.pointer);
        }
        let Some((mut low, mut high)) = self.extent(node, "center")? else {
            return Ok(());
        };
        if let Some(extent) = node.vector("extent")? {
            (low, high) = (low - extent * 0.5, high + extent * 0.5);
        }
        reached.extend([low, high]);
        if !node.flag("show_edges")?.unwrap_or(false) {
            return Ok(());
        }
        let radius = node.size("edge_radius")?.unwrap_or(EDGE_RADIUS_ANGSTROM);
        let color = node.color("edge_color")?.unwrap_or(group.color);
        for axis in 0..3 {
            for corner in 0..4 {
                let mut start = low;
                start[(axis + 1) % 3] = [low, high][corner & 1][(axis + 1) % 3];
                start[(axis + 2) % 3] = [low, high][corner >> 1][(axis + 2) % 3];
                let mut end = start;
                end[axis] = high[axis];
                self.tube(node, group, [start, end], radius, color, "")?;
            }
        }
        Ok(())
    }

    /// An ellipsoid: drawn where it is a ball.
    fn ellipsoid(
        &mut self,
        node: &Node,
        group: &Group,
        reached: &mut Vec<DVec3>,
    ) -> Result<(), SceneError> {
        let radii = |key: &str| match node.param(key) {
            Some(Value::Array(_)) => node.vector(key),
            _ => Ok(node.size(key)?.map(DVec3::splat)),
        };
        let extent = radii("radius_extent")?.unwrap_or(DVec3::ZERO);
        let Some((low, high)) = self.extent(node, "center")? else {
            return Ok(());
        };
        let center = (low + high) * 0.5;
        let radii = radii("radius")?.unwrap_or((high - low) * 0.5) + extent;
        let radius = radii.x;
        if (radii - DVec3::splat(radius)).abs().max_element() > 1e-6 * radius.abs() {
            self.notes
                .add("ellipsoids other than balls are not drawn", &node.pointer);
            return Ok(());
        }
        if radius <= 0.0 {
            return Ok(());
        }
        reached.extend([center - radius, center + radius]);
        let color = node.color("color")?.unwrap_or(group.color);
        let half = DVec3::Z * (radius * BALL_LENGTH * 0.5);
        self.budget.draw(group.instances.len(), &node.pointer)?;
        for instance in &group.instances {
            let center = instance.transform_point3(center);
            self.push(center - half, center + half, radius, color, Cylinder::ROUND);
        }
        Ok(())
    }

    /// A tube, in dashes where the node has a parameter of this name.
    fn tube(
        &mut self,
        node: &Node,
        group: &Group,
        ends: [DVec3; 2],
        radius: f64,
        color: Rgb,
        dash: &str,
    ) -> Result<(), SceneError> {
        let length = ends[0].distance(ends[1]);
        if radius <= 0.0 || length < 1e-6 {
            return Ok(());
        }
        let dashes = match node.size(dash)?.filter(|dash| *dash > 0.0) {
            None => 1.0,
            Some(dash) => (length / (2.0 * dash)).ceil(),
        };
        if dashes > MAX_DASHES {
            return Err(node.wrong(
                dash,
                format!("a tube of {length:.1} angstrom has {dashes} dashes of this length"),
                format!("give a length that makes at most {MAX_DASHES} dashes"),
            ));
        }
        self.budget
            .draw(dashes as usize * group.instances.len(), &node.pointer)?;
        for instance in &group.instances {
            let [start, end] = ends.map(|end| instance.transform_point3(end));
            for dash in 0..dashes as u32 {
                // Dashes and gaps are equally long; a dash is at each end.
                let at = |part: u32| start.lerp(end, f64::from(part) / (2.0 * dashes - 1.0));
                self.push(
                    at(2 * dash),
                    at(2 * dash + 1),
                    radius,
                    color,
                    Cylinder::FLAT,
                );
            }
        }
        Ok(())
    }

    fn push(&mut self, start: DVec3, end: DVec3, radius: f64, color: Rgb, caps: u32) {
        let [start, end] = [start, end].map(|end| end.as_vec3().to_array());
        // A short tube far from the origin may have no length in single precision.
        let same = start
            .iter()
            .zip(end)
            .all(|(a, b)| a.to_bits() == b.to_bits());
        if same {
            return;
        }
        self.bodies.cylinders.push(Cylinder {
            start_angstrom: start,
            radius_angstrom: radius as f32,
            end_angstrom: end,
            caps,
            start_color: color.opaque(),
            end_color: color.opaque(),
            start_atom: Cylinder::NO_ATOM,
            end_atom: Cylinder::NO_ATOM,
        });
    }
}
