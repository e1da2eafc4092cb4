//! `MolViewSpec` documents (<https://molstar.org/mol-view-spec/>) to scenes.
//!
//! A document is a tree of nodes, or several trees ("snapshots"): files, structures of them,
//! components of those, and how they are drawn. What spheres, cylinders and texts can say is drawn;
//! of everything else a note tells, with the JSON pointer to its node. What is drawn and what is
//! not: `docs/molviewspec.md`. The format is the one of `molviewspec` 1.8.1 on `PyPI`; sizes and
//! the camera are those of Mol* 5.6.1.
//!
//! Files are not opened here: [`Snapshot::files`] names them, and [`Snapshot::build`] takes the
//! structures read from them.
//!
//! ```
//! use std::sync::Arc;
//!
//! use molshot_molecule::{PartRole, ReadOptions, read_bytes};
//! use molshot_scenes::{PreparedScene, RenderRequest, molviewspec::MolViewSpec};
//!
//! let document = br#"{"metadata": {"version": "1"}, "root": {"kind": "root", "children": [
//!   {"kind": "download", "params": {"url": "water.xyz"}, "children": [
//!     {"kind": "parse", "params": {"format": "xyz"}, "children": [
//!       {"kind": "structure", "params": {"type": "model"}, "children": [
//!         {"kind": "component", "params": {"selector": "all"}, "children": [
//!           {"kind": "representation", "params": {"type": "ball_and_stick"}}]}]}]}]}]}}"#;
//! let document = MolViewSpec::from_json(document)?;
//! let snapshot = &document.snapshots()[0];
//! assert_eq!(snapshot.files()[0].url, "water.xyz");
//! let water = "3\n\nO 0 0 0\nH 0.96 0 0\nH -0.24 0.93 0\n";
//! let options = ReadOptions::default().with_format(snapshot.files()[0].format);
//! let water = read_bytes("water.xyz", water.as_bytes(), PartRole::Whole, &options)?;
//! let request = snapshot.request();
//! let built = snapshot.build(&[Arc::new(water)], &request)?;
//! assert_eq!((built.scene.spheres.len(), built.notes.len()), (3, 0));
//! let prepared = PreparedScene::of_scene(Arc::new(built.scene), &request)?.seen_from(built.view);
//! assert_eq!(prepared.job()?.viewport().width_px, 800);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod budget;
mod css_colors;
mod measure;
mod motion;
mod notes;
mod places;
mod position;
mod primitive;
mod representation;
mod scene;
mod selector;
#[cfg(test)]
mod tests;
mod texts;
mod tree;
mod viewpoint;

use std::sync::Arc;

use molshot_molecule::{Format, Structure};
use serde_json::{Map, Value};

use crate::camera::ViewPoint;
use crate::colors::{Rgb, shorten};
use crate::error::SceneError;
use crate::request::{BackgroundRequest, RenderRequest, json_document};
use crate::scene::Scene;
use notes::Notes;
use tree::Node;

/// Mol*'s field of view over the picture's height, degrees (`mol-canvas3d/camera.js`).
pub const FOV_Y_DEGREES: f64 = 45.0;
/// Edges of pictures of the program `mvs-render`, pixels (`cli/mvs/mvs-render.js`).
const SIZE_PX: u32 = 800;
/// Width of the black rim around letters, pixels. Mol*'s is a share of the letters' height.
const OUTLINE_PX: f64 = 1.0;
/// Most snapshots of a document.
const MAX_SNAPSHOTS: usize = 10_000;

/// A document: one or several snapshots.
#[derive(Debug, Clone)]
pub struct MolViewSpec {
    snapshots: Vec<Snapshot>,
}

/// One tree of a document.
#[derive(Debug, Clone)]
pub struct Snapshot {
    root: Node,
    nodes: StructureNodes,
    background: Rgb,
    notes: Notes,
}

/// The structure nodes of a tree whose files can be read.
#[derive(Debug, Clone, Default)]
struct StructureNodes {
    files: Vec<StructureFile>,
}

/// A file that a structure node needs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StructureFile {
    /// JSON pointer to the structure node.
    pub pointer: String,
    /// JSON pointer to the URL.
    pub url_pointer: String,
    /// The URL as the document has it: a path, `file:`, or an address.
    pub url: String,
    /// Format of the file.
    pub format: Format,
    /// Model to read, from 1; `None` for the first.
    pub model: Option<u32>,
    /// Biological assembly to make; `None` for the chains as they are in the file.
    pub assembly: Option<WantedAssembly>,
}

/// A biological assembly that a structure node asks for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum WantedAssembly {
    /// The first of the file; the chains as they are in a file that lists none.
    First,
    /// The one with this id.
    Id(String),
}

/// What a snapshot shows.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SnapshotScene {
    /// The scene. Its structure has all copies of all structures.
    pub scene: Scene,
    /// Where it is seen from.
    pub view: ViewPoint,
    /// A sentence for each reason for which nodes are not drawn as the document says, with the JSON
    /// pointer to the first of them.
    pub notes: Vec<String>,
}

impl MolViewSpec {
    /// Reads a document.
    ///
    /// # Errors
    /// [`SceneError::Document`] for text that is not JSON, and [`SceneError::Invalid`] with a JSON
    /// pointer for nodes in wrong places and parameters of structures that are wrong. Other
    /// parameters are read by [`Snapshot::build`].
    pub fn from_json(bytes: &[u8]) -> Result<Self, SceneError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let value: Value = json_document(bytes)?;
        let Value::Object(mut members) = value else {
            return Err(wrong(
                "",
                "a MolViewSpec document is an object",
                "give {\"root\": {...}}",
            ));
        };
        check_version(&members)?;
        let several = match members.get("kind") {
            None | Some(Value::Null) => members.contains_key("snapshots"),
            Some(Value::String(kind)) if kind == "single" => false,
            Some(Value::String(kind)) if kind == "multiple" => true,
            Some(_) => {
                return Err(wrong(
                    "/kind",
                    "the document's kind is not known",
                    "give \"single\" or \"multiple\"",
                ));
            }
        };
        if !several {
            let snapshot = Snapshot::read(&mut members, "")?;
            return Ok(Self {
                snapshots: vec![snapshot],
            });
        }
        let Some(Value::Array(list)) = members.remove("snapshots") else {
            return Err(wrong(
                "/snapshots",
                "this is not a list of snapshots",
                "give [{\"root\": {...}}, ...]",
            ));
        };
        if list.is_empty() || list.len() > MAX_SNAPSHOTS {
            return Err(wrong(
                "/snapshots",
                &format!("the document has {} snapshots", list.len()),
                &format!("give 1 to {MAX_SNAPSHOTS}"),
            ));
        }
        let snapshots = list
            .into_iter()
            .enumerate()
            .map(|(index, snapshot)| match snapshot {
                Value::Object(mut snapshot) => {
                    Snapshot::read(&mut snapshot, &format!("/snapshots/{index}"))
                }
                _ => Err(wrong(
                    &format!("/snapshots/{index}"),
                    "a snapshot is not an object",
                    "give {\"root\": {...}, \"metadata\": {...}}",
                )),
            });
        Ok(Self {
            snapshots: snapshots.collect::<Result<_, _>>()?,
        })
    }

    /// The snapshots, at least one.
    #[must_use]
    pub fn snapshots(&self) -> &[Snapshot] {
        &self.snapshots
    }
}

impl Snapshot {
    fn read(members: &mut Map<String, Value>, pointer: &str) -> Result<Self, SceneError> {
        let place = format!("{pointer}/root");
        let Some(root) = members.remove("root") else {
            return Err(wrong(
                &place,
                "the tree is missing",
                "give \"root\": {\"kind\": \"root\", \"children\": [...]}",
            ));
        };
        let mut notes = Notes::default();
        let root = Node::root(root, &place, &mut notes)?;
        if members
            .get("animation")
            .is_some_and(|animation| !animation.is_null())
        {
            notes.add(
                "animations are not drawn: the picture shows their beginning",
                &format!("{pointer}/animation"),
            );
        }
        let mut background = representation::DEFAULT_COLOR;
        for canvas in root.children_of("canvas") {
            background = canvas.color("background_color")?.unwrap_or(background);
        }
        for node in root.children_of("primitives_from_uri") {
            notes.add("primitives from other files are not drawn", &node.pointer);
        }
        let nodes = StructureNodes::read(&root, &mut notes)?;
        Ok(Self {
            root,
            nodes,
            background,
            notes,
        })
    }

    /// The files of its structures, one for each structure node; several may name one file.
    #[must_use]
    pub fn files(&self) -> &[StructureFile] {
        &self.nodes.files
    }

    /// The request that stands for what the document says of the picture, and for what the program
    /// `mvs-render` adds: 800 x 800 pixels. What a user wants otherwise is set in it.
    #[must_use]
    pub fn request(&self) -> RenderRequest {
        let mut request = RenderRequest::default();
        request.style.background = BackgroundRequest::Color(self.background);
        request.style.label_style.outline_px = OUTLINE_PX;
        request.camera.fov_degrees = FOV_Y_DEGREES;
        [request.output.width_px, request.output.height_px] = [SIZE_PX; 2];
        request
    }

    /// Sets the field of view over the picture's width to the one with Mol*'s over the height of
    /// the request's picture.
    pub fn set_field_of_view(request: &mut RenderRequest) {
        let aspect =
            f64::from(request.output.width_px) / f64::from(request.output.height_px.max(1));
        let half = (FOV_Y_DEGREES.to_radians() * 0.5).tan() * aspect;
        let range = crate::ranges::FOV_DEGREES;
        request.camera.fov_degrees = (2.0 * half.atan()).to_degrees().clamp(range.min, range.max);
    }

    /// Builds the scene. `structures` are those of [`Self::files`], in order. Of the request the
    /// background, the depth cue, the effects, and the labels' size, colour, outline and hiding are
    /// looked at; camera, commands and output are for [`crate::PreparedScene::of_scene`].
    ///
    /// # Errors
    /// [`SceneError::Invalid`] with a JSON pointer for wrong parameters and where limits of work
    /// and memory are passed, and [`SceneError::Empty`] where nothing would be drawn.
    pub fn build(
        &self,
        structures: &[Arc<Structure>],
        request: &RenderRequest,
    ) -> Result<SnapshotScene, SceneError> {
        if structures.len() != self.nodes.files.len() {
            return Err(wrong(
                &self.root.pointer,
                &format!(
                    "{} structures are given for {} files",
                    structures.len(),
                    self.nodes.files.len()
                ),
                "give one for each of the snapshot's files",
            ));
        }
        scene::build(
            &self.root,
            &self.nodes,
            structures,
            request,
            self.notes.clone(),
        )
    }
}

impl StructureNodes {
    /// Finds the structures of a tree, and notes what else its files are for.
    fn read(root: &Node, notes: &mut Notes) -> Result<Self, SceneError> {
        let mut files = Vec::new();
        for download in root.children_of("download") {
            let url = download.required("url", download.text("url")?)?;
            for parse in download.children_of("parse") {
                let name = parse.required("format", parse.text("format")?)?;
                for node in &parse.children {
                    match node.kind.as_str() {
                        "structure" => {}
                        "volume" => {
                            notes.add("volumes are not drawn", &node.pointer);
                            continue;
                        }
                        "coordinates" => {
                            notes.add(
                                "coordinates of other files (trajectories) are not read",
                                &node.pointer,
                            );
                            continue;
                        }
                        _ => continue,
                    }
                    let Some(format) = Format::from_name(name) else {
                        notes.add(
                            format!("files of format \"{}\" are not read", shorten(name)),
                            &parse.pointer_to("format"),
                        );
                        continue;
                    };
                    files.push(StructureFile {
                        pointer: node.pointer.clone(),
                        url_pointer: download.pointer_to("url"),
                        url: url.to_owned(),
                        format,
                        model: model_of(node, notes)?,
                        assembly: assembly_of(node, notes)?,
                    });
                }
            }
        }
        Ok(Self { files })
    }
}

/// The assembly that a structure node asks for, with notes about other copies by symmetry.
fn assembly_of(node: &Node, notes: &mut Notes) -> Result<Option<WantedAssembly>, SceneError> {
    const TYPES: [&str; 4] = ["model", "assembly", "symmetry", "symmetry_mates"];
    match node.required("type", node.word("type", &TYPES)?)? {
        "model" => {}
        "assembly" => {
            let id = node.text("assembly_id")?;
            let wanted = id.map(|id| WantedAssembly::Id(id.to_owned()));
            return Ok(Some(wanted.unwrap_or(WantedAssembly::First)));
        }
        kind => notes.add(
            format!("a structure of type {kind} is drawn as the model in its file, without copies"),
            &node.pointer,
        ),
    }
    Ok(None)
}

/// The model that a structure node reads, with notes about blocks.
fn model_of(node: &Node, notes: &mut Notes) -> Result<Option<u32>, SceneError> {
    for key in ["block_header", "coordinates_ref"] {
        if node.param(key).is_some() {
            notes.add(
                format!("{key} is not looked at: the file's first block is read"),
                &node.pointer,
            );
        }
    }
    if node.index("block_index")?.is_some_and(|index| index > 0) {
        notes.add(
            "block_index is not looked at: the file's first block is read",
            &node.pointer,
        );
    }
    Ok(node
        .index("model_index")?
        .filter(|index| *index > 0)
        .map(|index| index.saturating_add(1)))
}

/// Refuses documents of a later major version of the format, whose nodes may mean something else.
fn check_version(members: &Map<String, Value>) -> Result<(), SceneError> {
    let version = members
        .get("metadata")
        .and_then(|metadata| metadata.get("version"));
    let major = match version {
        Some(Value::String(text)) => text
            .split('.')
            .next()
            .and_then(|major| major.parse::<u32>().ok()),
        Some(number) => number.as_f64().map(|major| major as u32),
        None => None,
    };
    match major {
        Some(major) if major > 1 => Err(wrong(
            "/metadata/version",
            &format!("version {major} of MolViewSpec is not known"),
            "give a document of version 1",
        )),
        _ => Ok(()),
    }
}

fn wrong(pointer: &str, problem: &str, remedy: &str) -> SceneError {
    SceneError::invalid(pointer, problem.to_owned(), remedy.to_owned())
}
