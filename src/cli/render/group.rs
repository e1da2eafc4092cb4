//! The inputs that make one scene, with their request.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use molshot_molecule::Structure;
use molshot_renderer::labels::boxed_characters;
use molshot_scenes::build::PreparedScene;
use molshot_scenes::diagnostics::diagnostics;
use molshot_scenes::molviewspec::Snapshot;
use molshot_scenes::{Plane, RenderRequest, SceneDocument};

use super::args::RenderArgs;
use crate::cli::message::CliError;
use crate::molviewspec::{MolViewSpecFile, is_molviewspec_file};

/// At most this many characters that the font lacks are named.
const LACKING_CHARACTERS_NAMED: usize = 5;

/// Inputs that make one scene, or the scenes of a document's snapshots.
pub(super) struct Group<'a> {
    inputs: &'a [PathBuf],
    content: Content,
    pub(super) request: RenderRequest,
}

/// What the scenes are made of.
enum Content {
    Structure(Arc<Structure>),
    MolViewSpec(MolViewSpecFile),
}

/// A scene that is ready to be drawn.
pub(super) struct GroupScene {
    pub(super) prepared: PreparedScene,
    /// What of a `MolViewSpec` document is not drawn; `None` for other inputs.
    notes: Option<Vec<String>>,
}

impl<'a> Group<'a> {
    /// Reads the structure of a document, or a `MolViewSpec` file.
    pub(super) fn read(
        args: &RenderArgs,
        inputs: &'a [PathBuf],
        document: SceneDocument,
    ) -> Result<Self, CliError> {
        let SceneDocument {
            structure: source,
            request,
        } = document;
        let planes = &request.output.planes;
        if args.output.as_deref() == Some(Path::new("-"))
            && (planes.len() != 1 || !planes.contains(&Plane::Color))
        {
            return Err(CliError::usage(
                "only the picture itself can be written to standard output; give -o FILE for other planes",
            ));
        }
        Ok(Self {
            inputs,
            content: match inputs {
                [input] if is_molviewspec_file(input) => {
                    Content::MolViewSpec(MolViewSpecFile::read(input)?)
                }
                _ => Content::Structure(args.read.read_requested(&source, inputs)?),
            },
            request,
        })
    }

    /// The structures that the scene of a snapshot is made of; other inputs have one.
    pub(super) fn structures(
        &self,
        args: &RenderArgs,
        snapshot: usize,
    ) -> Result<Vec<Arc<Structure>>, CliError> {
        Ok(match &self.content {
            Content::Structure(structure) => vec![Arc::clone(structure)],
            Content::MolViewSpec(file) => {
                file.structures(snapshot_of(file, snapshot), &args.read.options())?
            }
        })
    }

    /// Builds the scene of a snapshot from its structures. With several groups, a request that does
    /// not fit one of them is an error of that input rather than of the command line: the others
    /// are drawn.
    pub(super) fn prepare(
        &self,
        args: &RenderArgs,
        snapshot: usize,
        structures: &[Arc<Structure>],
    ) -> Result<GroupScene, CliError> {
        let input = &self.inputs[0];
        let attribute = |error| match args.request.attribute(error, input) {
            CliError::Usage(text) if args.each && args.inputs.len() > 1 => {
                CliError::in_file(input, text)
            }
            error => error,
        };
        match &self.content {
            Content::Structure(structure) => Ok(GroupScene {
                prepared: PreparedScene::new(Arc::clone(structure), &self.request)
                    .map_err(attribute)?,
                notes: None,
            }),
            Content::MolViewSpec(file) => {
                let snapshot = snapshot_of(file, snapshot);
                let mut request = self.request.clone();
                if !args.request.has("background") {
                    request.style.background = snapshot.request().style.background;
                }
                let built = file.scene(snapshot, structures, &request)?;
                let prepared =
                    PreparedScene::of_scene(Arc::new(built.scene), &request).map_err(attribute)?;
                Ok(GroupScene {
                    prepared: prepared.seen_from(built.view),
                    notes: Some(built.notes),
                })
            }
        }
    }

    /// Returns warnings about requested content that the scene does not have.
    pub(super) fn missing_content(&self, scene: &GroupScene) -> Vec<String> {
        let notes = scene.notes.clone();
        let scene = scene.prepared.scene();
        let mut diagnostics = notes.unwrap_or_else(|| diagnostics(scene, &self.request));
        let lacking = boxed_characters(scene);
        if !lacking.is_empty() {
            let named: Vec<String> = lacking
                .iter()
                .take(LACKING_CHARACTERS_NAMED)
                .map(|character| format!("{character} (U+{:04X})", u32::from(*character)))
                .collect();
            let more = if lacking.len() > LACKING_CHARACTERS_NAMED {
                ", ..."
            } else {
                ""
            };
            diagnostics.push(format!(
                "the font lacks {}{more}, drawn as boxes; it has ASCII, Latin-1, Greek, primes, superscripts 1 to 9 and subscripts 0 to 9",
                named.join(", ")
            ));
        }
        diagnostics
            .into_iter()
            .map(|text| format!("warning: {}: {text}", self.inputs[0].display()))
            .collect()
    }
}

/// A snapshot by its number; the first one beyond the last.
fn snapshot_of(file: &MolViewSpecFile, number: usize) -> &Snapshot {
    let snapshots = file.snapshots();
    snapshots.get(number).unwrap_or(&snapshots[0])
}
