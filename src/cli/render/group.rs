//! The inputs that make one scene, with their request.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use molshot_molecule::Structure;
use molshot_renderer::labels::boxed_characters;
use molshot_scenes::build::PreparedScene;
use molshot_scenes::diagnostics::diagnostics;
use molshot_scenes::{Plane, RenderRequest, Scene, SceneDocument, SceneError};

use super::args::RenderArgs;
use crate::cli::input::RequestedStructure;
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
pub(super) enum Content {
    /// A structure, and where it comes from.
    Structure(Arc<Structure>, RequestedStructure),
    MolViewSpec(MolViewSpecFile),
}

impl<'a> Group<'a> {
    /// Reads the structure of a document, of several models the first one that is drawn; or a
    /// `MolViewSpec` file.
    pub(super) fn read(
        args: &RenderArgs,
        first_model: Option<u32>,
        inputs: &'a [PathBuf],
        document: SceneDocument,
    ) -> Result<Self, CliError> {
        let SceneDocument {
            structure,
            reading,
            request,
        } = document;
        let source = RequestedStructure { structure, reading };
        let of_model = first_model.map(|number| args.read.of_model(number));
        let read = of_model.as_ref().unwrap_or(&args.read);
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
                _ => Content::Structure(read.read_requested(&source, inputs)?, source),
            },
            request,
        })
    }

    /// The structure, or the document whose scenes are made of its own structures.
    pub(super) fn content(&self) -> &Content {
        &self.content
    }

    /// Reads the model with a number of the same inputs.
    pub(super) fn model(
        &self,
        args: &RenderArgs,
        source: &RequestedStructure,
        number: u32,
    ) -> Result<Arc<Structure>, CliError> {
        let read = args.read.of_model(number);
        read.read_requested(source, self.inputs)
    }

    /// Builds the scene of the structure or of another state of it. With several groups, a request
    /// that does not fit one of them is an error of that input rather than of the command line: the
    /// others are drawn.
    pub(super) fn prepare(
        &self,
        args: &RenderArgs,
        structure: Arc<Structure>,
    ) -> Result<PreparedScene, CliError> {
        PreparedScene::new(structure, &self.request).map_err(|error| self.attribute(args, error))
    }

    /// Builds the scene of a snapshot, with what of it is not drawn. `warn` is called with each
    /// structure that it is made of.
    pub(super) fn prepare_snapshot(
        &self,
        args: &RenderArgs,
        file: &MolViewSpecFile,
        number: usize,
        warn: impl FnMut(&Structure),
    ) -> Result<(PreparedScene, Vec<String>), CliError> {
        let snapshot = &file.snapshots()[number];
        let structures = file.structures(snapshot, &args.read.options()?)?;
        distinct(&structures).for_each(warn);
        let mut request = self.request.clone();
        if !args.request.has("background") {
            request.style.background = snapshot.request().style.background;
        }
        let built = file.scene(snapshot, &structures, &request)?;
        let prepared = PreparedScene::of_scene(Arc::new(built.scene), &request)
            .map_err(|error| self.attribute(args, error))?;
        Ok((prepared.seen_from(built.view), built.notes))
    }

    /// With several groups, a request that does not fit one of them is an error of that input
    /// rather than of the command line: the others are drawn.
    fn attribute(&self, args: &RenderArgs, error: SceneError) -> CliError {
        let input = &self.inputs[0];
        match args.request.attribute(error, input) {
            CliError::Usage(text) if args.each && args.inputs.len() > 1 => {
                CliError::in_file(input, text)
            }
            error => error,
        }
    }

    /// Returns warnings about requested content that the scene of a structure does not have.
    pub(super) fn missing_content(&self, prepared: &PreparedScene) -> Vec<String> {
        let scene = prepared.scene();
        self.warnings(scene, diagnostics(scene, &self.request))
    }

    /// Returns `notes` about a scene as warnings, and of characters that the font lacks.
    pub(super) fn warnings(&self, scene: &Scene, mut notes: Vec<String>) -> Vec<String> {
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
            notes.push(format!(
                "the font lacks {}{more}, drawn as boxes; it has ASCII, Latin-1, Greek, primes, superscripts 1 to 9 and subscripts 0 to 9",
                named.join(", ")
            ));
        }
        notes
            .into_iter()
            .map(|text| format!("warning: {}: {text}", self.inputs[0].display()))
            .collect()
    }
}

/// Each structure once, in the order of their first place.
fn distinct(structures: &[Arc<Structure>]) -> impl Iterator<Item = &Structure> {
    let is_first = |(index, structure): &(usize, &Arc<Structure>)| {
        let before = &structures[..*index];
        !before.iter().any(|other| Arc::ptr_eq(other, structure))
    };
    let numbered = structures.iter().enumerate().filter(is_first);
    numbered.map(|(_, structure)| &**structure)
}
