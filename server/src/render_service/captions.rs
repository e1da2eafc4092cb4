//! Captions of images, which are not drawn for them.

use molshot_scenes::caption::Caption;
use molshot_scenes::commands::ViewName;

use super::{INLINE_WORK, RenderService, ResolvedRequest, work};
use crate::admission::MemoryUser;
use crate::error::Problem;

impl RenderService {
    /// Describes the image of a request in words; `filename` is that of the image.
    pub(crate) async fn caption(
        &self,
        resolved: ResolvedRequest,
        filename: String,
        user: MemoryUser<'_>,
    ) -> Result<Caption, Problem> {
        let held = self.scene(&resolved, user).await?;
        let is_small = work(&resolved.loaded.structure, 0) < INLINE_WORK;
        self.build(is_small, move |_| {
            let request = &resolved.request;
            // Commands change the view, which has no name then.
            let is_plain = request.view_commands().is_ok_and(<[_]>::is_empty);
            let view = is_plain.then_some(ViewName::Front.name());
            Caption::of(&held.scene, request, &filename, view)
        })
        .await
    }
}
