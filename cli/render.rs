//! `molshot render`

mod pictures;
mod request;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use molshot_molecule::Structure;
use molshot_renderer::{AdapterChoice, Draw, encode, open, save};
use molshot_scenes::build::Prepared;
use molshot_scenes::{Plane, RenderRequest};

use crate::Verbosity;
use crate::input::{ReadArgs, print_warnings};
use crate::message::{Failure, note, output};
use pictures::{Picture, PictureArgs};
use request::RequestArgs;

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
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
    /// Print the request as a scene file, and draw nothing.
    #[arg(long)]
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
  molshot render *.sdf --each -o 'out/{name}.png'
  molshot render 5ey0/ -o 5ey0.png --planes color,depth,normal,atom-id,residue-id
  molshot render 5ey0/ --select 'byres within 4 of ligand' --print-request > close.json
  molshot render close.json -o close.png";

/// Inputs that make one scene, and the name they go by.
struct Group {
    name: String,
    structure: Arc<Structure>,
    request: RenderRequest,
}

pub(crate) fn run(args: RenderArgs, verbosity: Verbosity) -> Result<(), Failure> {
    if args.print_request {
        let request = request::of_inputs(&args.inputs, &args.request, args.output.as_deref())?;
        let mut text = serde_json::to_string_pretty(&request)?;
        text.push('\n');
        return output(text.as_bytes());
    }
    let Some(out) = args.output.as_deref() else {
        return Err(Failure::usage("nowhere to write; give -o OUT"));
    };
    let groups: Vec<&[PathBuf]> = if args.each {
        args.inputs.chunks(1).collect()
    } else {
        vec![args.inputs.as_slice()]
    };
    let pictures = args.pictures.list()?;
    pictures::check_output(out, args.each && groups.len() > 1, &pictures)?;

    let mut draw: Option<Box<dyn Draw>> = None;
    let total = groups.len() * pictures.len();
    let progress = progress(total, verbosity);
    let mut failed = 0_usize;
    let mut done = 0_usize;
    for inputs in groups.iter().copied() {
        let result = read_group(&args, inputs, out).and_then(|group| {
            progress.suspend(|| print_warnings(&group.structure, verbosity));
            let prepared = Prepared::new(Arc::clone(&group.structure), &group.request)?;
            // Opened late: a mistake in the request is told without waiting for a driver.
            let draw = match &mut draw {
                Some(draw) => draw,
                None => draw.insert(open(args.adapter)?),
            };
            for picture in &pictures {
                draw_one(
                    draw.as_mut(),
                    &prepared,
                    &group,
                    picture,
                    out,
                    verbosity,
                    &progress,
                )?;
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
            "{failed} of {} inputs failed; {done} pictures were drawn",
            groups.len()
        )));
    }
    Ok(())
}

fn read_group(args: &RenderArgs, inputs: &[PathBuf], out: &Path) -> Result<Group, Failure> {
    let request = request::of_inputs(inputs, &args.request, Some(out))?;
    let structure = match request::scene_paths(inputs, &request)? {
        Some(paths) => args.read.read_all(&paths)?,
        None => args.read.read_all(inputs)?,
    };
    Ok(Group {
        name: pictures::name_of(&inputs[0]),
        structure,
        request,
    })
}

fn draw_one(
    draw: &mut dyn Draw,
    prepared: &Prepared,
    group: &Group,
    picture: &Picture,
    out: &Path,
    verbosity: Verbosity,
    progress: &ProgressBar,
) -> Result<(), Failure> {
    let job = picture.job(prepared, &group.request)?;
    let frame = draw.draw(&job)?;
    let format = prepared.output().format;
    if out == Path::new("-") {
        if job.planes().len() != 1 || !job.planes().contains(&Plane::Color) {
            return Err(Failure::usage(
                "only the picture itself goes to standard output; give -o FILE for further planes",
            ));
        }
        return output(&encode::picture(&frame, format)?.bytes);
    }
    let path = picture.path(out, &group.name);
    let written = save(&frame, job.planes().iter().copied(), &path, format)?;
    if verbosity.verbose {
        let timings = frame.timings;
        progress.suspend(|| {
            for path in &written {
                note(format_args!("wrote {}", path.display()));
            }
            note(format_args!(
                "{} x {} pixels by {}: upload {:.1} ms, draw {:.1} ms, read back {:.1} ms",
                frame.width_px,
                frame.height_px,
                frame.adapter,
                timings.upload.as_secs_f64() * 1e3,
                timings.draw.as_secs_f64() * 1e3,
                timings.read_back.as_secs_f64() * 1e3,
            ));
        });
    }
    Ok(())
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
