//! `/v1/structures`: pictures by address, what was read, hydrogen bonds, uploads.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::Body;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use molshot_molecule::hbonds::{HydrogenBondOptions, Scope, find};
use molshot_molecule::summary::Summary;
use molshot_scenes::request::ImageFormat;
use serde_json::{Value, json};

use super::query::{Parameters, request_of, with_parameter};
use crate::admission::Client;
use crate::answer;
use crate::app::App;
use crate::body::{self, Intake};
use crate::error::Problem;
use crate::structures::{
    Found, Loaded, NamedBytes, Origin, SAMPLES, StoreError, blocking, hide_root,
};
use crate::studio::{JSON, Parts, within};

/// Most structures of a page, and how many there are without being asked.
const MAX_PAGE: usize = 1000;
const PAGE: usize = 100;
/// Longest file name of an upload that is looked at.
const MAX_NAME_BYTES: usize = 1024;

/// `GET /v1/structures/{id}/image.png`, `.jpg`, `.webp`
pub(super) async fn image(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    Path((id, ending)): Path<(String, String)>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = match ending.as_str() {
        "image.png" => ImageFormat::Png,
        "image.jpg" | "image.jpeg" => ImageFormat::Jpeg,
        "image.webp" => ImageFormat::WebP,
        _ => return Err(nothing_here()),
    };
    let pass = app.enter(client)?;
    let request = request_of(&id, format, &parameters)?;
    let gives_size = parameters.get("size")?.is_some();
    let answered = Box::pin(async {
        let parts = Parts::all(&request.output);
        let located = app.studio.locate(request, parts).await?;
        let etag = located.etag();
        let cache_control = app.cache_control();
        if answer::has_already(&headers, &etag) {
            return Ok(answer::not_modified(&etag, &cache_control));
        }
        let made = app.studio.single(located, &pass).await?;
        Ok(answer::picture(&made, &etag, &cache_control, false))
    });
    within(app.deadline(), answered)
        .await
        .map_err(|problem| with_parameter(problem, gives_size))
}

/// 404.
pub(super) fn nothing_here() -> Problem {
    Problem::new(
        StatusCode::NOT_FOUND,
        "not_found",
        "there is nothing at this address; see /openapi.json",
    )
}

/// `GET /v1/structures`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let _pass = app.enter(client)?;
    parameters.only(&["limit", "after", "prefix", "source"])?;
    let limit = parameters.number::<usize>("limit")?.unwrap_or(PAGE);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(Problem::parameter(
            "limit",
            format!("{limit} cannot be; give 1 to {MAX_PAGE}"),
        ));
    }
    let after = parameters.get("after")?.unwrap_or("");
    let prefix = parameters.get("prefix")?.unwrap_or("");
    let source = match parameters.get("source")? {
        None => None,
        Some(name) => Some(
            Origin::of_name(name)
                .ok_or_else(|| Problem::parameter("source", "give sample, folder or upload"))?,
        ),
    };
    let mut all = app.studio.library.list().await?;
    all.retain(|(id, origin)| {
        id.starts_with(prefix) && source.is_none_or(|source| source == *origin)
    });
    let total = all.len();
    let mut rest = all.into_iter().filter(|(id, _)| id.as_str() > after);
    let page: Vec<_> = rest.by_ref().take(limit).collect();
    let next = rest
        .next()
        .and_then(|_| page.last().map(|(id, _)| id.clone()));
    let structures: Vec<Value> = page
        .iter()
        .map(|(id, origin)| {
            let mut entry = json!({ "id": id, "source": origin.name() });
            if let Some(sample) = SAMPLES.iter().find(|sample| sample.id == id) {
                entry["title"] = sample.title.into();
            }
            entry
        })
        .collect();
    let document = json!({ "structures": structures, "total": total, "next": next });
    Ok(answer::json(StatusCode::OK, &document))
}

/// What was read, for JSON.
fn describe(app: &App, id: &str, source: &str, loaded: &Loaded) -> Value {
    let mut summary = Summary::of(&loaded.structure);
    let root = app.config.structures.as_deref();
    for warning in &mut summary.warnings {
        *warning = hide_root(warning, root);
    }
    json!({ "id": id, "source": source, "summary": summary })
}

/// `GET /v1/structures/{id}`
pub(super) async fn describe_one(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let _pass = app.enter(client)?;
    parameters.only(&[])?;
    let (found, loaded) = load(&app, &id).await?;
    let etag = app.studio.etag(&loaded, &format!("summary {id}"));
    let cache_control = revalidate(&app);
    if answer::has_already(&headers, &etag) {
        return Ok(answer::not_modified(&etag, &cache_control));
    }
    let description = describe(&app, &id, found.origin.name(), &loaded);
    Ok(answer::tagged(
        JSON,
        description.to_string(),
        &etag,
        &cache_control,
    ))
}

/// `Cache-Control` of JSON about a structure, which may be removed or changed.
fn revalidate(app: &App) -> String {
    let scope = if app.tokens.is_empty() {
        "public"
    } else {
        "private"
    };
    format!("{scope}, no-cache")
}

async fn load(app: &App, id: &str) -> Result<(Found, Arc<Loaded>), Problem> {
    within(app.deadline(), async {
        let found = app.studio.library.find(id).await?;
        let (loaded, _) = app.studio.library.load(&found).await?;
        Ok((found, loaded))
    })
    .await
}

/// `DELETE /v1/structures/{id}`
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    parameters: Parameters,
) -> Result<StatusCode, Problem> {
    let _pass = app.enter(client)?;
    parameters.only(&[])?;
    let found = app.studio.library.find(&id).await?;
    app.studio.library.remove(&found).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /v1/structures/{id}/hbonds`
pub(super) async fn hydrogen_bonds(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let _pass = app.enter(client)?;
    parameters.only(&["scope", "distance-slack", "angle-slack", "water"])?;
    let defaults = HydrogenBondOptions::default();
    let mut options = HydrogenBondOptions {
        scope: match parameters.get("scope")? {
            None | Some("ligand") => Scope::PocketToLigand,
            Some("within") => Scope::WithinParts,
            Some("all") => Scope::All,
            Some(_) => return Err(Problem::parameter("scope", "give ligand, within or all")),
        },
        ..defaults
    };
    if let Some(slack) = parameters.number("distance-slack")? {
        options.distance_slack_angstrom = slack;
    }
    if let Some(slack) = parameters.number("angle-slack")? {
        options.angle_slack_degrees = slack;
    }
    options.water = parameters.truth("water")?.unwrap_or(defaults.water);
    let (_, loaded) = load(&app, &id).await?;
    let etag = app.studio.etag(&loaded, &format!("hbonds {options:?}"));
    let cache_control = revalidate(&app);
    if answer::has_already(&headers, &etag) {
        return Ok(answer::not_modified(&etag, &cache_control));
    }
    let root = app.config.structures.clone();
    let text = within(
        app.deadline(),
        blocking(move || {
            let found = find(&loaded.structure, &options).map_err(|error| {
                let name = if error.name.contains("angle") {
                    "angle-slack"
                } else {
                    "distance-slack"
                };
                Problem::parameter(name, error.to_string())
            })?;
            let mut report = found.report(&loaded.structure);
            for warning in &mut report.warnings {
                *warning = hide_root(warning, root.as_deref());
            }
            serde_json::to_vec(&report).map_err(|error| Problem::internal(&error))
        }),
    )
    .await??;
    Ok(answer::tagged(JSON, text, &etag, &cache_control))
}

/// `POST /v1/structures`
pub(super) async fn upload(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    parameters: Parameters,
    request: Request,
) -> Result<Response, Problem> {
    let pass = app.enter(client)?;
    parameters.only(&[])?;
    let Some(uploads) = app.studio.library.uploads().cloned() else {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "uploads_disabled",
            "this server takes no uploads; give the files within the request",
        ));
    };
    // The multipart's own lines take little.
    let most_bytes = app.config.upload_max_bytes + 65_536;
    body::check_length(request.headers(), most_bytes)?;
    let intake = Intake::new(&pass, most_bytes);
    let request = request.map(|sent| intake.watch(sent));
    let form = Multipart::from_request(request, &()).await.map_err(|_| {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content_type_unsupported",
            "an upload is multipart/form-data with one file or more, such as curl -F file=@x.pdb sends",
        )
    })?;
    let reading = read_form(&app, form, &intake);
    let files = tokio::time::timeout(Duration::from_secs(app.config.body_seconds), reading)
        .await
        .map_err(|_| body::too_slow(app.config.body_seconds))??;
    let (id, files, loaded) = app.studio.library.check_upload(files).await?;
    let name = id.clone();
    let created = blocking(move || uploads.store(&name, &files)).await?;
    // The pass is kept until the disk has it all.
    drop(pass);
    let status = if created.map_err(not_kept)? {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let mut response = answer::json(status, &describe(&app, &id, "upload", &loaded));
    if let Ok(place) = HeaderValue::from_str(&format!("/v1/structures/{id}")) {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Why an upload is not kept, for its client.
fn not_kept(error: StoreError) -> Problem {
    match error {
        StoreError::TooLarge { most_bytes } => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            format!("the upload is larger than all uploads together may be, {most_bytes} bytes"),
        ),
        StoreError::Full(error) => {
            tracing::error!(error = %error.kind(), "there is no room for an upload");
            Problem::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "storage_full",
                "the disk has no room for the upload; remove uploads, or try again later",
            )
            .retry_after(60)
        }
        StoreError::Disk(error) => {
            tracing::error!(error = %error.kind(), "an upload cannot be kept");
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "storage_failed",
                "the disk does not take the upload; try again later",
            )
            .retry_after(60)
        }
    }
}

/// The files of a form, in order.
async fn read_form(
    app: &App,
    mut form: Multipart,
    intake: &Intake,
) -> Result<Vec<NamedBytes>, Problem> {
    let invalid =
        |detail: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "upload_invalid", detail);
    // What refused the body knows best why it broke off.
    let broken = |error: &MultipartError| {
        intake.refusal().unwrap_or_else(|| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "body_incomplete",
                format!(
                    "the form broke off, or is not sound ({}); send all of it",
                    error.body_text()
                ),
            )
        })
    };
    let mut files: Vec<NamedBytes> = Vec::new();
    let mut total = 0_u64;
    let most_files = app.config.upload_max_files;
    while let Some(mut field) = form.next_field().await.map_err(|error| broken(&error))? {
        let Some(name) = field.file_name().map(str::to_owned) else {
            return Err(invalid(
                "a field of the form is no file; send files only".into(),
            ));
        };
        if name.is_empty() || name.len() > MAX_NAME_BYTES {
            return Err(invalid(
                "a file has no name, or one that is too long".into(),
            ));
        }
        if files.len() as u64 >= most_files {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "upload_invalid",
                format!("these are too many files for a structure; send at most {most_files}"),
            ));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = field.chunk().await.map_err(|error| broken(&error))? {
            total += chunk.len() as u64;
            if total > app.config.upload_max_bytes {
                return Err(Problem::new(
                    StatusCode::PAYLOAD_TOO_LARGE,
                    "body_too_large",
                    format!(
                        "the upload is too large; send at most {} bytes",
                        app.config.upload_max_bytes
                    ),
                ));
            }
            bytes.extend_from_slice(&chunk);
        }
        files.push((name, bytes));
    }
    if files.is_empty() {
        return Err(invalid("the form holds no file; send at least one".into()));
    }
    Ok(files)
}

/// For addresses that there are not.
pub(super) async fn fallback(_: Body) -> Problem {
    nothing_here()
}
