//! `/v1/structures`: images by URL, descriptions, uploads.

use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use molshot_molecule::reading::Reading;
use molshot_molecule::summary::Summary;
use molshot_scenes::Keyword;
use molshot_scenes::request::{ImageFormat, file_extension, format_of_extension};
use serde_json::{Value, json};

use super::query::{Parameters, document_of, request_of, with_parameter};
use crate::admission::{Client, MemoryUser, Permit};
use crate::app::App;
use crate::body::{self, BodyLimiter};
use crate::error::Problem;
use crate::etag;
use crate::media_types::JSON;
use crate::peer::Peer;
use crate::render_service::{RequestedOutputs, with_deadline};
use crate::response;
use crate::structures::{
    LoadedStructure, NamedBytes, PageRequest, SAMPLES, StoreError, StructureEntry, StructureOrigin,
    blocking, hide_root,
};

/// Largest number of structures on a page of the list.
const MAX_PAGE: usize = 1000;
/// Default number of structures on a page of the list.
const DEFAULT_PAGE: usize = 100;
/// Longest file name of an upload.
const MAX_NAME_BYTES: usize = 1024;
/// `GET /v1/structures/{id}/image.png`, and with the file extensions of the other formats
pub(super) async fn image(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    Path((id, file_name)): Path<(String, String)>,
    parameters: Parameters,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let extension = file_name
        .strip_prefix("image.")
        .ok_or_else(Problem::not_found)?;
    let format = format_of_extension(extension).ok_or_else(no_such_image)?;
    let permit = app.admit(client)?;
    let document = request_of(&id, format, &parameters)?;
    let gives_size = parameters.get("size")?.is_some();
    let user = MemoryUser::single(client);
    let answered = Box::pin(async {
        let outputs = RequestedOutputs::all(&document.request.output);
        let resolved = app.service.resolve(document, outputs, user).await?;
        let etag = resolved.etag();
        let cache_control = app.cache_control();
        if etag::matches(&headers, &etag) {
            return Ok(response::not_modified(&etag, &cache_control));
        }
        let made = app.service.single(resolved, &permit).await?;
        Ok(response::rendered(
            &made,
            &permit,
            &etag,
            &cache_control,
            false,
        ))
    });
    with_deadline(app.deadline(), answered)
        .await
        .map_err(|problem| with_parameter(problem, gives_size))
}

/// The problem of a file extension that no image format has.
fn no_such_image() -> Problem {
    let names: Vec<String> = ImageFormat::KEYWORDS
        .iter()
        .map(|(_, format)| format!("image.{}", file_extension(*format)))
        .collect();
    let detail = format!(
        "this is not an image format of this server; give {}",
        names.join(", ")
    );
    Problem::new(StatusCode::NOT_FOUND, "not_found", detail)
}

/// `GET /v1/structures/{id}/request.json`: the render request that the parameters stand for.
pub(super) async fn request(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let _permit = app.admit(client)?;
    let document = document_of(&id, &parameters)?;
    // Read as the URL of a picture is, so that the errors are the same.
    request_of(&id, ImageFormat::Png, &parameters)?;
    Ok(response::json(StatusCode::OK, &document))
}

/// `GET /v1/structures`
pub(super) async fn list(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    parameters: Parameters,
) -> Result<Response, Problem> {
    let permit = app.admit(client)?;
    parameters.only(&["limit", "after", "prefix", "source"])?;
    let expected = format!("a whole number from 1 to {MAX_PAGE}");
    let limit = parameters.number::<usize>("limit", &expected)?;
    let limit = limit.unwrap_or(DEFAULT_PAGE);
    if !(1..=MAX_PAGE).contains(&limit) {
        return Err(Problem::parameter(
            "limit",
            format!("{limit} is out of range; give 1 to {MAX_PAGE}"),
        ));
    }
    let source = match parameters.get("source")? {
        None => None,
        Some(name) => Some(
            StructureOrigin::of_name(name)
                .ok_or_else(|| Problem::parameter("source", "give sample, folder or upload"))?,
        ),
    };
    let catalog = app.service.library.list().await?;
    let page = catalog.page(PageRequest {
        prefix: parameters.get("prefix")?.unwrap_or(""),
        after: parameters.get("after")?.unwrap_or(""),
        origin: source,
        limit,
    });
    let next = page.structures.last().filter(|_| page.has_more);
    let next = next.map(|(id, _)| *id);
    let structures: Vec<Value> = page
        .structures
        .iter()
        .map(|(id, origin)| {
            let mut entry = json!({ "id": id, "source": origin.name() });
            if let Some(sample) = SAMPLES.iter().find(|sample| sample.id == *id) {
                entry["title"] = sample.title.into();
            }
            entry
        })
        .collect();
    let document = json!({ "structures": structures, "total": page.total, "next": next });
    held_json(StatusCode::OK, &document, &permit)
}

/// A JSON response that keeps the permit and its memory until it is sent.
fn held_json(
    status: StatusCode,
    document: &Value,
    permit: &Arc<Permit>,
) -> Result<Response, Problem> {
    let text = Bytes::from(document.to_string());
    permit.hold_answer(text.len() as u64)?;
    let body = response::until_sent(text, Arc::clone(permit));
    Ok(response::json_text(status, body))
}

/// The description of a structure as JSON.
fn describe(app: &App, id: &str, source: &str, loaded: &LoadedStructure) -> Value {
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
    let permit = app.admit(client)?;
    let reading = parameters.reading(&[])?;
    let (found, loaded) = load(&app, &id, &reading, client).await?;
    // The id may have been given in another case.
    let id = &found.id;
    let etag = app.service.etag(&loaded, &format!("summary {id}"));
    let cache_control = app.revalidate();
    if etag::matches(&headers, &etag) {
        return Ok(response::not_modified(&etag, &cache_control));
    }
    let description = describe(&app, id, found.origin.name(), &loaded);
    let text = Bytes::from(description.to_string());
    permit.hold_answer(text.len() as u64)?;
    let body = response::until_sent(text, permit);
    Ok(response::tagged(JSON, body, &etag, &cache_control))
}

/// Finds and loads a structure.
pub(super) async fn load(
    app: &App,
    id: &str,
    reading: &Reading,
    client: Client,
) -> Result<(StructureEntry, Arc<LoadedStructure>), Problem> {
    with_deadline(app.deadline(), async {
        let found = app.service.library.find(id).await?;
        let (loaded, _) = app
            .service
            .library
            .load(&found, reading, MemoryUser::single(client))
            .await?;
        Ok((found, loaded))
    })
    .await
    .map_err(|problem| with_parameter(problem, false))
}

/// `DELETE /v1/structures/{id}`
pub(super) async fn remove(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    Path(id): Path<String>,
    parameters: Parameters,
) -> Result<StatusCode, Problem> {
    let _pass = app.admit(client)?;
    parameters.only(&[])?;
    let found = app.service.library.find(&id).await?;
    app.service.library.remove(&found).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// `POST /v1/structures`
pub(super) async fn upload(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    Extension(peer): Extension<Peer>,
    parameters: Parameters,
    request: Request,
) -> Result<Response, Problem> {
    let permit = app.admit(client)?;
    parameters.only(&[])?;
    let Some(uploads) = app.service.library.uploads().cloned() else {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "uploads_disabled",
            "uploads are disabled on this server; give the files within the request",
        ));
    };
    // The multipart headers add little to the files.
    let max_bytes = app.config.upload_max_bytes + 65_536;
    body::check_length(request.headers(), max_bytes)?;
    let limiter = BodyLimiter::new(&permit, max_bytes);
    let request = request.map(|sent| limiter.limit(sent));
    let form = Multipart::from_request(request, &()).await.map_err(|_| {
        Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "content_type_unsupported",
            "the body is not multipart/form-data; send one or more files, such as curl -F file=@x.pdb does",
        )
    })?;
    let reading = read_form(&app, form, &limiter);
    let files = tokio::time::timeout(Duration::from_secs(app.config.body_seconds), reading)
        .await
        .map_err(|_| body::too_slow(app.config.body_seconds))??;
    let user = MemoryUser::single(client);
    let (id, files, loaded) = app.service.library.check_upload(files, user).await?;
    let name = id.clone();
    // The memory stays reserved until the files are on the disk.
    let created = blocking(move || uploads.store(&name, &files)).await?;
    let status = if created.map_err(storage_problem)? {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    let description = describe(&app, &id, "upload", &loaded);
    let mut response = held_json(status, &description, &permit)?;
    if let Ok(location) = HeaderValue::from_str(&format!("{}/v1/structures/{id}", peer.prefix)) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    Ok(response)
}

/// The problem that reports why an upload cannot be stored.
fn storage_problem(error: StoreError) -> Problem {
    match error {
        StoreError::TooLarge { max_bytes } => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "body_too_large",
            format!(
                "the upload is larger than the limit on all uploads together, {max_bytes} bytes"
            ),
        ),
        StoreError::Full(error) => {
            tracing::error!(error = %error.kind(), "the disk is too full for an upload");
            Problem::new(
                StatusCode::INSUFFICIENT_STORAGE,
                "storage_full",
                "the disk is too full for the upload; remove uploads, or try again later",
            )
            .retry_after(60)
        }
        StoreError::Disk(error) => {
            tracing::error!(error = %error.kind(), "an upload cannot be stored");
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "storage_failed",
                "the upload cannot be written to the disk; try again later",
            )
            .retry_after(60)
        }
    }
}

/// Reads the files of a form, in order.
async fn read_form(
    app: &App,
    mut form: Multipart,
    limiter: &BodyLimiter,
) -> Result<Vec<NamedBytes>, Problem> {
    let invalid =
        |detail: String| Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "upload_invalid", detail);
    // The form parser reports only that the body ended; the limiter knows why.
    let broken = |error: &MultipartError| {
        limiter.refusal().unwrap_or_else(|| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "body_incomplete",
                format!(
                    "the form is incomplete or malformed ({}); send all of it",
                    error.body_text()
                ),
            )
        })
    };
    let mut files: Vec<NamedBytes> = Vec::new();
    let mut total = 0_u64;
    let max_files = app.config.upload_max_files;
    while let Some(mut field) = form.next_field().await.map_err(|error| broken(&error))? {
        let Some(name) = field.file_name().map(str::to_owned) else {
            return Err(invalid(
                "a field of the form is not a file; send files only".into(),
            ));
        };
        if name.is_empty() || name.len() > MAX_NAME_BYTES {
            return Err(invalid(
                "a file has no name, or its name is too long".into(),
            ));
        }
        if files.len() as u64 >= max_files {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "upload_invalid",
                format!("the form has too many files for one structure; send at most {max_files}"),
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
        return Err(invalid("the form has no file; send at least one".into()));
    }
    Ok(files)
}

/// Answers requests to unknown addresses.
pub(super) async fn fallback(_: Body) -> Problem {
    Problem::not_found()
}
