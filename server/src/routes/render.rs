//! `POST /v1/render`, `/v1/annotations` and `/v1/captions`: one render request in, its files out.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use molshot_renderer::annotations::MaskKind;
use molshot_scenes::request::{BackgroundRequest, ImageFormat, StructureSource};
use molshot_scenes::{Plane, RenderRequest, SceneDocument};

use super::query::Parameters;
use crate::accept::Accept;
use crate::admission::{Client, MemoryUser, Permit};
use crate::app::App;
use crate::body;
use crate::error::Problem;
use crate::json_limits;
use crate::media_types::{JSON, MIXED, NPY};
use crate::render_service::{RequestedOutputs, with_deadline};
use crate::response;

/// `Cache-Control` of a response to POST: HTTP caches cannot store it, though it has an entity tag.
const POST_CACHE_CONTROL: &str = "no-cache";

/// Longest name of an image in its caption.
const MAX_NAME_BYTES: usize = 255;

/// Formats of the colour plane, the preferred one first where `Accept` weighs them equally.
const OFFERED_FORMATS: [ImageFormat; 6] = [
    ImageFormat::Png,
    ImageFormat::WebP,
    ImageFormat::Jpeg,
    ImageFormat::Tiff,
    ImageFormat::Bmp,
    ImageFormat::Qoi,
];

/// `POST /v1/render`
pub(super) async fn render(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    parameters: Parameters,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Problem> {
    let permit = app.admit(client)?;
    parameters.only(&[])?;
    let mut document = read(&app, &headers, sent, &permit).await?;
    let request = &mut document.request;
    let is_multipart = request.output.planes.len() > 1;
    let outputs = negotiate(request, &Accept::of(&headers))?;
    let answered = with_deadline(
        app.deadline(),
        Box::pin(async {
            let resolved = app
                .service
                .resolve(document, outputs, MemoryUser::single(client))
                .await?;
            let etag = resolved.etag();
            Ok((app.service.single(resolved, &permit).await?, etag))
        }),
    );
    let (rendered, etag) = answered.await?;
    let mut response =
        response::rendered(&rendered, &permit, &etag, POST_CACHE_CONTROL, is_multipart);
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("Accept"));
    Ok(response)
}

/// Reads a request from a body.
async fn read(
    app: &App,
    headers: &HeaderMap,
    sent: Body,
    permit: &Arc<Permit>,
) -> Result<SceneDocument, Problem> {
    let text = body::json(headers, sent, app.body_limits(), permit).await?;
    let limits = app.json_limits();
    let bytes = text.len() as u64;
    // The document has a copy of every text. Afterwards it alone remains.
    permit.reserve(bytes)?;
    let document = body::offload(text.len(), move || {
        json_limits::scan(&text, limits)?;
        Ok::<_, Problem>(SceneDocument::from_json(&text)?)
    })
    .await??;
    permit.release(bytes);
    Ok(document)
}

/// Chooses the files of the answer: for several planes every form, for one plane the form that the
/// client prefers.
fn negotiate(request: &mut RenderRequest, accept: &Accept) -> Result<RequestedOutputs, Problem> {
    let mut outputs = RequestedOutputs::all(&request.output);
    let mut planes = request.output.planes.iter().copied();
    let (Some(plane), None) = (planes.next(), planes.next()) else {
        if accept.weight(MIXED) > 0.0 {
            return Ok(outputs);
        }
        return Err(Problem::not_acceptable(
            "multipart/mixed, because several planes are requested",
        ));
    };
    if plane != Plane::Color {
        let array = if plane.is_mask() { JSON } else { NPY };
        let offers = [(true, "image/png"), (false, array)];
        let is_image = accept
            .best(&offers)
            .ok_or_else(|| Problem::not_acceptable(&format!("image/png or {array}")))?;
        outputs.images = is_image;
        outputs.arrays = !is_image;
        return Ok(outputs);
    }
    if let Some(format) = request.output.format {
        let requested = format.to_mime_type();
        if accept.weight(requested) > 0.0 {
            return Ok(outputs);
        }
        return Err(Problem::not_acceptable(&format!(
            "{requested}, which output.format requests"
        )));
    }
    let is_transparent = request.style.background == BackgroundRequest::Transparent;
    let offers: Vec<(ImageFormat, &str)> = OFFERED_FORMATS
        .iter()
        .filter(|format| !(is_transparent && **format == ImageFormat::Jpeg))
        .map(|format| (*format, format.to_mime_type()))
        .collect();
    let format = accept.best(&offers).ok_or_else(|| {
        let types: Vec<&str> = offers.iter().map(|(_, media_type)| *media_type).collect();
        Problem::not_acceptable(&format!("one of {}", types.join(", ")))
    })?;
    request.output.format = Some(format);
    Ok(outputs)
}

/// `POST /v1/annotations`
pub(super) async fn annotations(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    parameters: Parameters,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Problem> {
    let permit = app.admit(client)?;
    parameters.only(&["masks"])?;
    let masks = parameters.get("masks")?.map_or(Ok(Vec::new()), masks_of)?;
    if Accept::of(&headers).weight(JSON) <= 0.0 {
        return Err(Problem::not_acceptable(JSON));
    }
    let mut document = read(&app, &headers, sent, &permit).await?;
    // Annotations need atom ids only, and these do not depend on samples.
    document.request.output.planes = [Plane::AtomId].into();
    let answered = with_deadline(
        app.deadline(),
        Box::pin(async {
            let resolved = app
                .service
                .resolve(
                    document,
                    RequestedOutputs::annotations(masks),
                    MemoryUser::single(client),
                )
                .await?;
            let etag = resolved.etag();
            Ok((app.service.single(resolved, &permit).await?, etag))
        }),
    );
    let (rendered, etag) = answered.await?;
    Ok(response::rendered(
        &rendered,
        &permit,
        &etag,
        POST_CACHE_CONTROL,
        false,
    ))
}

/// `POST /v1/captions`
pub(super) async fn caption(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    parameters: Parameters,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Problem> {
    let permit = app.admit(client)?;
    parameters.only(&["name"])?;
    if Accept::of(&headers).weight(JSON) <= 0.0 {
        return Err(Problem::not_acceptable(JSON));
    }
    let name = parameters.get("name")?.map(str::to_owned);
    if name
        .as_ref()
        .is_some_and(|name| name.len() > MAX_NAME_BYTES)
    {
        return Err(Problem::parameter(
            "name",
            format!("the name is too long; give at most {MAX_NAME_BYTES} bytes"),
        ));
    }
    let document = read(&app, &headers, sent, &permit).await?;
    let name = name.unwrap_or_else(|| match &document.structure {
        StructureSource::Id { id } => id.clone(),
        _ => "image".to_owned(),
    });
    let user = MemoryUser::single(client);
    let outputs = RequestedOutputs::all(&document.request.output);
    let captioned = Box::pin(async {
        let resolved = app.service.resolve(document, outputs, user).await?;
        app.service.caption(resolved, name, user).await
    });
    let caption = with_deadline(app.deadline(), captioned).await?;
    let text = serde_json::to_vec(&caption).map_err(|error| Problem::internal(&error))?;
    permit.hold_answer(text.len() as u64)?;
    Ok(response::json_text(
        StatusCode::OK,
        response::until_sent(text.into(), permit),
    ))
}

/// Parses kinds of masks, separated by commas. Repetitions are ignored.
pub(super) fn masks_of(text: &str) -> Result<Vec<MaskKind>, Problem> {
    let mut masks = Vec::new();
    for word in text
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
    {
        let kind = serde_json::from_value(serde_json::Value::from(word)).map_err(|_| {
            Problem::parameter(
                "masks",
                "give atom, residue, element, residue-name, chain or role, separated by commas",
            )
        })?;
        masks.push(kind);
    }
    masks.sort_unstable();
    masks.dedup();
    Ok(masks)
}
