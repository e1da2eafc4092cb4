//! Frames to files: the picture, and every other plane beside it.

use std::fs::{self, File};
use std::io::{Error, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use molshot_scenes::{Plane, RenderJob};

use crate::annotations::{ClassMask, class_mask};
use crate::encode::{self, Encoder, Encoding};
use crate::error::RenderError;
use crate::frame::Frame;

/// Writes every plane of `frame` that `planes` names: the colour to `path`; depth, normals and ids
/// beside it, as `STEM.PLANE.png` and `STEM.PLANE.npy`. Returns what was written, in that order.
/// Class masks are left to [`save_masks`].
///
/// Each file is written under a temporary name in the same folder, and then renamed, so an existing
/// file is always complete. A program that is killed may leave a `.molshot-PROCESS-NUMBER.part`,
/// which can be deleted.
///
/// # Errors
/// [`RenderError::Encode`] as [`encode::picture`], [`RenderError::Write`] when the file cannot be
/// written.
pub fn save(
    frame: &Frame,
    planes: impl IntoIterator<Item = Plane>,
    path: &Path,
    encoding: impl Into<Encoding>,
) -> Result<Vec<PathBuf>, RenderError> {
    save_with(
        frame,
        planes,
        path,
        encoding,
        &mut Encoder::new(),
        &mut Vec::new(),
    )
}

/// Writes as [`save`], with an encoder and a buffer that are reused from picture to picture; the
/// buffer's content is overwritten.
///
/// # Errors
/// As [`save`].
pub fn save_with(
    frame: &Frame,
    planes: impl IntoIterator<Item = Plane>,
    path: &Path,
    encoding: impl Into<Encoding>,
    encoder: &mut Encoder,
    bytes: &mut Vec<u8>,
) -> Result<Vec<PathBuf>, RenderError> {
    let mut written = Vec::new();
    let put = |path: PathBuf, bytes: &[u8]| -> Result<(), RenderError> {
        save_bytes(&path, bytes)?;
        written.push(path);
        Ok(())
    };
    write_files(frame, planes, path, encoding, encoder, bytes, put)?;
    Ok(written)
}

/// Passes the paths and contents of the files that [`save_with`] writes to `put` instead, for
/// example for an archive.
///
/// # Errors
/// [`RenderError::Encode`] as [`encode::picture`], and those of `put`.
pub fn write_files(
    frame: &Frame,
    planes: impl IntoIterator<Item = Plane>,
    path: &Path,
    encoding: impl Into<Encoding>,
    encoder: &mut Encoder,
    bytes: &mut Vec<u8>,
    mut put: impl FnMut(PathBuf, &[u8]) -> Result<(), RenderError>,
) -> Result<(), RenderError> {
    let encoding = encoding.into();
    for plane in planes.into_iter().filter(|plane| !plane.is_mask()) {
        if plane == Plane::Color {
            encoder.encode(frame, encoding, bytes)?;
            put(path.to_owned(), bytes)?;
        } else {
            put(
                beside(path, plane, "png"),
                &encode::plane_png(frame, plane)?,
            )?;
            put(
                beside(path, plane, "npy"),
                &encode::plane_npy(frame, plane)?,
            )?;
        }
    }
    Ok(())
}

/// Writes every class mask that `planes` names beside `path`: `STEM.PLANE.png` (indices, with a
/// palette) and `STEM.PLANE.json` (its [`Legend`](crate::annotations::Legend)). Returns what was
/// written, in that order. `frame` is drawn from `job`.
///
/// # Errors
/// [`RenderError::Encode`] as [`class_mask`], [`RenderError::Write`] when the file cannot be
/// written.
pub fn save_masks(
    job: &RenderJob,
    frame: &Frame,
    planes: impl IntoIterator<Item = Plane>,
    path: &Path,
) -> Result<Vec<PathBuf>, RenderError> {
    save_masks_of(planes, path, |plane| class_mask(job, frame, plane))
}

/// Writes class masks as [`save_masks`] does, of a picture whose masks `mask_of` makes.
///
/// # Errors
/// Those of `mask_of`; [`RenderError::Write`] when the file cannot be written.
pub fn save_masks_of<E: From<RenderError>>(
    planes: impl IntoIterator<Item = Plane>,
    path: &Path,
    mask_of: impl FnMut(Plane) -> Result<ClassMask, E>,
) -> Result<Vec<PathBuf>, E> {
    let mut written = Vec::new();
    write_masks(planes, path, mask_of, |path, bytes| {
        save_bytes(&path, bytes)?;
        written.push(path);
        Ok(())
    })?;
    Ok(written)
}

/// Passes the paths and contents of the files that [`save_masks_of`] writes to `put` instead.
///
/// # Errors
/// Those of `mask_of` and of `put`.
pub fn write_masks<E: From<RenderError>>(
    planes: impl IntoIterator<Item = Plane>,
    path: &Path,
    mut mask_of: impl FnMut(Plane) -> Result<ClassMask, E>,
    mut put: impl FnMut(PathBuf, &[u8]) -> Result<(), RenderError>,
) -> Result<(), E> {
    for plane in planes.into_iter().filter(|plane| plane.is_mask()) {
        let mask = mask_of(plane)?;
        let mut legend =
            serde_json::to_vec_pretty(&mask.legend).map_err(|error| RenderError::Encode {
                problem: error.to_string(),
                remedy: "report this with the structure".into(),
            })?;
        legend.push(b'\n');
        for (extension, bytes) in [("png", mask.png()?), ("json", legend)] {
            put(beside(path, plane, extension), &bytes)?;
        }
    }
    Ok(())
}

/// Writes a file as [`save`] does: under a temporary name, and then renamed.
///
/// # Errors
/// [`RenderError::Write`] when the file cannot be written.
pub fn save_bytes(path: &Path, bytes: &[u8]) -> Result<(), RenderError> {
    write_whole(path, bytes).map_err(|source| RenderError::Write {
        path: path.display().to_string(),
        source,
    })
}

/// The paths that [`save`] and [`save_masks`] write to.
#[must_use]
pub fn files_of(path: &Path, planes: impl IntoIterator<Item = Plane>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for plane in planes {
        if plane == Plane::Color {
            files.push(path.to_owned());
        } else {
            let data = if plane.is_mask() { "json" } else { "npy" };
            files.extend(["png", data].map(|extension| beside(path, plane, extension)));
        }
    }
    files
}

/// `dir/5ey0.png` and the depth plane: `dir/5ey0.depth.npy`.
fn beside(path: &Path, plane: Plane, extension: &str) -> PathBuf {
    let mut name = path.file_stem().unwrap_or_default().to_owned();
    name.push(format!(".{}.{extension}", plane.name()));
    path.with_file_name(name)
}

/// Checks in advance that a picture can be written to `path`: its folder exists, and `path` is not
/// a folder or write-protected.
///
/// # Errors
/// [`RenderError::Write`]. Success is not a guarantee: only writing shows whether the disk is full.
pub fn check_destination(path: &Path) -> Result<(), RenderError> {
    let failure = |kind: ErrorKind, reason: String| {
        Err(RenderError::Write {
            path: path.display().to_string(),
            source: Error::new(kind, reason),
        })
    };
    let names_folder = path.as_os_str().as_encoded_bytes().ends_with(b"/");
    if path.file_name().is_none() || names_folder || path.is_dir() {
        return failure(
            ErrorKind::IsADirectory,
            "it is a folder, and a file name is wanted".into(),
        );
    }
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    if !folder.is_dir() {
        return failure(
            ErrorKind::NotFound,
            format!("there is no folder {}", folder.display()),
        );
    }
    for place in [folder, path] {
        if fs::metadata(place).is_ok_and(|metadata| metadata.permissions().readonly()) {
            return failure(
                ErrorKind::PermissionDenied,
                format!("{} is write-protected", place.display()),
            );
        }
    }
    Ok(())
}

/// Number of the next temporary file of this process.
static TEMPORARY: AtomicU64 = AtomicU64::new(0);

fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // Mostly there is no such file. One system call must do: pictures come by the thousand.
    let there = fs::symlink_metadata(path);
    let target = match &there {
        // The target of a link is replaced, not the link.
        Ok(there) if there.is_symlink() => path.canonicalize().ok(),
        _ => None,
    };
    let path = target.as_deref().unwrap_or(path);
    // A device such as /dev/null is written to; renaming would replace it by a file.
    if there.is_ok() && fs::metadata(path).is_ok_and(|metadata| !metadata.is_file()) {
        return File::options().write(true).open(path)?.write_all(bytes);
    }
    // Short, because the name of the file itself may be as long as the system allows.
    let temporary = path.with_file_name(format!(
        ".molshot-{}-{}.part",
        std::process::id(),
        TEMPORARY.fetch_add(1, Ordering::Relaxed)
    ));
    let written = File::create(&temporary)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&temporary, path));
    if written.is_err() {
        // The first error is the one to report; a file that was never made cannot be removed.
        let _ = fs::remove_file(&temporary);
    }
    written
}
