//! `molshot-view`: a window that shows what `molshot render` draws, and the request for it.
//!
//! The road of the data: [`input`] reads -> [`document`] holds request and camera, which [`orbit`]
//! says as view commands -> [`pacer`] decides when to draw -> the renderer's pool draws ->
//! [`picture`] -> [`window`] -> [`present`]. What is seen is a frame of the very backend that
//! draws files, pixel by pixel.
#![forbid(unsafe_code)]
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "what is copied is printed, too, and so are messages"
)]

mod app;
mod args;
mod copy;
mod desktop;
mod devices;
mod document;
mod input;
mod keys;
mod orbit;
mod pacer;
mod picture;
mod present;
mod watch;
mod window;

use std::process::ExitCode;

use clap::Parser;
use molshot_renderer::pool::{Pool, PoolOptions};

use app::{App, First};
use args::{Args, Failure};
use input::Reading;

fn main() -> ExitCode {
    let args = Args::parse();
    match run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("molshot-view: {failure}");
            failure.exit_code()
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

fn run(args: Args) -> Result<(), Failure> {
    args.check()?;
    let reading = Reading {
        format: args.input_format,
        protein: args.protein,
    };
    let sources = input::sources(&args.inputs, args.each)?;
    let threads = args
        .threads
        .map_or_else(PoolOptions::available_threads, usize::from);
    let first = First::of(&args, &sources, reading)?;
    let pool = Pool::open(args.adapter, |_| PoolOptions::latency(threads))?;
    let event_loop = desktop::event_loop()?;
    let mut app = App::new(args, sources, reading, pool, event_loop.create_proxy());
    app.open_first(first);
    event_loop.run_app(&mut app)?;
    Ok(app.finish()?)
}
