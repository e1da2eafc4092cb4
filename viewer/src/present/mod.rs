//! How a finished picture comes into the window: by a surface of the graphics API, or copied by the
//! processor.
//!
//! Both take the same bytes, so the window shows the same pixels. A surface that fails is made
//! anew, with its device; when that does not help, the processor takes over for good.

mod recovery;
mod software;
mod surface;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use molshot_renderer::{AdapterChoice, BackendKind};
use winit::window::Window;

use recovery::{Next, Outcome, Recovery};
use software::SoftwarePresenter;
use surface::SurfacePresenter;

/// What presents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum PresentChoice {
    /// A surface where a GPU draws and can present, else the processor.
    #[default]
    Auto,
    /// A surface of whichever adapter can present, or failure.
    Surface,
    /// The processor.
    Software,
}

impl FromStr for PresentChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            "surface" => Ok(Self::Surface),
            "software" => Ok(Self::Software),
            _ => Err("give auto, surface or software".into()),
        }
    }
}

impl PresentChoice {
    /// Whose surfaces are tried; nobody's where the processor presents. `adapter` is what is drawn
    /// with, as it was asked for and as it was found.
    pub(crate) fn adapters(
        self,
        adapter: AdapterChoice,
        found: BackendKind,
    ) -> Option<AdapterChoice> {
        match self {
            Self::Software => None,
            Self::Auto => (found == BackendKind::Gpu).then_some(AdapterChoice::Gpu),
            Self::Surface if adapter == AdapterChoice::Software => Some(AdapterChoice::Auto),
            Self::Surface => Some(adapter),
        }
    }
}

/// What became of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presented {
    /// It is on its way to the screen.
    Now,
    /// The window takes none at present; it is to be tried again after so long.
    Later(Duration),
}

/// What a test takes away.
#[cfg(debug_assertions)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Loss {
    /// The surface.
    Surface,
    /// The device.
    Device,
    /// The device, and every adapter with it.
    Adapters,
}

/// Who presents now.
enum Road {
    Surface(Box<SurfacePresenter>),
    /// The surface is to be made anew.
    Closed,
    Software(SoftwarePresenter),
}

/// Presents pictures in a window.
pub(crate) struct Presenter {
    road: Road,
    window: Arc<Window>,
    adapters: AdapterChoice,
    recovery: Recovery,
}

impl Presenter {
    /// A presenter for a window, by surfaces of `adapters`, or by the processor.
    ///
    /// # Errors
    /// In words, when surfaces are a must and none of the adapters has one.
    pub(crate) fn open(
        window: Arc<Window>,
        choice: PresentChoice,
        adapters: Option<AdapterChoice>,
    ) -> Result<Self, String> {
        let road = match adapters.map(|adapters| open_surface(&window, adapters)) {
            Some(Ok(surface)) => Road::Surface(Box::new(surface)),
            Some(Err(reason)) if choice == PresentChoice::Surface => {
                return Err(format!(
                    "the window cannot be presented to by a surface: {reason}; use --present auto"
                ));
            }
            Some(Err(_)) | None => Road::Software(SoftwarePresenter::new(Arc::clone(&window))),
        };
        Ok(Self {
            road,
            window,
            adapters: adapters.unwrap_or_default(),
            recovery: Recovery::default(),
        })
    }

    /// Who presents, for people.
    pub(crate) fn name(&self) -> String {
        match &self.road {
            Road::Surface(surface) => format!("a surface of {}", surface.adapter()),
            Road::Closed => "nobody".into(),
            Road::Software(_) => "the processor".into(),
        }
    }

    /// Presents a picture: four bytes a pixel, the window's size in pixels, at least one each way.
    ///
    /// # Errors
    /// In words, when the processor cannot present either; the next picture is tried anew.
    pub(crate) fn present(&mut self, rgba: &[u8], size_px: [u32; 2]) -> Result<Presented, String> {
        loop {
            let outcome = match &mut self.road {
                Road::Software(software) => {
                    software
                        .present(rgba, size_px)
                        .map_err(|error| error.to_string())?;
                    return Ok(Presented::Now);
                }
                Road::Surface(surface) => {
                    caught(|| Ok(surface.present(rgba, size_px, &self.window)))
                        .unwrap_or_else(Outcome::Failed)
                }
                Road::Closed => match open_surface(&self.window, self.adapters) {
                    Ok(surface) => {
                        self.road = Road::Surface(Box::new(surface));
                        continue;
                    }
                    Err(reason) => Outcome::Failed(reason),
                },
            };
            match self.recovery.after(&outcome) {
                Next::Done => return Ok(Presented::Now),
                Next::Again => {}
                Next::Wait(pause) => return Ok(Presented::Later(pause)),
                Next::Reopen(pause) => {
                    if let Outcome::Failed(reason) = outcome {
                        eprintln!("molshot-view: {reason}; the window's surface is made anew");
                    }
                    self.close(Road::Closed);
                    if !pause.is_zero() {
                        return Ok(Presented::Later(pause));
                    }
                }
                Next::GiveUp => {
                    let reason = match outcome {
                        Outcome::Failed(reason) => reason,
                        _ => "its surface does not stay of the window's size".into(),
                    };
                    eprintln!("molshot-view: {reason}; from now on the processor presents");
                    let software = SoftwarePresenter::new(Arc::clone(&self.window));
                    self.close(Road::Software(software));
                }
            }
        }
    }

    /// Takes something away, as drivers do.
    #[cfg(debug_assertions)]
    pub(crate) fn lose(&mut self, loss: Loss) {
        if loss == Loss::Adapters {
            // No adapter is of no kind.
            self.adapters = AdapterChoice::Software;
        }
        if let Road::Surface(surface) = &mut self.road {
            surface.lose(loss);
        }
    }

    /// Gives up who presents now. A surface in disorder may panic even then.
    fn close(&mut self, next: Road) {
        let before = std::mem::replace(&mut self.road, next);
        // Nothing is left to be done about it.
        let _ = caught(|| {
            drop(before);
            Ok(())
        });
    }
}

fn open_surface(window: &Arc<Window>, adapters: AdapterChoice) -> Result<SurfacePresenter, String> {
    caught(|| SurfacePresenter::open(window, adapters))
}

/// What the graphics library's panics say is an error like others: a window that was shown is not
/// taken away by it.
fn caught<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let said = payload.downcast_ref::<String>().map(String::as_str);
        let said = said.or_else(|| payload.downcast_ref::<&str>().copied());
        Err(format!(
            "the graphics library gave up: {}",
            said.unwrap_or("no reason given")
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_surface_is_taken_by_itself_only_where_a_gpu_draws() {
        use AdapterChoice as A;
        let by_itself = |found| PresentChoice::Auto.adapters(A::Auto, found);
        assert_eq!(by_itself(BackendKind::Gpu), Some(A::Gpu));
        assert_eq!(by_itself(BackendKind::Software), None);
        assert_eq!(by_itself(BackendKind::VulkanSoftware), None);
        for (adapter, tried) in [
            (A::Auto, A::Auto),
            (A::Software, A::Auto),
            (A::VulkanSoftware, A::VulkanSoftware),
            (A::Gpu, A::Gpu),
        ] {
            let asked = PresentChoice::Surface.adapters(adapter, BackendKind::Software);
            assert_eq!(asked, Some(tried));
            assert_eq!(
                PresentChoice::Software.adapters(adapter, BackendKind::Gpu),
                None
            );
        }
    }

    #[test]
    fn choices_are_words() {
        assert_eq!("surface".parse(), Ok(PresentChoice::Surface));
        assert_eq!("auto".parse(), Ok(PresentChoice::default()));
        assert!("gpu".parse::<PresentChoice>().is_err());
    }

    #[test]
    fn a_panic_is_an_error_with_its_words() {
        let said: Result<(), String> = caught(|| panic!("no {}", "luck"));
        assert!(said.expect_err("a panic").ends_with("no luck"));
    }
}
