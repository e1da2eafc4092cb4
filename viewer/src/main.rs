//! `molshot-view`: a window that shows what `molshot render` draws, and the request for it.
//!
//! The road of the data: [`input`] reads -> [`document`] holds request and camera, which [`orbit`] says as view commands -> [`pacer`] decides when to draw -> the
//! renderer's pool draws -> [`picture`] -> [`window`] -> [`present`]. What is seen is a frame of the very back end that draws files, pixel by pixel.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what is copied is printed, too, and so are messages"
)]

mod app;
mod copy;
mod desktop;
mod document;
mod input;
mod keys;
mod orbit;
mod pacer;
mod picture;
mod present;
mod watch;
mod window;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use molshot_molecule::Format;
use molshot_renderer::AdapterChoice;
use molshot_renderer::pool::{Pool, PoolOptions};
use molshot_scenes::RenderRequest;
use molshot_scenes::request::Preset;

use app::App;
use input::Reading;
use present::PresentChoice;

/// Shows molecules in a window, exactly as `molshot render` and the server draw them.
#[derive(Debug, Parser)]
#[command(name = "molshot-view", version, after_help = KEYS_HINT)]
struct Args {
    /// Structure files, folders in PDBbind layout, scene files (.json), or `-`. Several structures make one scene.
    #[arg(required = true, value_name = "INPUT")]
    inputs: Vec<PathBuf>,
    /// Show each input by itself; n and N go from one to the next. Scene files always stand by themselves.
    #[arg(long)]
    each: bool,
    /// Size of the picture in pixels [default: the request's, or as much as the screen has].
    #[arg(long, value_name = "WIDTHxHEIGHT", value_parser = parse_size)]
    size: Option<[u32; 2]>,
    /// Style to begin with: misi, ball-and-stick, licorice, spacefill ...
    #[arg(long, value_name = "STYLE", value_parser = parse_preset)]
    style: Option<Preset>,
    /// View commands to begin with.
    #[arg(long, value_name = "COMMANDS")]
    commands: Option<String>,
    /// What to draw with: auto, gpu, software, or vulkan-software.
    #[arg(long, value_name = "ADAPTER", default_value = "auto", value_parser = |text: &str| text.parse::<AdapterChoice>())]
    adapter: AdapterChoice,
    /// What brings pictures into the window: auto, surface (of a graphics adapter), or software (the processor).
    #[arg(long, value_name = "PRESENT", default_value = "auto", value_parser = |text: &str| text.parse::<PresentChoice>())]
    present: PresentChoice,
    /// Threads for each picture [default: as many as there are processors].
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// Format of standard input: pdb, mmcif, bcif, sdf, mol2, xyz.
    #[arg(long, value_name = "FORMAT", value_parser = parse_format)]
    input_format: Option<Format>,
    /// Read `ID_protein.pdb` of a folder, not `ID_pocket.pdb`.
    #[arg(long)]
    protein: bool,
    /// The server of copied URLs.
    #[arg(long, value_name = "URL", default_value = copy::SERVER)]
    server: String,
    /// Print how long each picture took.
    #[arg(short, long)]
    verbose: bool,
}

const KEYS_HINT: &str = "\
Drag turns, right-drag or shift-drag moves, the wheel zooms, a double click centres on an atom; ? shows the keys.

Examples:
  molshot-view 5ey0/
  molshot-view scene.json
  molshot-view pocket.pdb ligand.mol2 --style ball-and-stick
  molshot-view pdbbind/*/ --each";

fn parse_size(text: &str) -> Result<[u32; 2], String> {
    let parse = |part: &str| part.trim().parse::<u32>().ok().filter(|edge| *edge > 0);
    text.split_once(['x', 'X'])
        .and_then(|(width, height)| Some([parse(width)?, parse(height)?]))
        .ok_or_else(|| "give width and height in pixels, as 1024x768".to_owned())
}

fn parse_preset(text: &str) -> Result<Preset, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|_| {
        "give misi, misi-pocket, misi-ligand, ball-and-stick, licorice or spacefill".to_owned()
    })
}

fn parse_format(text: &str) -> Result<Format, String> {
    Format::from_name(text).ok_or_else(|| "give pdb, mmcif, bcif, sdf, mol2 or xyz".to_owned())
}

impl Args {
    /// Takes what was typed into the request of an input.
    fn apply(&self, request: &mut RenderRequest) {
        if let Some(preset) = self.style {
            request.style.preset = preset;
        }
        if let Some(commands) = &self.commands {
            request.commands = vec![commands.clone()];
        }
        if let Some([width, height]) = self.size {
            (request.output.width_px, request.output.height_px) = (width, height);
        }
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("molshot-view: {}", words(&error));
            ExitCode::FAILURE
        }
    }
}

/// An error with its causes, each said once: some say their cause themselves.
fn words(error: &anyhow::Error) -> String {
    let mut text = error.to_string();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        if !text.contains(&cause) {
            text = format!("{text}: {cause}");
        }
    }
    text
}

fn run(args: Args) -> Result<()> {
    let reading = Reading {
        format: args.input_format,
        protein: args.protein,
    };
    let sources = input::sources(&args.inputs, args.each, reading)?;
    let threads = args
        .threads
        .map_or_else(PoolOptions::available_threads, usize::from);
    let mut first = sources[0].load(reading)?;
    args.apply(&mut first.request);
    first
        .request
        .validate()
        .with_context(|| sources[0].name())?;
    let pool = Pool::open(args.adapter, |_| PoolOptions::latency(threads))?;
    let event_loop = desktop::event_loop()?;
    let mut app = App::new(args, sources, reading, pool, event_loop.create_proxy());
    app.open_first(first)?;
    event_loop.run_app(&mut app)?;
    app.finish()
}
