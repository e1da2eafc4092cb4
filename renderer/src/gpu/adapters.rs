//! The adapters of this machine, and which of them a choice takes.

use super::cuda::CudaDevices;
use crate::backend::{AdapterChoice, AdapterReport};
use crate::device::{DeviceKind, DeviceName, DeviceSelector};
use crate::error::RenderError;

/// What is needed to choose an adapter, without a driver.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    name: String,
    kind: wgpu::DeviceType,
    api: String,
    /// Address on the PCI bus, such as `0000:01:00.0`; empty where the driver does not tell it.
    pci_address: String,
    /// [`CudaDevices`] leaves it out.
    is_hidden: bool,
}

/// Which adapters a choice allows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Query {
    kind: DeviceKind,
    device: Option<DeviceSelector>,
}

impl Query {
    /// What a choice asks for. The environment selects a device where the choice does not.
    ///
    /// # Errors
    /// [`RenderError::NoAdapter`] for a selection in the environment that means nothing.
    pub(super) fn new(choice: AdapterChoice) -> Result<Self, RenderError> {
        if let AdapterChoice::Device(device) = choice {
            return Ok(Self {
                kind: device.kind(),
                device: Some(device),
            });
        }
        let device =
            DeviceSelector::from_environment().map_err(|found| RenderError::NoAdapter {
                wanted: "device",
                found,
                remedy: "see `molshot doctor`".into(),
            })?;
        let kind = match choice {
            AdapterChoice::Gpu => DeviceKind::Gpu,
            AdapterChoice::VulkanSoftware => DeviceKind::Software,
            _ => DeviceKind::Any,
        };
        Ok(Self { kind, device })
    }

    /// Why an adapter is not of the kind; `None` when it is.
    fn wrong_kind(&self, candidate: &Candidate) -> Option<&'static str> {
        match self.kind {
            DeviceKind::Gpu if !is_gpu(candidate.kind) => Some("not a GPU"),
            DeviceKind::Software if candidate.kind != wgpu::DeviceType::Cpu => {
                Some("not a software driver")
            }
            _ => None,
        }
    }

    /// Why an adapter is not taken, whatever others there are; `None` when it may be.
    fn mismatch(&self, candidates: &[Candidate], index: usize) -> Option<&'static str> {
        let candidate = &candidates[index];
        let is_named = |device: &DeviceSelector| {
            (device.names()).any(|name| named(name, candidates).contains(&index))
        };
        self.wrong_kind(candidate).or(match &self.device {
            Some(device) => (!is_named(device)).then_some("another device is selected"),
            None => (candidate.is_hidden).then_some("hidden by CUDA_VISIBLE_DEVICES"),
        })
    }

    /// The first adapter that matches; of those that are named, the first of the first name.
    pub(super) fn select(&self, candidates: &[Candidate]) -> Option<usize> {
        let places = match self.device.iter().flat_map(DeviceSelector::names).next() {
            Some(name) => named(name, candidates),
            None => (0..candidates.len()).collect(),
        };
        (places.into_iter()).find(|index| self.mismatch(candidates, *index).is_none())
    }

    /// The first device that is named and does not exist, or is not of the wanted kind.
    fn missing(&self, candidates: &[Candidate]) -> Option<DeviceName<'_>> {
        let mut names = self.device.iter().flat_map(DeviceSelector::names);
        names.find(|name| {
            let places = named(*name, candidates);
            (places.iter()).all(|index| self.wrong_kind(&candidates[*index]).is_some())
        })
    }

    /// The error when nothing matches, or not all that is named exists.
    pub(super) fn error(&self, candidates: &[Candidate]) -> RenderError {
        let listed: Vec<String> = candidates
            .iter()
            .enumerate()
            .map(|(index, candidate)| {
                let hidden = if candidate.is_hidden {
                    ", hidden by CUDA_VISIBLE_DEVICES"
                } else {
                    ""
                };
                format!(
                    "{index} {} ({}, {}{hidden})",
                    candidate.name,
                    kind_name(candidate.kind),
                    candidate.api
                )
            })
            .collect();
        let there_is = if candidates.is_empty() {
            "no Vulkan, Metal or DX12 driver was found".to_owned()
        } else {
            format!("there is only {}", listed.join(", "))
        };
        if let Some(name) = self.missing(candidates) {
            let of_wrong_kind = named(name, candidates)
                .first()
                .and_then(|index| self.wrong_kind(&candidates[*index]));
            let problem = match of_wrong_kind {
                Some(problem) => format!("{name} is {problem}"),
                None => format!("{name} fits none"),
            };
            return RenderError::NoAdapter {
                wanted: "device",
                found: format!("{problem}; {there_is}"),
                remedy: "give a number or a part of a name".into(),
            };
        }
        let (wanted, remedy) = match self.kind {
            DeviceKind::Gpu if candidates.iter().any(|candidate| candidate.is_hidden) => (
                "GPU",
                "correct CUDA_VISIBLE_DEVICES, or select a device by its number",
            ),
            DeviceKind::Gpu => (
                "GPU",
                "install the GPU's Vulkan driver, or use another adapter",
            ),
            _ => (
                "graphics adapter",
                "install software Vulkan: apt-get install mesa-vulkan-drivers",
            ),
        };
        RenderError::NoAdapter {
            wanted,
            found: there_is,
            remedy: remedy.to_owned(),
        }
    }
}

/// The devices with this number or name. A number beyond the list is a part of a name: `4090`.
fn named(name: DeviceName<'_>, candidates: &[Candidate]) -> Vec<usize> {
    let part = match name {
        DeviceName::Index(index) if index < candidates.len() => return vec![index],
        DeviceName::Index(index) => index.to_string(),
        DeviceName::Part(part) => part.to_lowercase(),
    };
    (0..candidates.len())
        .filter(|index| candidates[*index].name.to_lowercase().contains(&part))
        .collect()
}

/// An instance with the graphics APIs in use: one per platform.
#[must_use]
pub fn instance() -> wgpu::Instance {
    wgpu::Instance::new(wgpu::InstanceDescriptor {
        backends: wgpu::Backends::VULKAN | wgpu::Backends::METAL | wgpu::Backends::DX12,
        flags: wgpu::InstanceFlags::empty(),
        ..wgpu::InstanceDescriptor::new_without_display_handle()
    })
}

/// The adapters that match a choice, best kind first, in the drivers' order within a kind.
/// Every adapter matches [`AdapterChoice::Auto`], unless the environment selects one.
///
/// # Errors
/// [`RenderError::NoAdapter`] for a selection in the environment that means nothing.
pub fn adapters_for(
    choice: AdapterChoice,
    instance: &wgpu::Instance,
) -> Result<Vec<wgpu::Adapter>, RenderError> {
    let query = Query::new(choice)?;
    let (mut adapters, candidates) = all(instance);
    let mut index = 0;
    adapters.retain(|_| {
        let matches = query.mismatch(&candidates, index).is_none();
        index += 1;
        matches
    });
    Ok(adapters)
}

/// The adapter that a choice takes.
pub(super) fn find(choice: AdapterChoice) -> Result<wgpu::Adapter, RenderError> {
    let query = Query::new(choice)?;
    let (mut adapters, candidates) = all(&instance());
    match query.select(&candidates) {
        Some(index) if query.missing(&candidates).is_none() => Ok(adapters.swap_remove(index)),
        _ => Err(query.error(&candidates)),
    }
}

/// All adapters, best kind first, in the drivers' order within a kind. Their places are the
/// numbers by which they are selected.
fn all(instance: &wgpu::Instance) -> (Vec<wgpu::Adapter>, Vec<Candidate>) {
    let mut adapters = pollster::block_on(instance.enumerate_adapters(wgpu::Backends::all()));
    adapters.sort_by_key(|adapter| rank(adapter.get_info().device_type));
    let mut candidates: Vec<Candidate> = adapters
        .iter()
        .map(|adapter| {
            let info = adapter.get_info();
            Candidate {
                name: info.name,
                kind: info.device_type,
                api: info.backend.to_string(),
                pci_address: info.device_pci_bus_id,
                is_hidden: false,
            }
        })
        .collect();
    if let Some(visible) = CudaDevices::from_environment() {
        hide(&mut candidates, &visible);
    }
    (adapters, candidates)
}

/// Hides the NVIDIA GPUs that CUDA does not show.
fn hide(candidates: &mut [Candidate], cuda: &CudaDevices) {
    let nvidia = |candidate: &Candidate| {
        is_gpu(candidate.kind) && candidate.name.to_lowercase().contains("nvidia")
    };
    let addresses: Vec<String> = candidates
        .iter()
        .filter(|candidate| nvidia(candidate))
        .map(|candidate| candidate.pci_address.clone())
        .collect();
    let Some(visible) = cuda.visible(&addresses) else {
        return;
    };
    for candidate in candidates.iter_mut().filter(|candidate| nvidia(candidate)) {
        candidate.is_hidden = !visible.contains(&candidate.pci_address);
    }
}

/// Lists all adapters, in the order in which they are tried, and says what `choice` does with each.
#[must_use]
pub fn enumerate_adapters(choice: AdapterChoice) -> Vec<AdapterReport> {
    let (adapters, candidates) = all(&instance());
    let query = Query::new(choice).ok();
    let taken = query.and_then(|query| query.select(&candidates));
    adapters
        .iter()
        .zip(&candidates)
        .enumerate()
        .map(|(index, (adapter, candidate))| {
            let info = adapter.get_info();
            let mismatch = match query {
                Some(query) => query.mismatch(&candidates, index),
                None => Some("MOLSHOT_DEVICE means nothing"),
            };
            let reason = match mismatch {
                Some(reason) => reason,
                None if taken == Some(index)
                    && info.device_type == wgpu::DeviceType::Cpu
                    && choice == AdapterChoice::Auto =>
                {
                    "there is no GPU"
                }
                None if taken == Some(index) && query.is_some_and(|q| q.device.is_some()) => {
                    "selected"
                }
                None if taken == Some(index) => "the best of its kind",
                None => "another one is preferred",
            };
            AdapterReport {
                index: Some(index),
                pci_address: Some(candidate.pci_address.clone()).filter(|text| !text.is_empty()),
                kind: kind_name(info.device_type),
                api: info.backend.to_string(),
                driver: format!("{} {}", info.driver, info.driver_info)
                    .trim()
                    .to_owned(),
                name: info.name,
                max_texture_px: adapter.limits().max_texture_dimension_2d,
                max_buffer_bytes: adapter.limits().max_buffer_size,
                taken: taken == Some(index),
                reason: reason.to_owned(),
            }
        })
        .collect()
}

fn rank(kind: wgpu::DeviceType) -> u8 {
    match kind {
        wgpu::DeviceType::DiscreteGpu => 0,
        wgpu::DeviceType::IntegratedGpu => 1,
        wgpu::DeviceType::VirtualGpu => 2,
        wgpu::DeviceType::Other => 3,
        wgpu::DeviceType::Cpu => 4,
    }
}

fn kind_name(kind: wgpu::DeviceType) -> &'static str {
    match kind {
        wgpu::DeviceType::DiscreteGpu => "discrete GPU",
        wgpu::DeviceType::IntegratedGpu => "integrated GPU",
        wgpu::DeviceType::VirtualGpu => "virtual GPU",
        wgpu::DeviceType::Cpu => "software",
        wgpu::DeviceType::Other => "unknown kind",
    }
}

fn is_gpu(kind: wgpu::DeviceType) -> bool {
    rank(kind) < rank(wgpu::DeviceType::Other)
}

/// Name and kind of an adapter, for display.
pub(super) fn describe(info: &wgpu::AdapterInfo) -> String {
    format!(
        "{} ({}, {})",
        info.name,
        kind_name(info.device_type),
        info.backend
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two equal GPUs, another one, and a software driver.
    fn machine() -> Vec<Candidate> {
        let candidate = |name: &str, kind, pci_address: &str| Candidate {
            name: name.into(),
            kind,
            api: "vulkan".into(),
            pci_address: pci_address.into(),
            is_hidden: false,
        };
        vec![
            candidate("NVIDIA H200", wgpu::DeviceType::DiscreteGpu, "0000:01:00.0"),
            candidate("NVIDIA H200", wgpu::DeviceType::DiscreteGpu, "0000:41:00.0"),
            candidate("AMD Radeon", wgpu::DeviceType::IntegratedGpu, ""),
            candidate("llvmpipe", wgpu::DeviceType::Cpu, ""),
        ]
    }

    fn taken(kind: DeviceKind, device: &str, candidates: &[Candidate]) -> Option<usize> {
        let device = (!device.is_empty()).then(|| device.parse().expect("valid"));
        Query { kind, device }.select(candidates)
    }

    #[test]
    fn devices_are_taken_by_number_and_by_part_of_their_name() {
        let machine = machine();
        for (device, expected) in [
            ("", Some(0)),
            ("1", Some(1)),
            ("radeon", Some(2)),
            ("H200", Some(0)),
            ("LLVM", Some(3)),
            ("1,0", Some(1)),
            ("4", None),
            ("200", Some(0)),
            ("intel", None),
        ] {
            assert_eq!(taken(DeviceKind::Any, device, &machine), expected);
        }
        // The kind still counts.
        assert_eq!(taken(DeviceKind::Gpu, "llvm", &machine), None);
        assert_eq!(taken(DeviceKind::Software, "", &machine), Some(3));
        let query = Query {
            kind: DeviceKind::Gpu,
            device: Some("7".parse().expect("valid")),
        };
        let text = query.error(&machine).to_string();
        assert!(text.contains("7 fits none") && text.contains("1 NVIDIA H200"));
        let query = Query {
            kind: DeviceKind::Any,
            device: Some("0,xyz".parse().expect("valid")),
        };
        assert_eq!(query.missing(&machine), Some(DeviceName::Part("xyz")));
    }

    #[test]
    fn what_cuda_hides_is_taken_only_when_it_is_named() {
        let mut machine = machine();
        hide(&mut machine, &CudaDevices::parse("1"));
        let hidden: Vec<bool> = machine.iter().map(|one| one.is_hidden).collect();
        assert_eq!(hidden, [true, false, false, false]);
        assert_eq!(taken(DeviceKind::Gpu, "", &machine), Some(1));
        assert_eq!(taken(DeviceKind::Gpu, "0", &machine), Some(0));
    }
}
