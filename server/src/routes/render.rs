//! `POST /v1/render`, `POST /v1/annotations`: a render request in, its answer out.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use molshot_renderer::annotations::MaskKind;
use molshot_scenes::request::{BackgroundRequest, ImageFormat};
use molshot_scenes::{Plane, RenderRequest};

use super::query::Parameters;
use crate::accept::Accept;
use crate::admission::{Client, Pass};
use crate::answer;
use crate::app::App;
use crate::body;
use crate::error::Problem;
use crate::scan;
use crate::studio::{JSON, NPY, Parts, not_acceptable, within};

/// What the two handlers say of an answer to POST: it has a tag, but only the client knows what
/// for.
const POSTED: &str = "no-cache";

/// `POST /v1/render`
pub(super) async fn render(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    parameters: Parameters,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Problem> {
    let pass = app.enter(client)?;
    parameters.only(&[])?;
    let mut request = read(&app, &headers, sent, &pass).await?;
    let as_parts = request.output.planes.len() > 1;
    let parts = negotiate(&mut request, &Accept::of(&headers))?;
    let answered = within(
        app.deadline(),
        Box::pin(async {
            let located = app.studio.locate(request, parts).await?;
            let etag = located.etag();
            Ok((app.studio.single(located, &pass).await?, etag))
        }),
    );
    let (made, etag) = answered.await?;
    let mut response = answer::picture(&made, &etag, POSTED, as_parts);
    response
        .headers_mut()
        .insert(header::VARY, HeaderValue::from_static("Accept"));
    Ok(response)
}

/// Reads a render request from a body.
async fn read(
    app: &App,
    headers: &HeaderMap,
    sent: Body,
    pass: &Arc<Pass>,
) -> Result<RenderRequest, Problem> {
    let text = body::json(headers, sent, app.body_limits(), pass).await?;
    let shape = app.shape();
    body::offload(text.len(), move || {
        scan::check(&text, shape)?;
        Ok(RenderRequest::from_json(&text)?)
    })
    .await?
}

/// Decides the form of the answer by what the client accepts: of several planes all forms, of one
/// the most welcome.
fn negotiate(request: &mut RenderRequest, accept: &Accept) -> Result<Parts, Problem> {
    let mut parts = Parts::all(&request.output);
    let mut planes = request.output.planes.iter().copied();
    let (Some(plane), None) = (planes.next(), planes.next()) else {
        if accept.weight("multipart/mixed") > 0.0 {
            return Ok(parts);
        }
        return Err(not_acceptable(
            "multipart/mixed, for there are several planes",
        ));
    };
    if plane != Plane::Color {
        let array = if plane.is_mask() { JSON } else { NPY };
        let offers = [(true, "image/png"), (false, array)];
        let pictures = accept
            .best(&offers)
            .ok_or_else(|| not_acceptable(&format!("image/png or {array}")))?;
        parts.pictures = pictures;
        parts.arrays = !pictures;
        return Ok(parts);
    }
    if let Some(format) = request.output.format {
        let own = format.to_mime_type();
        if accept.weight(own) > 0.0 {
            return Ok(parts);
        }
        return Err(not_acceptable(&format!(
            "{own}, which output.format asks for"
        )));
    }
    let mut offers = vec![
        (ImageFormat::Png, "image/png"),
        (ImageFormat::WebP, "image/webp"),
        (ImageFormat::Jpeg, "image/jpeg"),
    ];
    if request.style.background == BackgroundRequest::Transparent {
        offers.pop();
    }
    let format = accept
        .best(&offers)
        .ok_or_else(|| not_acceptable("image/png, image/webp or image/jpeg"))?;
    request.output.format = Some(format);
    Ok(parts)
}

/// `POST /v1/annotations`
pub(super) async fn annotations(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    parameters: Parameters,
    headers: HeaderMap,
    sent: Body,
) -> Result<Response, Problem> {
    let pass = app.enter(client)?;
    parameters.only(&["masks"])?;
    let masks = parameters.get("masks")?.map_or(Ok(Vec::new()), masks_of)?;
    if Accept::of(&headers).weight(JSON) <= 0.0 {
        return Err(not_acceptable(JSON));
    }
    let mut request = read(&app, &headers, sent, &pass).await?;
    // Nothing but ids is needed, and they do not depend on samples.
    request.output.planes = [Plane::AtomId].into();
    let answered = within(
        app.deadline(),
        Box::pin(async {
            let located = app
                .studio
                .locate(request, Parts::annotations(masks))
                .await?;
            let etag = located.etag();
            Ok((app.studio.single(located, &pass).await?, etag))
        }),
    );
    let (made, etag) = answered.await?;
    Ok(answer::picture(&made, &etag, POSTED, false))
}

/// Kinds of masks, separated by commas; each once.
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
