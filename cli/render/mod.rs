//! `molshot render`

mod effects;
mod labels;
mod many;
mod outputs;
mod pictures;
mod progress;
pub(crate) mod request;
mod truth;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use clap::Args;
use molshot_molecule::Structure;
use molshot_renderer::labels::boxed_characters;
use molshot_renderer::pool::PoolOptions;
use molshot_renderer::{
    AdapterChoice, Annotator, Encoding, Frame, encode, open_with_threads, save,
};
use molshot_scenes::build::PreparedScene;
use molshot_scenes::remarks::remarks;
use molshot_scenes::{Plane, RenderJob, RenderRequest};

use crate::Verbosity;
use crate::input::{ReadArgs, print_warnings};
use crate::message::{Failure, note, output};
use crate::scene_file::is_scene_file;
use many::Many;
use outputs::{Drawn, OutputName};
use pictures::{PictureArgs, Pictures, Start};
use request::RequestArgs;
use truth::{Truth, TruthArgs};

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_override_self = true)]
pub(crate) struct RenderArgs {
    /// Structure files (.pdb .ent .cif .mmcif .bcif .sdf .mol .mol2 .xyz, each also .gz), folders
    /// in PDBbind layout, one scene file (.json), or `-`. Several make one scene.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Where to write the picture; its ending decides the format. `-` writes to standard output.
    /// With many pictures it holds {view} or {index}, with --each also {name}.
    #[arg(
        short,
        long,
        value_name = "OUT",
        required_unless_present = "print_request"
    )]
    output: Option<PathBuf>,
    /// Draw each input by itself.
    #[arg(long)]
    each: bool,
    /// Print the request as a scene file, and draw nothing. Its paths are relative to the current
    /// folder: keep it here.
    #[arg(long, conflicts_with_all = ["each", "views", "turntable", "commands_file"])]
    print_request: bool,
    /// Skip pictures whose files are all there, as after Ctrl-C. A file is there only when it is
    /// whole; whether it was made by the same command is not looked at.
    #[arg(long, conflicts_with = "print_request")]
    resume: bool,
    /// Threads to draw with [default: as many as there are processors].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024), allow_negative_numbers = true)]
    threads: Option<u16>,
    /// What to draw with: auto, gpu, software, or vulkan-software.
    #[arg(long, value_name = "ADAPTER", default_value = "auto", value_parser = crate::words::adapter(), hide_possible_values = true)]
    adapter: AdapterChoice,
    #[command(flatten)]
    request: RequestArgs,
    #[command(flatten)]
    truth: TruthArgs,
    #[command(flatten)]
    pictures: PictureArgs,
    #[command(flatten)]
    read: ReadArgs,
}

const EXAMPLES: &str = "\
Examples:
  molshot render 5ey0/ -o 5ey0.png --commands 'view left; roll y 15; move x 3'
  molshot render pocket.pdb ligand.mol2 -o complex.webp --background transparent --samples 16
  molshot render 1aon.cif.gz -o 1aon.png --style spacefill --colors chain
  molshot render 5ey0/ -o '5ey0_{view}.png' --views front,left,top,back,right,bottom
  molshot render 5ey0/ -o 'turn_{index}.png' --turntable 36
  molshot render *.sdf --each -o '{name}.png'
  molshot render pdbbind/*/ --each --views front,left,top -o 'out/{name}_{view}.png' --resume
  molshot render 5ey0/ -o named.png --style licorice --labels residues --label-size 14px --label-outline 1
  molshot render 5ey0/ -o 5ey0.png --planes color,depth,normal,atom-id,residue-id
  molshot render 5ey0/ -o 5ey0.png --annotations 5ey0.json --masks residue
  molshot render 5ey0/ -o docking.png --transform 'ligand: roll x 75; move x -14'
  molshot render 5ey0/ --select 'byres within 4 of ligand' --print-request > close.json
  molshot render close.json -o close.png";

impl RenderArgs {
    /// Whether a picture will be drawn.
    pub(crate) fn draws(&self) -> bool {
        !self.print_request
    }

    /// Threads to draw with.
    fn threads(&self) -> usize {
        self.threads
            .map_or_else(PoolOptions::available_threads, usize::from)
    }
}

/// So many characters that the font lacks are named.
const BOXED_NAMED: usize = 5;

/// Inputs that make one scene, and the name they go by.
struct Group {
    name: OsString,
    structure: Arc<Structure>,
    request: RenderRequest,
}

pub(crate) fn run(args: &RenderArgs, verbosity: Verbosity) -> Result<(), Failure> {
    if args.print_request {
        return print_request(args, verbosity);
    }
    let Some(out) = args.output.as_deref() else {
        return Err(Failure::usage("nowhere to write; give -o OUT"));
    };
    warn_of_repeated(args, verbosity);
    args.read.warn_of_idle(&args.inputs, verbosity);
    let groups: Vec<&[PathBuf]> = if args.each {
        args.inputs.chunks(1).collect()
    } else {
        vec![args.inputs.as_slice()]
    };
    let pictures = args.pictures.list()?;
    let name = OutputName::new("--output", out)?;
    let truth_name = args.truth.name()?;
    for name in [&name].into_iter().chain(&truth_name) {
        name.check_placeholders(groups.len(), pictures.len(), args.pictures.names_views())?;
    }
    if args.resume && out == Path::new("-") {
        return Err(Failure::usage(
            "--resume: standard output keeps no finished pictures; give -o FILE",
        ));
    }
    let mut requests = Vec::with_capacity(groups.len());
    for inputs in &groups {
        match request::of_inputs(inputs, &args.request, Some(out)) {
            Err(failure @ Failure::Usage(_)) => return Err(failure),
            request => requests.push(request),
        }
    }
    warn_of_idle(args, requests.iter().flatten(), verbosity);
    if out != Path::new("-") || truth_name.is_some() {
        let drawn: Vec<Drawn<'_>> = std::iter::zip(&groups, &requests)
            .map(|(inputs, request)| Drawn {
                inputs,
                request: request.as_ref().ok(),
            })
            .collect();
        let names = (
            (out != Path::new("-")).then_some(&name),
            truth_name.as_ref(),
        );
        outputs::check_files(names, &drawn, &pictures, args.pictures.commands_file())?;
    }
    if groups.len() == 1 && pictures.len() == 1 && !args.resume {
        let Some(request) = requests.pop() else {
            return Err(Failure::usage("there is nothing to draw; give an INPUT"));
        };
        let names = (&name, truth_name.as_ref());
        return single(args, groups[0], request?, &pictures, names, verbosity);
    }
    let work = Many {
        args,
        groups: std::iter::zip(groups, requests)
            .map(|(inputs, request)| (inputs, Mutex::new(Some(request))))
            .collect(),
        pictures,
        name,
        truth_name,
        verbosity,
    };
    many::run(&work)
}

/// One picture, by this thread: to start others would take longer, unless the picture is large.
fn single(
    args: &RenderArgs,
    inputs: &[PathBuf],
    request: RenderRequest,
    pictures: &Pictures,
    (name, truth_name): (&OutputName, Option<&OutputName>),
    verbosity: Verbosity,
) -> Result<(), Failure> {
    let out = args.output.as_deref().unwrap_or(Path::new("-"));
    let group = read_group(args, inputs, request)?;
    print_warnings(&group.structure, verbosity);
    let prepared = prepare(args, inputs, &group)?;
    if !verbosity.quiet {
        lacks(&prepared, inputs, &group.request)
            .iter()
            .for_each(note);
    }
    let from_flag = args.request.has_commands();
    let start = Start::new(&prepared, &group.request, &inputs[0], from_flag)?;
    for picture in pictures.iter() {
        let job = args.truth.job(picture.job(&start)?)?;
        // Opened late: a mistake in the request is told without waiting for a driver.
        let mut draw = open_with_threads(args.adapter, threads_of_one(&job, args.threads()))?;
        let frame = draw.draw(&job)?;
        let path = name.path(&picture, &group.name);
        if shows_nothing(&frame) && !verbosity.quiet {
            note(nothing_shown(&path));
        }
        let format = Encoding::from(&group.request.output);
        let truth = Truth {
            planes: group.request.output.planes.iter().copied().collect(),
            annotations: truth_name.map(|name| name.path(&picture, &group.name)),
            masks: args.truth.masks(),
        };
        let mut written = if out == Path::new("-") {
            output(&encode::picture(&frame, format)?.bytes)?;
            Vec::new()
        } else {
            save(&frame, truth.planes.iter().copied(), &path, format)?
        };
        written.extend(truth.write(&job, &frame, &path, &mut Annotator::default())?);
        if verbosity.verbose && !written.is_empty() {
            for line in report(&frame, &written) {
                note(line);
            }
        }
    }
    Ok(())
}

/// Threads for a picture that is drawn alone. Starting one takes as long as a few thousand pixels.
fn threads_of_one(job: &RenderJob, most: usize) -> usize {
    const PIXELS_A_THREAD: usize = 1 << 17;
    const BODIES_A_THREAD: usize = 1 << 14;
    let crop = job.viewport().crop;
    let pixels = crop.width_px as usize * crop.height_px as usize;
    let bodies = job.scene().spheres.len() + job.scene().cylinders.len();
    (pixels / PIXELS_A_THREAD)
        .max(bodies / BODIES_A_THREAD)
        .clamp(1, most)
}

/// Says which inputs of one scene are given twice: their atoms are drawn twice, at the same places.
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
                "warning: {} is given twice, and its atoms are drawn twice",
                input.display()
            ));
        }
    }
}

/// Says which flags do nothing, each once.
fn warn_of_idle<'a>(
    args: &RenderArgs,
    requests: impl Iterator<Item = &'a RenderRequest>,
    verbosity: Verbosity,
) {
    if !verbosity.quiet {
        let remarks: BTreeSet<String> = requests
            .flat_map(|request| args.request.remarks(request))
            .collect();
        remarks.iter().for_each(note);
    }
}

fn print_request(args: &RenderArgs, verbosity: Verbosity) -> Result<(), Failure> {
    if args.inputs.iter().any(|input| input == Path::new("-")) {
        return Err(Failure::usage(
            "--print-request: a scene file cannot name standard input; give files",
        ));
    }
    let request = request::of_inputs(&args.inputs, &args.request, args.output.as_deref())?;
    warn_of_idle(args, std::iter::once(&request), verbosity);
    let left_out = args.read.given();
    if !left_out.is_empty() && !verbosity.quiet {
        note(format_args!(
            "warning: a scene file has no place for {}; give it again with the scene file",
            left_out.join(" and ")
        ));
    }
    let mut text = serde_json::to_string_pretty(&request)?;
    text.push('\n');
    output(text.as_bytes())
}

fn read_group(
    args: &RenderArgs,
    inputs: &[PathBuf],
    request: RenderRequest,
) -> Result<Group, Failure> {
    let planes = &request.output.planes;
    if args.output.as_deref() == Some(Path::new("-"))
        && (planes.len() != 1 || !planes.contains(&Plane::Color))
    {
        return Err(Failure::usage(
            "only the picture itself goes to standard output; give -o FILE for further planes",
        ));
    }
    let structure = match inputs {
        [input] if is_scene_file(input) => args.read.read_source(&request.structure, input)?,
        inputs => args.read.read_all(inputs)?,
    };
    Ok(Group {
        name: outputs::name_of(&inputs[0]),
        structure,
        request,
    })
}

/// The scene of a group. Of several groups, what fits one of them ill is that one's fault, not the
/// command line's: the others are drawn.
fn prepare(args: &RenderArgs, inputs: &[PathBuf], group: &Group) -> Result<PreparedScene, Failure> {
    PreparedScene::new(Arc::clone(&group.structure), &group.request).map_err(|error| {
        match args.request.blame(error, &inputs[0]) {
            Failure::Usage(text) if args.each && args.inputs.len() > 1 => {
                Failure::in_file(&inputs[0], text)
            }
            failure => failure,
        }
    })
}

/// Warnings of what a group's scene lacks of what was asked for.
fn lacks(prepared: &PreparedScene, inputs: &[PathBuf], request: &RenderRequest) -> Vec<String> {
    let scene = prepared.scene();
    let mut remarks = remarks(scene, request);
    let boxed = boxed_characters(scene);
    if !boxed.is_empty() {
        let named: Vec<String> = boxed
            .iter()
            .take(BOXED_NAMED)
            .map(|character| format!("{character} (U+{:04X})", u32::from(*character)))
            .collect();
        let more = if boxed.len() > BOXED_NAMED {
            ", ..."
        } else {
            ""
        };
        remarks.push(format!(
            "the font lacks {}{more}, drawn as boxes; it has ASCII, Latin-1, Greek, primes, superscripts 1 to 9 and subscripts 0 to 9",
            named.join(", ")
        ));
    }
    remarks
        .into_iter()
        .map(|remark| format!("warning: {}: {remark}", inputs[0].display()))
        .collect()
}

/// Whether every pixel is as the first, and no plane met anything: a molecule that fills the
/// picture in one colour does not happen at more than a few pixels, so smaller pictures are
/// believed.
fn shows_nothing(frame: &Frame) -> bool {
    const FEWEST_PIXELS: usize = 64;
    /// Odd, so that a look at every so many pixels meets all columns of a picture whose width is
    /// even.
    const GLANCE_PX: usize = 61;
    if let Some(ids) = frame.atom_id.as_ref().or(frame.residue_id.as_ref()) {
        return ids.iter().all(|id| *id == 0);
    }
    if let Some(depth) = &frame.depth_angstrom {
        return depth.iter().all(|depth| depth.is_infinite());
    }
    let Some(color) = &frame.color_rgba else {
        return false;
    };
    let (pixels, _) = color.as_chunks::<4>();
    pixels.len() >= FEWEST_PIXELS
        && pixels
            .iter()
            .step_by(GLANCE_PX)
            .all(|pixel| *pixel == pixels[0])
        && pixels.iter().all(|pixel| *pixel == pixels[0])
}

/// The warning of a picture that [`shows_nothing`].
fn nothing_shown(path: &Path) -> String {
    format!(
        "warning: {} shows nothing: the camera looks past all that is drawn, or what is drawn is smaller than a pixel",
        path.display()
    )
}

/// What was written and how long it took, for `--verbose`.
fn report(frame: &Frame, written: &[PathBuf]) -> Vec<String> {
    let mut lines: Vec<String> = written
        .iter()
        .map(|path| format!("wrote {}", path.display()))
        .collect();
    lines.push(format!(
        "{} x {} pixels by {}: upload {:.1} ms, draw {:.1} ms, read back {:.1} ms",
        frame.width_px,
        frame.height_px,
        frame.adapter,
        frame.timings.upload.as_secs_f64() * 1e3,
        frame.timings.draw.as_secs_f64() * 1e3,
        frame.timings.read_back.as_secs_f64() * 1e3,
    ));
    lines
}
