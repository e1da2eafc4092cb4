//! An open device, and the translation of its failures to [`RenderError`].

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::adapters;
use crate::backend::{AdapterChoice, BackendKind};
use crate::error::RenderError;

/// Time limit of a wait for the device. It may be software on a loaded machine, so the limit is
/// generous; it only must be finite.
pub(super) const TIMEOUT: Duration = Duration::from_mins(2);

/// How long commands in progress are waited for after a failure, to learn whether the device was
/// lost.
const LOSS_WAIT: Duration = Duration::from_secs(5);

/// An open device that records its failures.
#[derive(Debug)]
pub struct Context {
    /// The device.
    pub device: wgpu::Device,
    /// Its queue.
    pub queue: wgpu::Queue,
    pub(super) adapter_name: String,
    pub(super) kind: BackendKind,
    /// Whether the device has memory of its own, behind a bus.
    pub(super) is_discrete: bool,
    /// Largest buffer that the device makes.
    pub(super) max_buffer_bytes: u64,
    faults: Arc<Mutex<Faults>>,
    /// Allocations that fail, for tests.
    #[cfg(test)]
    pub(super) failing_allocations: std::sync::atomic::AtomicU32,
    /// Makes the next poll panic, as wgpu does when a driver fails, for tests.
    #[cfg(test)]
    pub(super) fails_when_polled: std::sync::atomic::AtomicBool,
}

/// What the driver reports outside of any call.
#[derive(Debug, Default)]
struct Faults {
    lost: Option<String>,
    uncaptured: Option<String>,
}

impl Context {
    /// Opens the adapter that `choice` selects.
    pub(super) fn open(choice: AdapterChoice) -> Result<Self, RenderError> {
        Self::of(&adapters::find(choice)?)
    }

    /// Opens a device of an adapter.
    ///
    /// # Errors
    /// [`RenderError::Device`] when the adapter refuses.
    pub fn of(adapter: &wgpu::Adapter) -> Result<Self, RenderError> {
        let info = adapter.get_info();
        let offered = adapter.limits();
        let limits = wgpu::Limits {
            max_buffer_size: offered.max_buffer_size,
            ..wgpu::Limits::default()
        };
        let (device, queue) = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor {
            label: Some("molshot"),
            required_limits: limits,
            ..Default::default()
        }))
        .map_err(|error| RenderError::Device {
            adapter: info.name.clone(),
            reason: error.to_string(),
        })?;

        let faults = Arc::new(Mutex::new(Faults::default()));
        // The default handler of uncaptured errors panics; this one records them.
        let seen = Arc::clone(&faults);
        device.on_uncaptured_error(Arc::new(move |error: wgpu::Error| {
            lock(&seen).uncaptured.get_or_insert(error.to_string());
        }));
        let seen = Arc::clone(&faults);
        device.set_device_lost_callback(move |reason, message| {
            lock(&seen)
                .lost
                .get_or_insert(format!("{reason:?} {message}").trim().to_owned());
        });
        Ok(Self {
            max_buffer_bytes: device.limits().max_buffer_size,
            device,
            queue,
            adapter_name: adapters::describe(&info),
            is_discrete: info.device_type == wgpu::DeviceType::DiscreteGpu,
            kind: if info.device_type == wgpu::DeviceType::Cpu {
                BackendKind::VulkanSoftware
            } else {
                BackendKind::Gpu
            },
            faults,
            #[cfg(test)]
            failing_allocations: std::sync::atomic::AtomicU32::new(0),
            #[cfg(test)]
            fails_when_polled: std::sync::atomic::AtomicBool::new(false),
        })
    }

    /// Fails as a device without memory does, as often as a test asked for.
    #[cfg(test)]
    pub(super) fn fail_allocation_if_injected(&self) -> Result<(), RenderError> {
        use std::sync::atomic::Ordering::Relaxed;
        let injected = |left: u32| left.checked_sub(1);
        match self
            .failing_allocations
            .fetch_update(Relaxed, Relaxed, injected)
        {
            Ok(_) => Err(RenderError::OutOfMemory {
                reason: "injected".into(),
            }),
            Err(_) => Ok(()),
        }
    }

    /// Name and kind of the adapter, for display.
    #[must_use]
    pub fn adapter(&self) -> &str {
        &self.adapter_name
    }

    /// The reason of the device's loss, if it was lost.
    pub(super) fn lost(&self) -> Option<String> {
        lock(&self.faults).lost.clone()
    }

    /// Notes that the device is lost, so that it is not used again.
    pub(super) fn note_loss(&self, reason: &str) {
        lock(&self.faults).lost.get_or_insert(reason.to_owned());
    }

    /// Polls the device, which runs callbacks. A lost device is never polled: wgpu then frees its
    /// buffers, which another thread may be reading.
    ///
    /// # Errors
    /// [`RenderError::DeviceLost`], also when wgpu panics because the driver failed;
    /// [`RenderError::Timeout`]; [`RenderError::Internal`].
    pub(super) fn poll(&self, how: wgpu::PollType) -> Result<(), RenderError> {
        if let Some(reason) = self.lost() {
            return Err(RenderError::DeviceLost { reason });
        }
        let polled = catch_unwind(AssertUnwindSafe(|| {
            #[cfg(test)]
            assert!(
                !self
                    .fails_when_polled
                    .swap(false, std::sync::atomic::Ordering::Relaxed),
                "injected"
            );
            self.device.poll(how)
        }));
        if polled.is_err() {
            self.note_loss("the driver failed");
        }
        if let Some(reason) = self.lost() {
            return Err(RenderError::DeviceLost { reason });
        }
        match polled {
            Ok(Err(wgpu::PollError::Timeout)) => Err(RenderError::Timeout {
                seconds: TIMEOUT.as_secs(),
            }),
            Ok(Err(error)) => Err(RenderError::Internal {
                reason: error.to_string(),
            }),
            _ => Ok(()),
        }
    }

    /// Polls the device, because wgpu reports a loss only then; returns the reason of the loss, if
    /// the device was lost.
    #[must_use]
    pub fn find_loss(&self) -> Option<String> {
        // The result of polling is not needed: it triggers the callback.
        drop(self.poll(wgpu::PollType::Poll));
        self.lost()
    }

    /// The device's loss, if it was lost, else `error`. What fails before the loss is reported
    /// fails with another error, such as the use of a buffer that is gone; wgpu reports a loss only
    /// when no commands are in progress any more, so they are waited for.
    pub(super) fn loss_or(&self, error: RenderError) -> RenderError {
        if matches!(error, RenderError::DeviceLost { .. }) {
            return error;
        }
        drop(self.poll(wgpu::PollType::Wait {
            submission_index: None,
            timeout: Some(LOSS_WAIT),
        }));
        match self.find_loss() {
            Some(reason) => RenderError::DeviceLost { reason },
            None => error,
        }
    }

    /// Runs `work`, which makes resources and submits commands, and turns every failure that wgpu
    /// reports during it into an error.
    ///
    /// # Errors
    /// Those of `work`; [`RenderError::DeviceLost`], [`RenderError::OutOfMemory`] or
    /// [`RenderError::Internal`] when wgpu reports them.
    pub fn guarded<T>(
        &self,
        work: impl FnOnce() -> Result<T, RenderError>,
    ) -> Result<T, RenderError> {
        lock(&self.faults).uncaptured = None;
        let memory = self.device.push_error_scope(wgpu::ErrorFilter::OutOfMemory);
        let internal = self.device.push_error_scope(wgpu::ErrorFilter::Internal);
        let validation = self.device.push_error_scope(wgpu::ErrorFilter::Validation);
        let result = catch_unwind(AssertUnwindSafe(work));
        let validation = pollster::block_on(validation.pop());
        let internal = pollster::block_on(internal.pop());
        let memory = pollster::block_on(memory.pop());
        if let Some(reason) = self.lost() {
            return Err(RenderError::DeviceLost { reason });
        }
        if let Some(error) = memory {
            return Err(RenderError::OutOfMemory {
                reason: error.to_string(),
            });
        }
        if let Some(error) = validation.or(internal) {
            return Err(RenderError::Internal {
                reason: error.to_string(),
            });
        }
        if let Some(reason) = lock(&self.faults).uncaptured.take() {
            return Err(RenderError::Internal { reason });
        }
        result.unwrap_or_else(|payload| resume_unwind(payload))
    }
}

/// A poisoned lock is used as it is: another thread panicked between two plain assignments.
fn lock(faults: &Mutex<Faults>) -> std::sync::MutexGuard<'_, Faults> {
    faults.lock().unwrap_or_else(PoisonError::into_inner)
}
