//! `molshot schema`

use clap::Args;
use molshot_renderer::annotations;

use crate::message::{Failure, output};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  molshot schema > molshot.schema.json\n  molshot schema --annotations > annotations.schema.json"
)]
pub(crate) struct SchemaArgs {
    /// The schema of annotations (`molshot render --annotations`) instead.
    #[arg(long)]
    annotations: bool,
}

pub(crate) fn run(args: &SchemaArgs) -> Result<(), Failure> {
    let schema = if args.annotations {
        annotations::schema()
    } else {
        molshot_scenes::request::schema()
    };
    let mut text = serde_json::to_string_pretty(&schema)?;
    text.push('\n');
    output(text.as_bytes())
}
