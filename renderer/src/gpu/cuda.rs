//! The GPUs that CUDA shows to this process. Schedulers such as Slurm and Kubernetes give a job its
//! GPUs through `CUDA_VISIBLE_DEVICES`, which Vulkan does not know.

use std::collections::BTreeMap;
use std::path::Path;

/// Where NVIDIA's driver on Linux describes its GPUs, in a folder per address on the PCI bus.
const DRIVER_FOLDER: &str = "/proc/driver/nvidia/gpus";

/// The value of `CUDA_VISIBLE_DEVICES` (CUDA C++ Programming Guide, "CUDA Environment Variables").
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CudaDevices {
    entries: Vec<String>,
    /// Addresses by the GPUs' unique names (`GPU-...`).
    addresses: BTreeMap<String, String>,
}

impl CudaDevices {
    /// What the environment says; `None` where the variable is not set.
    pub(super) fn from_environment() -> Option<Self> {
        let value = std::env::var_os("CUDA_VISIBLE_DEVICES")?;
        let mut devices = Self::parse(&value.to_string_lossy());
        devices.addresses = addresses_by_uuid(Path::new(DRIVER_FOLDER));
        Some(devices)
    }

    pub(super) fn parse(value: &str) -> Self {
        Self {
            entries: value
                .split(',')
                .map(|entry| entry.trim().to_owned())
                .filter(|entry| !entry.is_empty())
                .collect(),
            addresses: BTreeMap::new(),
        }
    }

    /// Those of `addresses`, of all NVIDIA GPUs that Vulkan shows, that CUDA shows, too. As with
    /// CUDA, the first entry that names no GPU ends the list, so that `-1` or Slurm's `NoDevFiles`
    /// shows none. `None` where it cannot be told, so that all may be used: where an address or the
    /// unique name of a GPU is not known, for parts of GPUs (`MIG-...`), and for numbers where one
    /// GPU is shown (a container shows its own GPU alone, and numbers of the machine outside mean
    /// nothing in it).
    ///
    /// Numbers are those of GPUs in the order of their addresses, as with
    /// `CUDA_DEVICE_ORDER=PCI_BUS_ID`. CUDA's own order, fastest first, is the same where all GPUs
    /// are equal.
    pub(super) fn visible(&self, addresses: &[String]) -> Option<Vec<String>> {
        let mut sorted = addresses.to_vec();
        sorted.sort();
        // Two drivers may show one GPU.
        sorted.dedup();
        let mut visible = Vec::new();
        for entry in &self.entries {
            if entry.starts_with("MIG-") {
                return None;
            }
            if let Ok(index) = entry.parse::<usize>() {
                if sorted.len() < 2 || sorted.iter().any(String::is_empty) {
                    return None;
                }
                match sorted.get(index) {
                    Some(address) => visible.push(address.clone()),
                    None => break,
                }
            } else if entry.starts_with("GPU-") {
                // A unique name may be shortened.
                let known = (self.addresses.iter()).find(|(uuid, _)| uuid.starts_with(entry));
                let (_, known) = known?;
                visible.push(sorted.iter().find(|one| is_same(one, known))?.clone());
            } else {
                break;
            }
        }
        Some(visible)
    }
}

/// Whether two addresses are of one device: the domain may have four or eight digits.
fn is_same(one: &str, other: &str) -> bool {
    let short = |text: &str| text.trim_start_matches('0').to_lowercase();
    short(one) == short(other)
}

/// The GPUs' addresses by their unique names; empty where the driver does not tell.
fn addresses_by_uuid(folder: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = folder.read_dir() else {
        return BTreeMap::new();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let text = std::fs::read_to_string(entry.path().join("information")).ok()?;
            let uuid = text
                .lines()
                .find_map(|line| line.strip_prefix("GPU UUID:"))?;
            let address = entry.file_name().to_string_lossy().into_owned();
            Some((uuid.trim().to_owned(), address))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addresses() -> Vec<String> {
        // Not in their order, as a driver may list them.
        ["0000:41:00.0", "0000:01:00.0", "0000:81:00.0"]
            .map(str::to_owned)
            .to_vec()
    }

    #[test]
    fn numbers_count_gpus_in_the_order_of_their_addresses() {
        let visible = |value: &str| CudaDevices::parse(value).visible(&addresses());
        assert_eq!(visible("0"), Some(vec!["0000:01:00.0".into()]));
        assert_eq!(
            visible("2, 1"),
            Some(vec!["0000:81:00.0".into(), "0000:41:00.0".into()])
        );
        // As with CUDA, the first entry that means nothing ends the list.
        assert_eq!(visible("0,9,1"), Some(vec!["0000:01:00.0".into()]));
        for none in ["", "-1", "NoDevFiles", "3", "-1,0"] {
            assert_eq!(visible(none), Some(Vec::new()), "{none}");
        }
        // What cannot be told hides nothing.
        for value in ["MIG-1234", "GPU-1234"] {
            assert_eq!(visible(value), None, "{value}");
        }
        let one = [String::from("0000:01:00.0")];
        assert_eq!(CudaDevices::parse("5").visible(&one), None);
        assert_eq!(CudaDevices::parse("").visible(&one), Some(Vec::new()));
        let twice = ["0000:41:00.0", "0000:01:00.0", "0000:41:00.0"].map(str::to_owned);
        let second = Some(vec!["0000:41:00.0".into()]);
        assert_eq!(CudaDevices::parse("1").visible(&twice), second);
        let unknown = [String::from("0000:01:00.0"), String::new()];
        assert_eq!(CudaDevices::parse("0").visible(&unknown), None);
    }

    #[test]
    fn unique_names_are_those_of_the_driver() {
        let mut devices = CudaDevices::parse("GPU-5f2");
        devices.addresses = BTreeMap::from([
            ("GPU-5f2c".into(), "00000000:81:00.0".into()),
            ("GPU-aaaa".into(), "0000:01:00.0".into()),
        ]);
        assert_eq!(
            devices.visible(&addresses()),
            Some(vec!["0000:81:00.0".into()])
        );
        assert!(addresses_by_uuid(Path::new("/nowhere")).is_empty());
    }
}
