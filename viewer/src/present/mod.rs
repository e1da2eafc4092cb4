//! Presents finished pictures in the window: by a surface of the graphics API, or by the CPU.
//!
//! Both take the same bytes, so the window shows the same pixels. A surface that fails is recreated
//! with its device; if that does not help, the CPU presents from then on.

mod recovery;
mod software;
mod surface;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use molshot_renderer::{AdapterChoice, BackendKind};
use winit::window::Window;

use recovery::{PresentOutcome, Recovery, RecoveryStep};
use software::SoftwarePresenter;
use surface::SurfacePresenter;

/// How pictures are presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum PresentChoice {
    /// By a surface if a GPU draws and can present, otherwise by the CPU.
    #[default]
    Auto,
    /// By a surface of any adapter that can present; fails without one.
    Surface,
    /// By the CPU.
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
    /// The adapters whose surfaces are tried; `None` if the CPU presents. `adapter` is the
    /// requested adapter, `found` the backend that draws.
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

/// The result of presenting a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Presented {
    /// It was presented.
    Now,
    /// The window accepts no picture at present; retry after this time.
    Later(Duration),
}

/// A loss that tests simulate.
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

/// The current way of presenting.
enum PresentPath {
    Surface(Box<SurfacePresenter>),
    /// The surface is to be recreated.
    Closed,
    Software(SoftwarePresenter),
}

/// Presents pictures in a window.
pub(crate) struct Presenter {
    path: PresentPath,
    window: Arc<Window>,
    adapters: AdapterChoice,
    recovery: Recovery,
}

impl Presenter {
    /// Opens a presenter for a window, by a surface of `adapters` or by the CPU.
    ///
    /// # Errors
    /// When a surface is required and none of the adapters can present. The error is a message.
    pub(crate) fn open(
        window: Arc<Window>,
        choice: PresentChoice,
        adapters: Option<AdapterChoice>,
    ) -> Result<Self, String> {
        let path = match adapters.map(|adapters| open_surface(&window, adapters)) {
            Some(Ok(surface)) => PresentPath::Surface(Box::new(surface)),
            Some(Err(reason)) if choice == PresentChoice::Surface => {
                return Err(format!(
                    "no surface can present to the window: {reason}; use --present auto"
                ));
            }
            Some(Err(_)) | None => {
                PresentPath::Software(SoftwarePresenter::new(Arc::clone(&window)))
            }
        };
        Ok(Self {
            path,
            window,
            adapters: adapters.unwrap_or_default(),
            recovery: Recovery::default(),
        })
    }

    /// Describes what presents.
    pub(crate) fn name(&self) -> String {
        match &self.path {
            PresentPath::Surface(surface) => format!("a surface of {}", surface.adapter()),
            PresentPath::Closed => "nothing".into(),
            PresentPath::Software(_) => "the CPU".into(),
        }
    }

    /// Presents a picture of the window's size, in four bytes per pixel. The size is at least 1 x
    /// 1.
    ///
    /// # Errors
    /// When the CPU cannot present either. The error is a message; the next picture is tried anew.
    pub(crate) fn present(&mut self, rgba: &[u8], size_px: [u32; 2]) -> Result<Presented, String> {
        loop {
            let outcome = match &mut self.path {
                PresentPath::Software(software) => {
                    software
                        .present(rgba, size_px)
                        .map_err(|error| error.to_string())?;
                    return Ok(Presented::Now);
                }
                PresentPath::Surface(surface) => {
                    catch_panic(|| Ok(surface.present(rgba, size_px, &self.window)))
                        .unwrap_or_else(PresentOutcome::Failed)
                }
                PresentPath::Closed => match open_surface(&self.window, self.adapters) {
                    Ok(surface) => {
                        self.path = PresentPath::Surface(Box::new(surface));
                        continue;
                    }
                    Err(reason) => PresentOutcome::Failed(reason),
                },
            };
            match self.recovery.after(&outcome) {
                RecoveryStep::Done => return Ok(Presented::Now),
                RecoveryStep::Retry => {}
                RecoveryStep::Wait(pause) => return Ok(Presented::Later(pause)),
                RecoveryStep::Reopen(pause) => {
                    if let PresentOutcome::Failed(reason) = outcome {
                        eprintln!("molshot-view: {reason}; recreating the window's surface");
                    }
                    self.replace_path(PresentPath::Closed);
                    if !pause.is_zero() {
                        return Ok(Presented::Later(pause));
                    }
                }
                RecoveryStep::GiveUp => {
                    let reason = match outcome {
                        PresentOutcome::Failed(reason) => reason,
                        _ => "the surface does not keep the window's size".into(),
                    };
                    eprintln!("molshot-view: {reason}; the CPU presents from now on");
                    let software = SoftwarePresenter::new(Arc::clone(&self.window));
                    self.replace_path(PresentPath::Software(software));
                }
            }
        }
    }

    /// Simulates a loss.
    #[cfg(debug_assertions)]
    pub(crate) fn simulate_loss(&mut self, loss: Loss) {
        if loss == Loss::Adapters {
            // No adapter has a surface for this choice.
            self.adapters = AdapterChoice::Software;
        }
        if let PresentPath::Surface(surface) = &mut self.path {
            surface.simulate_loss(loss);
        }
    }

    /// Replaces the way of presenting. A broken surface may panic even when it is dropped.
    fn replace_path(&mut self, next: PresentPath) {
        let previous = std::mem::replace(&mut self.path, next);
        // The surface is gone either way.
        let _ = catch_panic(|| {
            drop(previous);
            Ok(())
        });
    }
}

fn open_surface(window: &Arc<Window>, adapters: AdapterChoice) -> Result<SurfacePresenter, String> {
    catch_panic(|| SurfacePresenter::open(window, adapters))
}

/// Converts a panic of the graphics library to an error, so that the window stays open.
fn catch_panic<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|payload| {
        let message = payload.downcast_ref::<String>().map(String::as_str);
        let message = message.or_else(|| payload.downcast_ref::<&str>().copied());
        Err(format!(
            "the graphics library panicked: {}",
            message.unwrap_or("no reason given")
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn auto_presents_by_a_surface_only_if_a_gpu_draws() {
        use AdapterChoice as A;
        let auto = |found| PresentChoice::Auto.adapters(A::Auto, found);
        assert_eq!(auto(BackendKind::Gpu), Some(A::Gpu));
        assert_eq!(auto(BackendKind::Software), None);
        assert_eq!(auto(BackendKind::VulkanSoftware), None);
        for (adapter, tried) in [
            (A::Auto, A::Auto),
            (A::Software, A::Auto),
            (A::VulkanSoftware, A::VulkanSoftware),
            (A::Gpu, A::Gpu),
        ] {
            let surface = PresentChoice::Surface.adapters(adapter, BackendKind::Software);
            assert_eq!(surface, Some(tried));
            assert_eq!(
                PresentChoice::Software.adapters(adapter, BackendKind::Gpu),
                None
            );
        }
    }

    #[test]
    fn choices_are_keywords() {
        assert_eq!("surface".parse(), Ok(PresentChoice::Surface));
        assert_eq!("auto".parse(), Ok(PresentChoice::default()));
        assert!("gpu".parse::<PresentChoice>().is_err());
    }

    #[test]
    fn a_panic_is_an_error_with_its_message() {
        let result: Result<(), String> = catch_panic(|| panic!("no {}", "luck"));
        assert!(result.expect_err("a panic").ends_with("no luck"));
    }
}
