//! What each pixel shows: depth, normals and atoms, as images and as numbers:
//! `cargo run --example planes -- INPUT OUTPUT.png`
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "it prints what it wrote")]

use std::collections::BTreeMap;

use molshot::{Plane, RenderRequest, Renderer};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut args = std::env::args().skip(1);
    let input = args.next().unwrap_or("scenes/library/1hvr".into());
    let output = args.next().unwrap_or("planes.png".into());

    let structure = molshot::read(input)?;
    let mut request = RenderRequest::default();
    request.output.planes = [Plane::Color, Plane::Depth, Plane::Normal, Plane::AtomId].into();
    let picture = Renderer::new()?.render(&structure, &request)?;

    // Every plane becomes a file: OUTPUT.png, OUTPUT.depth.png, OUTPUT.depth.npy, ...
    for file in picture.save(output)? {
        println!("{}", file.display());
    }
    // The planes are also there as numbers.
    let depths = picture.depth_angstrom().unwrap_or_default().iter();
    let (near, far) = depths
        .filter(|depth| depth.is_finite())
        .fold((f32::MAX, f32::MIN), |(near, far), depth| {
            (near.min(*depth), far.max(*depth))
        });
    println!("depth: {near:.2} to {far:.2} angstrom");
    let mut pixels: BTreeMap<u32, usize> = BTreeMap::new();
    for id in picture.atom_id().unwrap_or_default() {
        *pixels.entry(*id).or_default() += 1;
    }
    // 0 is the background; atom ids are the index in the structure + 1.
    pixels.remove(&0);
    if let Some((id, count)) = pixels.iter().max_by_key(|(_, count)| **count) {
        let name = &structure.atoms().name[*id as usize - 1];
        println!("atom {id} ({name}) covers the most pixels: {count}");
    }
    // As an image of the crate `image`, without a copy.
    let depth = picture.into_frame().into_depth_image()?;
    println!("depth image: {} x {}", depth.width(), depth.height());
    Ok(())
}
