//! `molshot render`

mod labels;
mod outputs;
mod pictures;
mod request;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use molshot_molecule::Structure;
use molshot_renderer::{AdapterChoice, Draw, Encoding, Frame, encode, open, save};
use molshot_scenes::build::Prepared;
use molshot_scenes::{Plane, RenderRequest};

use crate::Verbosity;
use crate::input::{ReadArgs, print_warnings};
use crate::message::{Failure, note, output};
use crate::scene_file::is_scene_file;
use outputs::{Drawn, OutputName};
use pictures::PictureArgs;
use request::RequestArgs;

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_override_self = true)]
pub(crate) struct RenderArgs {
    /// Structure files (.pdb .ent .cif .mmcif .bcif .sdf .mol .mol2 .xyz, each also .gz), folders in PDBbind layout, one scene
    /// file (.json), or `-`. Several make one scene.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Where to write the picture; its ending decides the format. `-` writes to standard output. With many pictures it holds
    /// {view} or {index}, with --each also {name}.
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
    /// Print the request as a scene file, and draw nothing. Its paths are relative to the current folder: keep it here.
    #[arg(long, conflicts_with_all = ["each", "views", "turntable", "commands_file"])]
    print_request: bool,
    /// What to draw with: auto, gpu, software, or vulkan-software.
    #[arg(long, value_name = "ADAPTER", default_value = "auto")]
    adapter: AdapterChoice,
    #[command(flatten)]
    request: RequestArgs,
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
  molshot render 5ey0/ -o named.png --style licorice --labels residues --label-size 14px --label-outline 1
  molshot render 5ey0/ -o 5ey0.png --planes color,depth,normal,atom-id,residue-id
  molshot render 5ey0/ --select 'byres within 4 of ligand' --print-request > close.json
  molshot render close.json -o close.png";

impl RenderArgs {
    /// Whether a picture will be drawn.
    pub(crate) fn draws(&self) -> bool {
        !self.print_request
    }
}

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
    let groups: Vec<&[PathBuf]> = if args.each {
        args.inputs.chunks(1).collect()
    } else {
        vec![args.inputs.as_slice()]
    };
    let pictures = args.pictures.list()?;
    let name = OutputName::new(out)?;
    name.check_placeholders(groups.len(), pictures.len(), args.pictures.names_views())?;
    let mut requests = Vec::with_capacity(groups.len());
    for inputs in &groups {
        match request::of_inputs(inputs, &args.request, Some(out)) {
            Err(failure @ Failure::Usage(_)) => return Err(failure),
            request => requests.push(request),
        }
    }
    if out != Path::new("-") {
        let drawn: Vec<Drawn<'_>> = std::iter::zip(&groups, &requests)
            .map(|(inputs, request)| Drawn {
                inputs,
                request: request.as_ref().ok(),
            })
            .collect();
        outputs::check_files(&name, &drawn, &pictures, args.pictures.commands_file())?;
    }

    let mut draw: Option<Box<dyn Draw>> = None;
    let total = groups.len() * pictures.len();
    let progress = progress(total, verbosity);
    let mut failed = 0_usize;
    let mut done = 0_usize;
    for (inputs, request) in std::iter::zip(groups.iter().copied(), requests) {
        let result = request
            .and_then(|request| read_group(args, inputs, request, out))
            .and_then(|group| {
                progress.suspend(|| print_warnings(&group.structure, verbosity));
                let prepared = Prepared::new(Arc::clone(&group.structure), &group.request)
                    .map_err(|error| args.request.blame(error, &inputs[0]))?;
                for picture in &pictures {
                    let from_flag = args.request.has_commands();
                    let job = picture.job(&prepared, &group.request, &inputs[0], from_flag)?;
                    // Opened late: a mistake in the request is told without waiting for a driver.
                    let draw = match &mut draw {
                        Some(draw) => draw,
                        None => draw.insert(open(args.adapter)?),
                    };
                    let frame = draw.draw(&job)?;
                if shows_nothing(&frame) && !verbosity.quiet {
                    progress.suspend(|| {
                        note(format_args!(
                            "warning: {} shows nothing: the camera looks past all that is drawn, or what is drawn is smaller than a pixel",
                            name.path(picture, &group.name).display()
                        ));
                    });
                }
                    let planes = job.planes().iter().copied();
                    let format = Encoding::from(&group.request.output);
                    if out == Path::new("-") {
                        output(&encode::picture(&frame, format)?.bytes)?;
                    } else {
                        let path = name.path(picture, &group.name);
                        let written = save(&frame, planes, &path, format)?;
                        progress.suspend(|| report(&frame, &written, verbosity));
                    }
                    progress.inc(1);
                    done += 1;
                }
                Ok(())
            });
        match result {
            Ok(()) => {}
            // One bad input among many does not stop the rest.
            Err(failure @ Failure::Work(_)) if groups.len() > 1 => {
                failed += 1;
                progress.suspend(|| crate::message::error(&failure));
            }
            Err(failure) => return Err(failure),
        }
    }
    progress.finish_and_clear();
    if failed > 0 {
        return Err(Failure::Work(anyhow::anyhow!(
            "{failed} of {} inputs failed; {done} {} drawn",
            groups.len(),
            if done == 1 {
                "picture was"
            } else {
                "pictures were"
            }
        )));
    }
    Ok(())
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

fn print_request(args: &RenderArgs, verbosity: Verbosity) -> Result<(), Failure> {
    if args.inputs.iter().any(|input| input == Path::new("-")) {
        return Err(Failure::usage(
            "--print-request: a scene file cannot name standard input; give files",
        ));
    }
    let request = request::of_inputs(&args.inputs, &args.request, args.output.as_deref())?;
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
    out: &Path,
) -> Result<Group, Failure> {
    let planes = &request.output.planes;
    if out == Path::new("-") && (planes.len() != 1 || !planes.contains(&Plane::Color)) {
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

/// Whether every pixel is as the first, and no plane met anything: a molecule that fills the picture in one colour does not
/// happen at more than a few pixels, so smaller pictures are believed.
fn shows_nothing(frame: &Frame) -> bool {
    const FEWEST_PIXELS: usize = 64;
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
    pixels.len() >= FEWEST_PIXELS && pixels.iter().all(|pixel| *pixel == pixels[0])
}

/// With `--verbose`, what was written and how long it took.
fn report(frame: &Frame, written: &[PathBuf], verbosity: Verbosity) {
    if !verbosity.verbose {
        return;
    }
    for path in written {
        note(format_args!("wrote {}", path.display()));
    }
    note(format_args!(
        "{} x {} pixels by {}: upload {:.1} ms, draw {:.1} ms, read back {:.1} ms",
        frame.width_px,
        frame.height_px,
        frame.adapter,
        frame.timings.upload.as_secs_f64() * 1e3,
        frame.timings.draw.as_secs_f64() * 1e3,
        frame.timings.read_back.as_secs_f64() * 1e3,
    ));
}

/// A bar with rate and time left, for many pictures on a terminal.
fn progress(total: usize, verbosity: Verbosity) -> ProgressBar {
    if total < 2 || verbosity.quiet {
        return ProgressBar::hidden();
    }
    let style =
        ProgressStyle::with_template("{bar:30} {pos} of {len} pictures, {per_sec}, {eta} left")
            .context("the progress bar's template is fixed")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(total as u64).with_style(style)
}
