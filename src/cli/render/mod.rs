//! `molshot render`

mod archive;
mod args;
mod batch;
mod frames;
mod group;
mod outputs;
mod pictures;
mod progress;
pub(crate) mod request;
mod sidecars;
mod summary;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use molshot_scenes::RenderRequest;
use molshot_scenes::request::{file_extension, format_of_extension};

use crate::cli::message::{CliError, Verbosity, note, output_json};
use crate::input::{is_scene_file, read_scene_file};
use crate::molviewspec::{MolViewSpecFile, is_molviewspec_file};
use archive::{ArchiveName, ArchiveWriter};
pub(crate) use args::RenderArgs;
use batch::BatchRender;
use frames::Inputs;
use outputs::{GroupFiles, MODEL_PLACEHOLDER, OutputName, OutputNames};
use pictures::{Pictures, States};

pub(crate) fn run(args: &RenderArgs, verbosity: Verbosity) -> Result<(), CliError> {
    if args.print_request {
        return print_request(args, verbosity);
    }
    let Some(out) = args.output.as_deref() else {
        return Err(CliError::usage("no output is given; give -o OUT"));
    };
    warn_of_repeated(args, verbosity);
    let inputs = Inputs::open(&args.inputs, &args.frames, args.each, verbosity.quiet)?;
    if let (Some(flag), true) = (args.read.copies_flag(), inputs.frames.is_some()) {
        let text = "copies by symmetry are not made of the frames of a trajectory; leave this out";
        return Err(CliError::flag(flag, text));
    }
    args.read.warn_of_unused(&inputs.structures, verbosity);
    let groups: Vec<&[PathBuf]> = if args.each {
        inputs.structures.chunks(1).collect()
    } else {
        vec![inputs.structures.as_slice()]
    };
    let archive = ArchiveName::of(out);
    let distinguishes = match &archive {
        Some(ArchiveName { member: None, .. }) => true,
        _ => out.to_string_lossy().contains("{index}"),
    };
    let pictures = match states(args, &inputs)? {
        States::One => with_snapshots(args.pictures.list()?, &groups, distinguishes, verbosity)?,
        states => args.pictures.list()?.of_states(states),
    };
    let names = NameParts {
        pictures: &pictures,
        views: args.pictures.names_views(),
    };
    let out = match &archive {
        Some(name) => &names.member_of("--output", name, &archive_format(args))?,
        None => out,
    };
    let name = OutputName::new("--output", out)?;
    let (annotations_name, annotations_apart) = annotations_name(args, archive.as_ref(), &names)?;
    let caption_name = caption_name(args, &inputs.structures)?;
    let sidecar_names = annotations_name.iter().chain(&caption_name);
    for name in [&name].into_iter().chain(sidecar_names) {
        name.check_placeholders(groups.len(), &pictures, args.pictures.names_views())?;
    }
    if args.resume && out == Path::new("-") {
        return Err(CliError::usage(
            "--resume: standard output cannot be resumed; give -o FILE",
        ));
    }
    let mut requests = Vec::with_capacity(groups.len());
    for inputs in &groups {
        match request::of_inputs(inputs, &args.request, Some(out)) {
            Err(error @ CliError::Usage(_)) => return Err(error),
            request => requests.push(request),
        }
    }
    let valid = std::iter::zip(&groups, &requests)
        .filter(|(inputs, _)| !is_molviewspec_file(&inputs[0]))
        .filter_map(|(_, request)| request.as_ref().ok());
    warn_of_unused(args, valid.map(|document| &document.request), verbosity);
    let mut writer = None;
    if out != Path::new("-") || annotations_name.is_some() || caption_name.is_some() {
        let files: Vec<GroupFiles<'_>> = std::iter::zip(&groups, &requests)
            .map(|(inputs, request)| GroupFiles {
                inputs,
                document: request.as_ref().ok(),
            })
            .collect();
        let names = OutputNames {
            pictures: (out != Path::new("-")).then_some(&name),
            annotations: annotations_name.as_ref(),
            captions: caption_name.as_ref(),
            archive: archive.as_ref().map(|name| name.archive.as_path()),
            annotations_apart,
        };
        let trajectory = inputs.frames.as_deref().map(|frames| frames.path.as_path());
        let beside: Vec<&Path> = (args.pictures.commands_file().into_iter())
            .chain(trajectory)
            .collect();
        outputs::check_files(&names, &files, &pictures, &beside)?;
        if let Some(archive) = names.archive {
            writer = Some(Arc::new(ArchiveWriter::open(archive, args.resume, || {
                names.archived(&files, &pictures)
            })?));
        }
    }
    batch::run(&BatchRender {
        args,
        groups: std::iter::zip(groups, requests)
            .map(|(inputs, request)| (inputs, Mutex::new(Some(request))))
            .collect(),
        pictures,
        frames: inputs.frames.clone(),
        name,
        annotations_name,
        caption_name,
        archive: writer,
        annotations_apart,
        verbosity,
    })
}

/// The name of captions, if there are any.
fn caption_name(args: &RenderArgs, inputs: &[PathBuf]) -> Result<Option<OutputName>, CliError> {
    let Some(name) = args.annotations.caption_file()? else {
        return Ok(None);
    };
    if let Some(file) = inputs.iter().find(|input| is_molviewspec_file(input)) {
        return Err(CliError::flag(
            "--caption",
            format_args!(
                "a caption says what the flags or a scene file ask for, and {} says itself what \
                 is drawn; leave this out",
                file.display()
            ),
        ));
    }
    OutputName::new("--caption", name).map(Some)
}

/// The pictures of each group: where a single input is a `MolViewSpec` file with several snapshots,
/// one for each, if names distinguish them, or else those of the first one, with a note.
fn with_snapshots(
    pictures: Pictures,
    groups: &[&[PathBuf]],
    distinguishes: bool,
    verbosity: Verbosity,
) -> Result<Pictures, CliError> {
    for inputs in groups {
        let [input] = *inputs else { continue };
        if !is_molviewspec_file(input) {
            continue;
        }
        let snapshots = match MolViewSpecFile::read(input) {
            Ok(file) => file.snapshots().len(),
            // With several inputs the others are drawn.
            Err(error) if groups.len() == 1 => return Err(error.into()),
            Err(_) => continue,
        };
        if snapshots < 2 {
            continue;
        }
        if groups.len() == 1 && distinguishes && pictures.len() == 1 {
            return Ok(pictures.of_states(States::Snapshots(snapshots)));
        }
        if !verbosity.quiet {
            note(format_args!(
                "warning: {}: the first of {snapshots} snapshots is drawn; to draw each, give the file alone, \
                 {{index}} in the name of OUT, and no other flags for many pictures",
                input.display()
            ));
        }
    }
    Ok(pictures)
}

/// What distinguishes the pictures of a command.
struct NameParts<'a> {
    pictures: &'a Pictures,
    /// Whether pictures have the names of views.
    views: bool,
}

impl NameParts<'_> {
    /// The name of the files in an archive, with placeholders: what was given behind the archive's
    /// name, else one that distinguishes them, with a file extension.
    fn member_of(
        &self,
        flag: &str,
        name: &ArchiveName,
        extension: &str,
    ) -> Result<PathBuf, CliError> {
        if name.archive.as_os_str().as_encoded_bytes().contains(&b'{') {
            return Err(CliError::flag(
                flag,
                "all pictures go into one archive; give placeholders behind its name, as in \
                 'out.tar/{name}.png'",
            ));
        }
        Ok(name.member.clone().unwrap_or_else(|| {
            let state = match self.pictures.states() {
                States::One => "",
                States::Snapshots(_) => "_{index}",
                States::Frames(_) => "_{frame}",
                States::Models(_) => "_{model}",
            };
            let which = match (self.pictures.per_state() > 1, self.views) {
                (false, _) => "",
                (true, true) => "_{view}",
                (true, false) => "_{index}",
            };
            format!("{{name}}{state}{which}.{extension}").into()
        }))
    }
}

/// The frames of the trajectory, or the models of which the name of the output asks for a picture
/// each.
fn states(args: &RenderArgs, inputs: &Inputs) -> Result<States, CliError> {
    let has_models = [args.output.as_deref(), args.annotations.file()?]
        .into_iter()
        .flatten()
        .any(|name| name.to_string_lossy().contains(MODEL_PLACEHOLDER));
    let molviewspec = (inputs.structures.iter()).find(|input| is_molviewspec_file(input));
    if let Some(frames) = &inputs.frames {
        if let Some(file) = molviewspec {
            return Err(CliError::usage(format!(
                "{} names its own structures, whose atoms a trajectory cannot move; leave {} out",
                file.display(),
                frames.path.display()
            )));
        }
        return Ok(States::Frames(frames.numbers.clone()));
    }
    if !has_models || !args.read.chooses_models() {
        return Ok(States::One);
    }
    if let Some(file) = molviewspec {
        return Err(CliError::usage(format!(
            "{{model}}: {} says itself which models are drawn; leave {{model}} out",
            file.display()
        )));
    }
    if args.each && inputs.structures.len() > 1 {
        return Err(CliError::usage(
            "--each: {model} is for the models of one structure; draw each by its own command",
        ));
    }
    if inputs
        .structures
        .iter()
        .any(|input| input == Path::new("-"))
    {
        return Err(CliError::usage(
            "{model} reads the input once for each model, and standard input can be read only \
             once; give a file",
        ));
    }
    Ok(States::Models(args.read.model_numbers(&inputs.structures)?))
}

/// The file extension of pictures in an archive that is given alone: the format of the flag or of
/// the scene file, else PNG.
fn archive_format(args: &RenderArgs) -> String {
    let extension = |word: &str| {
        format_of_extension(word).map_or(word.into(), |format| file_extension(format).to_owned())
    };
    let flag = args.request.format().map(extension);
    // A scene file that cannot be read is refused when its request is made.
    let of_scene_file = || {
        let scene_file = args.inputs.first().filter(|input| is_scene_file(input))?;
        let document = read_scene_file(scene_file).ok()?;
        Some(file_extension(document.request.output.format?).to_owned())
    };
    flag.or_else(of_scene_file).unwrap_or_else(|| "png".into())
}

/// The name of annotation files, and whether they do not go into the archive.
fn annotations_name(
    args: &RenderArgs,
    archive: Option<&ArchiveName>,
    names: &NameParts<'_>,
) -> Result<(Option<OutputName>, bool), CliError> {
    const FLAG: &str = "--annotations";
    let Some(file) = args.annotations.file()? else {
        return Ok((None, true));
    };
    let Some(own) = ArchiveName::of(file) else {
        return Ok((Some(OutputName::new(FLAG, file)?), true));
    };
    if archive.is_none_or(|archive| archive.archive != own.archive) {
        return Err(CliError::flag(
            FLAG,
            "annotations go into the archive of the pictures or into files; give that archive, or \
             a name without .tar",
        ));
    }
    let member = names.member_of(FLAG, &own, "json")?;
    Ok((Some(OutputName::new(FLAG, &member)?), false))
}

/// Warns of inputs that one scene has twice: their atoms are drawn twice, at the same positions.
fn warn_of_repeated(args: &RenderArgs, verbosity: Verbosity) {
    if args.each || verbosity.quiet {
        return;
    }
    let mut seen = BTreeSet::new();
    for input in &args.inputs {
        let Ok(file) = input.canonicalize() else {
            continue;
        };
        if !seen.insert(file) {
            note(format_args!(
                "warning: {} is given twice, so its atoms are drawn twice",
                input.display()
            ));
        }
    }
}

/// Warns of flags that have no effect, each once.
fn warn_of_unused<'a>(
    args: &RenderArgs,
    requests: impl Iterator<Item = &'a RenderRequest>,
    verbosity: Verbosity,
) {
    if !verbosity.quiet {
        let warnings: BTreeSet<String> = requests
            .flat_map(|request| args.request.diagnostics(request))
            .collect();
        warnings.iter().for_each(note);
    }
}

fn print_request(args: &RenderArgs, verbosity: Verbosity) -> Result<(), CliError> {
    if args.inputs.iter().any(|input| input == Path::new("-")) {
        return Err(CliError::usage(
            "--print-request: a scene file cannot name standard input; give files",
        ));
    }
    let inputs = Inputs::open(&args.inputs, &args.frames, args.each, true)?;
    if let Some(frames) = &inputs.frames {
        return Err(CliError::usage(format!(
            "--print-request: a scene file cannot name the trajectory {}; leave it out, and give \
             it again with the scene file",
            frames.path.display()
        )));
    }
    if let Some(out) = args.output.as_deref().filter(|out| is_scene_file(out)) {
        return Err(CliError::usage(format!(
            "--print-request: the request is printed on standard output; give > {0} instead of \
             -o {0}",
            out.display()
        )));
    }
    if args.inputs.iter().any(|input| is_molviewspec_file(input)) {
        return Err(CliError::usage(
            "--print-request: a scene file cannot say what a MolViewSpec file does; draw that file itself",
        ));
    }
    let archive = args.output.as_deref().and_then(ArchiveName::of);
    let in_archive = archive.map(|name| {
        let alone = || PathBuf::from(format!("x.{}", archive_format(args)));
        name.member.unwrap_or_else(alone)
    });
    let out = in_archive.as_deref().or(args.output.as_deref());
    let mut request = request::of_inputs(&args.inputs, &args.request, out)?;
    warn_of_unused(args, std::iter::once(&request.request), verbosity);
    args.read.override_reading(&mut request.reading)?;
    let unsupported = args.read.given();
    if !unsupported.is_empty() && !verbosity.quiet {
        note(format_args!(
            "warning: a scene file cannot store {}; give it again with the scene file",
            unsupported.join(" and ")
        ));
    }
    output_json(&request)
}
