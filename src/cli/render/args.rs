//! The flags of `molshot render`.

use std::path::PathBuf;

use clap::Args;
use molshot_molecule::{Format, TrajectoryFormat};
use molshot_renderer::pool::PoolOptions;

use super::frames::FrameArgs;
use super::pictures::PictureArgs;
use super::request::RequestArgs;
use super::sidecars::AnnotationArgs;
use crate::cli::adapter::AdapterArgs;
use crate::cli::input::ReadArgs;
use crate::cli::whole;

/// The flags of `molshot render`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES, args_override_self = true)]
pub(crate) struct RenderArgs {
    #[arg(required = true, value_name = "INPUT",
          help = format!("Structure files ({}, each also .gz), folders in PDBbind layout, one \
                          scene file (.json) or MolViewSpec file (.mvsj, .mvsx), or `-` for standard \
                          input. Several inputs make one scene; a trajectory ({}) beside them moves \
                          their atoms",
                         Format::extensions_text(), TrajectoryFormat::extensions_text()))]
    pub(super) inputs: Vec<PathBuf>,
    /// File to write; its extension decides the format. `-` writes to standard output. For several
    /// pictures the name contains {view} or {index}, of frames {frame}, of models {model}, with
    /// --each also {name}. FILE.tar puts all
    /// files into one archive, FILE.tar/NAME says under which names.
    #[arg(
        short,
        long,
        value_name = "OUT",
        required_unless_present = "print_request"
    )]
    pub(super) output: Option<PathBuf>,
    /// Draw each input separately.
    #[arg(long)]
    pub(super) each: bool,
    /// Print the request as a scene file, and draw nothing. Its paths are relative to the current
    /// folder, so keep the file there.
    #[arg(long, conflicts_with_all = ["each", "views", "turntable", "commands_file"])]
    pub(super) print_request: bool,
    /// Skip pictures whose files all exist, for example after Ctrl-C. Files get their names only
    /// when they are complete; whether the same command made them is not checked.
    #[arg(long, conflicts_with = "print_request")]
    pub(super) resume: bool,
    /// Number of threads [default: number of processors].
    #[arg(long, value_name = "N", value_parser = whole(1_u16..=1024), allow_negative_numbers = true)]
    pub(super) threads: Option<u16>,
    #[command(flatten)]
    pub(super) adapter: AdapterArgs,
    #[command(flatten)]
    pub(super) request: RequestArgs,
    #[command(flatten)]
    pub(super) annotations: AnnotationArgs,
    #[command(flatten)]
    pub(super) pictures: PictureArgs,
    #[command(flatten)]
    pub(super) frames: FrameArgs,
    #[command(flatten)]
    pub(super) read: ReadArgs,
}

const EXAMPLES: &str = "\
Examples:
  molshot render 5ey0/ -o 5ey0.png --commands 'view left; roll y 15; move x 3'
  molshot render pocket.pdb ligand.mol2 -o complex.webp --background transparent --samples 16
  molshot render 1aon.cif.gz -o 1aon.png --style spacefill --colors chain
  molshot render 5ey0/ -o '5ey0_{view}.png' --views front,left,top,back,right,bottom
  molshot render 5ey0/ -o 'turn_{index}.png' --turntable 36
  molshot render *.sdf --each -o '{name}.png'
  molshot render *.sdf --each --turntable 36 --size 128x128 -o turns.tar
  molshot render md.gro md.xtc -o 'frame_{frame}.png' --frames 0:1000:10 --align 'name CA'
  molshot render nmr.pdb -o ensemble.png --model all
  molshot render pdbbind/*/ --each --views front,left,top -o 'out/{name}_{view}.png' --resume
  molshot render 5ey0/ -o named.png --style licorice --labels residues --label-size 14px --label-outline 1
  molshot render 5ey0/ -o 5ey0.png --planes color,depth,normal,atom-id,residue-id
  molshot render 5ey0/ -o 5ey0.png --annotations 5ey0.json --masks residue
  molshot render 5ey0/ -o 5ey0.png --bond-orders --caption 5ey0.caption.json
  molshot render 5ey0/ -o docking.png --transform 'ligand: roll x 75; move x -14'
  molshot render 5ey0/ --select 'byres within 4 of ligand' --print-request > close.json
  molshot render close.json -o close.png
  molshot render story.mvsj -o 'story_{index}.png'";

impl RenderArgs {
    /// Whether pictures are drawn, rather than the request printed.
    pub(crate) fn draws(&self) -> bool {
        !self.print_request
    }

    /// The number of threads to draw with.
    pub(super) fn threads(&self) -> usize {
        self.threads
            .map_or_else(PoolOptions::available_threads, usize::from)
    }
}
