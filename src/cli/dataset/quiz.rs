//! `molshot dataset quiz`

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;
use molshot_dataset::quiz::MAX_REQUEST_BYTES;
use molshot_dataset::score::table;
use molshot_dataset::{Layout, Mode, Quiz, QuizOptions};
use molshot_server::{LocalResponse, LocalSite};

use super::plan::{TaskList, tasks};
use super::score::SplitArg;
use super::{GIVE_A_SET, check_folder, failure};
use crate::cli::message::{CliError, Verbosity, note, output};
use crate::cli::whole;

/// The port that is tried first.
const PORT: u16 = 8001;

const EXAMPLES: &str = "\
Examples:
  molshot dataset quiz misi/
  molshot dataset quiz misi/ --name anna --tasks T1,T4 --limit 20

Open the printed address in a browser. Each answer is appended to OUT/predictions/NAME-SPLIT.jsonl at once; the same command again asks the questions without an
answer. The scores are shown when all questions have one; `molshot dataset score` gives them at any time.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct QuizArgs {
    /// Folder of the set.
    #[arg(value_name = "OUT")]
    out: PathBuf,
    /// Name of the person in the name of the file of answers.
    #[arg(long, value_name = "NAME", default_value = "human")]
    name: String,
    /// Split whose questions are asked.
    #[arg(long, value_enum, default_value_t = SplitArg::Test)]
    split: SplitArg,
    /// Tasks whose questions are asked, such as T1,T4.
    #[arg(long, value_name = "TASKS", default_value = "all", value_parser = tasks)]
    tasks: TaskList,
    /// Language of the questions [default: the first one of the set].
    #[arg(long, value_name = "LANG")]
    language: Option<String>,
    /// Input mode of the questions: picture, text or both [default: the first one of the set].
    #[arg(long, value_name = "MODE")]
    mode: Option<Mode>,
    /// Ask only so many questions.
    #[arg(long, value_name = "N", value_parser = whole(1_usize..=usize::MAX), allow_negative_numbers = true)]
    limit: Option<usize>,
    /// Seed of the order of the questions.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole(0..=u64::MAX), allow_negative_numbers = true)]
    seed: u64,
    /// Address that the page is served at.
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    host: IpAddr,
    /// Port, or 0 for a free one [default: 8001, or a free one].
    #[arg(long, value_name = "PORT", value_parser = whole(0_u16..=u16::MAX), allow_negative_numbers = true)]
    port: Option<u16>,
}

pub(super) fn run(args: &QuizArgs, verbosity: Verbosity) -> Result<(), CliError> {
    check_folder("OUT", &args.out, GIVE_A_SET)?;
    if args.name.trim().is_empty() {
        return Err(CliError::flag("--name", "is empty; give a name"));
    }
    let layout = Layout::new(&args.out);
    let mut options = QuizOptions::default();
    options.name.clone_from(&args.name);
    options.split = args.split.split();
    options.tasks.clone_from(&args.tasks.0);
    options.language.clone_from(&args.language);
    options.mode = args.mode;
    options.limit = args.limit;
    options.seed = args.seed;
    let mut quiz = Quiz::open(&layout, &options).map_err(failure)?;
    let site = open_site(args)?;
    let address = site.address()?;
    // Programs that start the page wait for this line.
    output(format!("listening on http://{address}\n").as_bytes())?;
    if !verbosity.quiet {
        note(format_args!(
            "{} of {} questions are answered in {}; open the address in a browser, and press Ctrl-C to end",
            quiz.answered_count(),
            quiz.question_count(),
            quiz.file().display()
        ));
        if !args.host.to_canonical().is_loopback() {
            note("warning: anyone who reaches this address may answer");
        }
    }
    site.run(|request| {
        let response = quiz.respond(request.is_post, &request.path, &request.body);
        LocalResponse {
            status: response.status,
            media_type: response.media_type,
            body: response.body,
        }
    })?;
    if !verbosity.quiet {
        note(format_args!(
            "{} of {} answers are kept in {}",
            quiz.answered_count(),
            quiz.question_count(),
            quiz.file().display()
        ));
    }
    if let Some(scores) = quiz.scores().map_err(failure)? {
        output(table(&scores).as_bytes())?;
    }
    Ok(())
}

/// Binds the address; without `--port`, a free port if the usual one is taken.
fn open_site(args: &QuizArgs) -> Result<LocalSite, CliError> {
    let open = |port| {
        let address = SocketAddr::new(args.host, port);
        LocalSite::open(address, MAX_REQUEST_BYTES).map_err(|error| {
            CliError::flag(
                "--port",
                format!(
                    "cannot listen on {address}: {error}; give another port, or another --host"
                ),
            )
        })
    };
    match args.port {
        Some(port) => open(port),
        None => open(PORT).or_else(|_| open(0)),
    }
}
