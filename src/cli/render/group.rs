//! The inputs that make one scene, with their request.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use molshot_molecule::Structure;
use molshot_renderer::labels::boxed_characters;
use molshot_scenes::build::PreparedScene;
use molshot_scenes::diagnostics::diagnostics;
use molshot_scenes::request::StructureSource;
use molshot_scenes::{Plane, RenderRequest, SceneDocument};

use super::args::RenderArgs;
use crate::cli::message::CliError;

/// At most this many characters that the font lacks are named.
const LACKING_CHARACTERS_NAMED: usize = 5;

/// Inputs that make one scene, once they are read.
pub(super) struct Group<'a> {
    inputs: &'a [PathBuf],
    source: StructureSource,
    pub(super) structure: Arc<Structure>,
    pub(super) request: RenderRequest,
}

impl<'a> Group<'a> {
    /// Reads the structure of a document: of several models the first one that is drawn.
    pub(super) fn read(
        args: &RenderArgs,
        first_model: Option<u32>,
        inputs: &'a [PathBuf],
        document: SceneDocument,
    ) -> Result<Self, CliError> {
        let SceneDocument {
            structure: source,
            request,
        } = document;
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
            structure: read.read_requested(&source, inputs)?,
            source,
            request,
        })
    }

    /// Reads the model with a number of the same inputs.
    pub(super) fn model(&self, args: &RenderArgs, number: u32) -> Result<Arc<Structure>, CliError> {
        let read = args.read.of_model(number);
        read.read_requested(&self.source, self.inputs)
    }

    /// Builds the scene of the structure or of another state of it. With several groups, a request
    /// that does not fit one of them is an error of that input rather than of the command line: the
    /// others are drawn.
    pub(super) fn prepare(
        &self,
        args: &RenderArgs,
        structure: Arc<Structure>,
    ) -> Result<PreparedScene, CliError> {
        let input = &self.inputs[0];
        PreparedScene::new(structure, &self.request).map_err(|error| {
            match args.request.attribute(error, input) {
                CliError::Usage(text) if args.each && args.inputs.len() > 1 => {
                    CliError::in_file(input, text)
                }
                error => error,
            }
        })
    }

    /// Returns warnings about requested content that the scene does not have.
    pub(super) fn missing_content(&self, prepared: &PreparedScene) -> Vec<String> {
        let scene = prepared.scene();
        let mut diagnostics = diagnostics(scene, &self.request);
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
