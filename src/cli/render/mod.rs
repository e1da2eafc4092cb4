//! `molshot render`

mod args;
mod batch;
mod group;
mod outputs;
mod pictures;
mod progress;
pub(crate) mod request;
mod sidecars;
mod summary;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use molshot_scenes::RenderRequest;

use crate::cli::message::{CliError, Verbosity, note, output_json};
use crate::input::is_scene_file;
pub(crate) use args::RenderArgs;
use batch::BatchRender;
use outputs::{GroupFiles, OutputName};

pub(crate) fn run(args: &RenderArgs, verbosity: Verbosity) -> Result<(), CliError> {
    if args.print_request {
        return print_request(args, verbosity);
    }
    let Some(out) = args.output.as_deref() else {
        return Err(CliError::usage("no output is given; give -o OUT"));
    };
    warn_of_repeated(args, verbosity);
    args.read.warn_of_unused(&args.inputs, verbosity);
    let groups: Vec<&[PathBuf]> = if args.each {
        args.inputs.chunks(1).collect()
    } else {
        vec![args.inputs.as_slice()]
    };
    let pictures = args.pictures.list()?;
    let name = OutputName::new("--output", out)?;
    let annotations_name = args.annotations.name()?;
    for name in [&name].into_iter().chain(&annotations_name) {
        name.check_placeholders(groups.len(), pictures.len(), args.pictures.names_views())?;
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
    let valid = requests.iter().flatten().map(|document| &document.request);
    warn_of_unused(args, valid, verbosity);
    if out != Path::new("-") || annotations_name.is_some() {
        let files: Vec<GroupFiles<'_>> = std::iter::zip(&groups, &requests)
            .map(|(inputs, request)| GroupFiles {
                inputs,
                document: request.as_ref().ok(),
            })
            .collect();
        let names = (
            (out != Path::new("-")).then_some(&name),
            annotations_name.as_ref(),
        );
        outputs::check_files(names, &files, &pictures, args.pictures.commands_file())?;
    }
    batch::run(&BatchRender {
        args,
        groups: std::iter::zip(groups, requests)
            .map(|(inputs, request)| (inputs, Mutex::new(Some(request))))
            .collect(),
        pictures,
        name,
        annotations_name,
        verbosity,
    })
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
    if let Some(out) = args.output.as_deref().filter(|out| is_scene_file(out)) {
        return Err(CliError::usage(format!(
            "--print-request: the request is printed on standard output; give > {0} instead of \
             -o {0}",
            out.display()
        )));
    }
    let request = request::of_inputs(&args.inputs, &args.request, args.output.as_deref())?;
    warn_of_unused(args, std::iter::once(&request.request), verbosity);
    let unsupported = args.read.given();
    if !unsupported.is_empty() && !verbosity.quiet {
        note(format_args!(
            "warning: a scene file cannot store {}; give it again with the scene file",
            unsupported.join(" and ")
        ));
    }
    output_json(&request)
}
