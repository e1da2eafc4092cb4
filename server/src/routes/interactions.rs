//! Hydrogen bonds and contacts of a structure: `/v1/structures/{id}/hbonds` and `/contacts`.

use std::sync::Arc;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use molshot_molecule::contacts::{self, ContactKind, ContactOptions};
use molshot_molecule::hbonds::{self, FindError, HydrogenBondOptions, Scope};
use molshot_molecule::{CancelToken, Element, Structure};

use super::query::Parameters;
use super::structures::load;
use crate::admission::{Client, Permit};
use crate::app::App;
use crate::error::Problem;
use crate::etag;
use crate::media_types::JSON;
use crate::render_service::with_deadline;
use crate::response;
use crate::structures::{LoadedStructure, hide_root};

/// Memory for finding the hydrogen bonds of one atom that may form some, and for their report, if
/// such atoms are as close together as they can be.
const BYTES_PER_POLAR_ATOM: u64 = 4000;
/// The same of other atoms.
const BYTES_PER_OTHER_ATOM: u64 = 100;

/// `GET /v1/structures/{id}/hbonds`
pub(super) async fn hydrogen_bonds(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let permit = app.admit(client)?;
    let reading = parameters.reading(&["scope", "distance-slack", "angle-slack", "water"])?;
    let defaults = HydrogenBondOptions::default();
    let mut options = defaults.with_scope(match parameters.get("scope")? {
        None | Some("ligand") => Scope::PocketToLigand,
        Some("within") => Scope::WithinParts,
        Some("all") => Scope::All,
        Some(_) => return Err(Problem::parameter("scope", "give ligand, within or all")),
    });
    if let Some(slack) = parameters.number("distance-slack", "a number of angstrom")? {
        options.distance_slack_angstrom = slack;
    }
    if let Some(slack) = parameters.number("angle-slack", "a number of degrees")? {
        options.angle_slack_degrees = slack;
    }
    options.water = parameters.parse_bool("water")?.unwrap_or(defaults.water);
    let (_, loaded) = load(&app, &id, &reading, client).await?;
    let etag = app.service.etag(&loaded, &format!("hbonds {options:?}"));
    let cache_control = app.revalidate();
    if etag::matches(&headers, &etag) {
        return Ok(response::not_modified(&etag, &cache_control));
    }
    let bytes = hydrogen_bond_bytes(&loaded.structure);
    let text = report(
        &app,
        &permit,
        loaded,
        bytes,
        move |structure, root, cancel| {
            let found = hbonds::find_cancellable(structure, &options, cancel);
            let found = found.map_err(|error| {
                let FindError::Options(error) = error else {
                    return Problem::deadline();
                };
                let name = if error.name.contains("angle") {
                    "angle-slack"
                } else {
                    "distance-slack"
                };
                Problem::parameter(name, error.to_string())
            })?;
            let mut report = found.report(structure);
            hide_roots(&mut report.warnings, root);
            json(&report)
        },
    )
    .await?;
    Ok(response::tagged(JSON, text, &etag, &cache_control))
}

/// `GET /v1/structures/{id}/contacts`
pub(super) async fn contacts(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let permit = app.admit(client)?;
    let reading = parameters.reading(&["kinds"])?;
    let kinds = kinds_of(parameters.get("kinds")?.unwrap_or("all"))?;
    let options = ContactOptions::default().with_kinds(kinds);
    let (_, loaded) = load(&app, &id, &reading, client).await?;
    let etag = app.service.etag(&loaded, &format!("contacts {options:?}"));
    let cache_control = app.revalidate();
    if etag::matches(&headers, &etag) {
        return Ok(response::not_modified(&etag, &cache_control));
    }
    // Each kind has tables of its own beside those of hydrogen bonds.
    let bytes = hydrogen_bond_bytes(&loaded.structure) * 2;
    let text = report(
        &app,
        &permit,
        loaded,
        bytes,
        move |structure, root, cancel| {
            let found = contacts::find_cancellable(structure, &options, cancel);
            let found = found.map_err(|_| Problem::deadline())?;
            let mut report = found.report(structure);
            hide_roots(&mut report.warnings, root);
            json(&report)
        },
    )
    .await?;
    Ok(response::tagged(JSON, text, &etag, &cache_control))
}

/// Kinds of contacts: all, or some that are separated by commas.
fn kinds_of(text: &str) -> Result<Vec<ContactKind>, Problem> {
    let mut kinds = Vec::new();
    for word in text.split(',').map(str::trim) {
        match ContactKind::from_name(word) {
            Some(kind) => kinds.push(kind),
            None if word == "all" => kinds.extend(ContactKind::ALL),
            None => {
                let names: Vec<&str> = ContactKind::ALL.iter().map(|kind| kind.name()).collect();
                let remedy = format!("give all, or some of {}", names.join(", "));
                return Err(Problem::parameter("kinds", remedy));
            }
        }
    }
    Ok(kinds)
}

/// Runs `work` on a structure on one of a few threads, so that many such requests leave processors
/// to images. `bytes` is the memory that it takes. Returns its text as a body.
async fn report(
    app: &Arc<App>,
    permit: &Arc<Permit>,
    loaded: Arc<LoadedStructure>,
    bytes: u64,
    work: impl FnOnce(&Structure, Option<&std::path::Path>, &CancelToken) -> Result<Vec<u8>, Problem>
    + Send
    + 'static,
) -> Result<Bytes, Problem> {
    let root = app.config.structures.clone();
    permit.reserve_for_structure(bytes)?;
    // The permit stays with the thread, which goes on when the client disconnects.
    let held = Arc::clone(permit);
    let is_small = loaded.structure.atoms().len() < 1000;
    let working = app.service.build(is_small, move |cancel| {
        let _held = held;
        work(&loaded.structure, root.as_deref(), cancel)
    });
    let text = with_deadline(app.deadline(), working).await??;
    permit.hold_answer(text.len() as u64)?;
    Ok(response::until_sent(text.into(), Arc::clone(permit)))
}

fn hide_roots(warnings: &mut [String], root: Option<&std::path::Path>) {
    for warning in warnings {
        *warning = hide_root(warning, root);
    }
}

fn json(report: &impl serde::Serialize) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(report).map_err(|error| Problem::internal(&error))
}

/// Estimated memory for finding hydrogen bonds and for their report, bytes.
fn hydrogen_bond_bytes(structure: &Structure) -> u64 {
    let elements = &structure.atoms().element;
    let is_polar =
        |element: &&Element| matches!(element.symbol(), "N" | "O" | "S" | "F" | "Cl" | "Br" | "I");
    let polar = elements.iter().filter(is_polar).count() as u64;
    polar * BYTES_PER_POLAR_ATOM + elements.len() as u64 * BYTES_PER_OTHER_ATOM
}
