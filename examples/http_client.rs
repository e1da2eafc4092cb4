//! Asks a running server for a picture by its URL and by a JSON request:
//! `molshot serve &`, then `cargo run --example http_client -- http://127.0.0.1:8000 FOLDER`
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "it prints what it wrote")]

use std::path::PathBuf;

use molshot::{RenderRequest, SceneDocument, StructureSource};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let server = args.next().unwrap_or("http://127.0.0.1:8000".into());
    let folder = PathBuf::from(args.next().unwrap_or(".".into()));
    let id = "sample-hiv-protease";

    // The parameters have the names of the command line's flags.
    let url = format!("{server}/v1/structures/{id}/image.png?size=320x240&commands=view%20left");
    let png = ureq::get(&url).call()?.body_mut().read_to_vec()?;
    std::fs::write(folder.join("by_url.png"), &png)?;

    // The same as a JSON document.
    let mut request = RenderRequest::default();
    request.commands = "view left".into();
    [request.output.width_px, request.output.height_px] = [320, 240];
    let document = SceneDocument::new(StructureSource::Id { id: id.into() }, request);
    let mut answer = ureq::post(format!("{server}/v1/render"))
        .header("content-type", "application/json")
        .header("accept", "image/png")
        .send(serde_json::to_vec(&document)?)?;
    let posted = answer.body_mut().read_to_vec()?;
    std::fs::write(folder.join("by_request.png"), &posted)?;
    println!("{} and {} bytes", png.len(), posted.len());
    assert_eq!(png, posted, "both draw the same picture");
    Ok(())
}
