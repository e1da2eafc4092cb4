//! A structure file to a picture: `cargo run --example minimal -- INPUT OUTPUT.png`
#![forbid(unsafe_code)]

use molshot::{RenderRequest, Renderer};

fn main() -> Result<(), molshot::Error> {
    let mut args = std::env::args().skip(1);
    let input = args.next().unwrap_or("scenes/library/1ubi.pdb".into());
    let output = args.next().unwrap_or("minimal.png".into());
    let structure = molshot::read(input)?;
    let picture = Renderer::new()?.render(&structure, &RenderRequest::default())?;
    picture.save(output)?;
    Ok(())
}
