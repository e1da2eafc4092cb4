//! `molshot schema`

use clap::Args;
use molshot_renderer::annotations;

use crate::cli::message::{CliError, output_json};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  molshot schema > molshot.schema.json\n  molshot schema --annotations > annotations.schema.json"
)]
pub(crate) struct SchemaArgs {
    /// Print the schema of annotations (`molshot render --annotations`) instead.
    #[arg(long)]
    annotations: bool,
}

pub(crate) fn run(args: &SchemaArgs) -> Result<(), CliError> {
    if args.annotations {
        output_json(&annotations::schema())
    } else {
        output_json(&molshot_scenes::schema::schema())
    }
}
