//! `--device` and `MOLSHOT_DEVICE`, with the devices of software Vulkan.

use super::program::{Folder, Run, library};

/// Draws six views of a sample scene into `name`.
fn draw(folder: &Folder, name: &str, adapter: &[&str], device: Option<&str>) -> Run {
    let input = library("1hvr");
    let output = format!("{name}-{{index}}.png");
    let args = [
        &["render", &input, "-o", &output, "--size", "48x40"][..],
        &["--turntable", "6", "--threads", "2"],
        adapter,
    ]
    .concat();
    folder.run_with(&args, b"", |command| {
        command.env_remove("MOLSHOT_DEVICE");
        if let Some(device) = device {
            command.env("MOLSHOT_DEVICE", device);
        }
    })
}

#[test]
fn a_device_is_selected_by_number_name_and_environment() {
    let folder = Folder::new("devices");
    let run = draw(&folder, "kind", &["--adapter", "vulkan-software"], None);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let cases: [(&str, &[&str], Option<&str>); 6] = [
        ("number", &["--device", "0"], None),
        ("name", &["--device", "LLVMpipe"], None),
        // The same device twice: two drawing threads, each with its own.
        ("several", &["--device", "0,llvmpipe"], None),
        ("variable", &[], Some("llvm")),
        ("empty", &["--adapter", "vulkan-software"], Some("")),
        ("option-first", &["--device", "0"], Some("no such device")),
    ];
    for (name, adapter, device) in cases {
        let run = draw(&folder, name, adapter, device);
        assert_eq!(run.status, Some(0), "{name}: {}", run.stderr);
        for index in 0..6 {
            let bytes = folder.bytes(&format!("{name}-{index}.png"));
            assert!(
                bytes == folder.bytes(&format!("kind-{index}.png")),
                "{name}"
            );
        }
    }
}

#[test]
fn a_device_that_is_not_there_is_an_error_that_lists_those_that_are() {
    let folder = Folder::new("devices_missing");
    let cases: [(&[&str], Option<&str>, i32, &str); 7] = [
        (&["--device", "17"], None, 1, "17 fits none"),
        (&["--device", "0,quantum"], None, 1, "`quantum` fits none"),
        (&[], Some("quantum"), 1, "0 llvmpipe"),
        (&[], Some(","), 1, "MOLSHOT_DEVICE=,"),
        (&["--device", ""], None, 2, "molshot doctor"),
        (
            &["--device", "0", "--adapter", "software"],
            None,
            2,
            "--device: the built-in rasteriser",
        ),
        // lavapipe is not a GPU.
        (
            &["--device", "0", "--adapter", "gpu"],
            None,
            1,
            "0 is not a GPU",
        ),
    ];
    for (adapter, device, status, text) in cases {
        let run = draw(&folder, "a", adapter, device);
        assert_eq!(run.status, Some(status), "{adapter:?}: {}", run.stderr);
        assert!(run.stderr.contains(text), "{adapter:?}: {}", run.stderr);
    }
    // The built-in rasteriser needs no device.
    let run = draw(&folder, "b", &["--adapter", "software"], Some("quantum"));
    assert_eq!(run.status, Some(0), "{}", run.stderr);
}
