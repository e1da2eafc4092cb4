//! `molshot schema`

use crate::message::{Failure, output};

pub(crate) fn run() -> Result<(), Failure> {
    let mut text = serde_json::to_string_pretty(&molshot_scenes::request::schema())?;
    text.push('\n');
    output(text.as_bytes())
}
