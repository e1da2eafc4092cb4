//! `molshot-view`: a window that shows what `molshot render` draws, and copies the request for it.
//!
//! Data flow: [`input`] reads structures and requests; [`document`] holds the request and the
//! camera, which [`orbit`] expresses as view commands; [`pacer`] decides when to draw; the
//! renderer's pool draws; [`display_frame`] converts the frame for the window; [`window_state`] and
//! [`present`] show it. The window shows a frame of the backend that draws files, pixel by pixel.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "copied text and messages are printed"
)]

mod app;
mod args;
mod copy;
mod desktop;
mod devices;
mod display_frame;
mod document;
mod input;
mod keys;
mod orbit;
mod pacer;
mod present;
mod watch;
mod window;
mod window_state;

use std::process::ExitCode;

use clap::Parser;
use molshot::cli::CliError;
use molshot_renderer::pool::{Pool, PoolOptions};

use app::{App, FirstInput};
use args::Args;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("molshot-view: {error}");
            ExitCode::from(error.exit_status())
        }
    }
}

fn run(args: Args) -> Result<(), CliError> {
    args.check()?;
    let options = args.input_options();
    let sources = input::sources(&args.inputs, args.each, &options)?;
    let threads = args
        .threads
        .map_or_else(PoolOptions::available_threads, usize::from);
    let first = FirstInput::find(&args, &sources, &options)?;
    let pool = Pool::open(args.adapter, |_| PoolOptions::latency(threads))?;
    let event_loop = desktop::event_loop()?;
    let mut app = App::new(args, sources, options, pool, event_loop.create_proxy());
    app.open_first(first);
    event_loop.run_app(&mut app)?;
    Ok(app.finish()?)
}
