//! Ten spheres from numbers, without a structure file:
//! `cargo run --example custom_scene -- OUTPUT.png`
#![forbid(unsafe_code)]

use std::sync::Arc;

use molshot::{PreparedScene, RenderRequest, Renderer, Rgb, Scene};

fn main() -> Result<(), molshot::Error> {
    let output = std::env::args().nth(1).unwrap_or("custom_scene.png".into());

    let mut scene = Scene::builder().background(Rgb([255; 3]));
    let mut last = None;
    for step in 0..10_u8 {
        // A helix: radius and rise in angstrom.
        let angle = f32::from(step) * 0.9;
        let center = [4.0 * angle.cos(), 1.2 * f32::from(step), 4.0 * angle.sin()];
        let color = Rgb([40 + 20 * step, 100, 240 - 20 * step]);
        scene = scene.sphere(center, 1.0 + 0.05 * f32::from(step), color);
        if let Some(last) = last {
            scene = scene.cylinder(last, center, 0.25, Rgb([120; 3]));
        }
        last = Some(center);
    }
    let scene = Arc::new(scene.build()?);

    // Camera, view commands, size and planes come from a request, as for structures.
    let mut request = RenderRequest::default();
    request.commands = "view front; roll x 20".into();
    [request.output.width_px, request.output.height_px] = [320, 320];
    let job = PreparedScene::of_scene(scene, &request)?.job()?;
    Renderer::new()?
        .render_job(job, &request.output)?
        .save(output)?;
    Ok(())
}
