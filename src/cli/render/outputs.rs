//! The names of output files: placeholders, and checks that no file replaces an input or another
//! output.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use molshot_molecule::Format;
use molshot_renderer::{check_destination, files_of};
use molshot_scenes::request::StructureSource;
use molshot_scenes::{Plane, SceneDocument};

use super::archive::check_member;
use super::pictures::{PictureSpec, Pictures, States};
use crate::cli::message::CliError;
use crate::input::{STANDARD_INPUT, is_scene_file};
use crate::molviewspec::is_molviewspec_file;

/// A part of an output name.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    /// Literal text.
    Text(OsString),
    /// `{view}`: the name of the picture's view.
    View,
    /// `{index}`: the picture's number.
    Index,
    /// `{name}`: the input's name.
    Name,
    /// `{frame}`: the number of the trajectory's frame.
    Frame,
    /// `{model}`: the number of the model.
    Model,
}

/// The placeholder of models, which asks for a picture of each.
pub(super) const MODEL_PLACEHOLDER: &str = "{model}";

/// An output name, split at its placeholders.
#[derive(Debug)]
pub(super) struct OutputName {
    /// The flag that sets the name.
    flag: &'static str,
    pieces: Vec<Piece>,
}

impl OutputName {
    /// Parses a name. Unknown words in braces are refused as misspelt placeholders; a name that is
    /// not Unicode is used literally and has no placeholders.
    pub(super) fn new(flag: &'static str, out: &Path) -> Result<Self, CliError> {
        let Some(mut rest) = out.to_str() else {
            if out.as_os_str().as_encoded_bytes().contains(&b'{') {
                return Err(CliError::flag(
                    flag,
                    format_args!(
                        "{} is not UTF-8, which a name with placeholders must be; give another name",
                        out.display()
                    ),
                ));
            }
            let pieces = vec![Piece::Text(out.as_os_str().to_owned())];
            return Ok(Self { flag, pieces });
        };
        let mut pieces = Vec::new();
        let mut text = String::new();
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let word = after.split_once('}').filter(|(word, _)| {
                word.chars()
                    .all(|letter| letter.is_alphanumeric() || "_- ".contains(letter))
            });
            let Some((word, behind)) = word else {
                text.push('{');
                rest = after;
                continue;
            };
            let piece = match word {
                "view" => Piece::View,
                "index" => Piece::Index,
                "name" => Piece::Name,
                "frame" => Piece::Frame,
                "model" => Piece::Model,
                _ => {
                    return Err(CliError::flag(
                        flag,
                        format_args!(
                            "unknown placeholder {{{word}}}; give {{view}}, {{index}}, {{name}}, \
                             {{frame}} or {{model}}"
                        ),
                    ));
                }
            };
            if !text.is_empty() {
                pieces.push(Piece::Text(std::mem::take(&mut text).into()));
            }
            pieces.push(piece);
            rest = behind;
        }
        text.push_str(rest);
        pieces.push(Piece::Text(text.into()));
        Ok(Self { flag, pieces })
    }

    fn has(&self, piece: &Piece) -> bool {
        self.pieces.contains(piece)
    }

    /// The name of one picture of the input that is called `name`.
    pub(super) fn path(&self, picture: &PictureSpec, name: &OsStr) -> PathBuf {
        let mut path = OsString::new();
        for piece in &self.pieces {
            path.push(match piece {
                Piece::Text(text) => text,
                Piece::View => OsStr::new(picture.view),
                Piece::Index => OsStr::new(&picture.index),
                Piece::Frame | Piece::Model => OsStr::new(&picture.state_number),
                Piece::Name => name,
            });
        }
        path.into()
    }

    /// Refuses a name that lacks a placeholder which distinguishes the pictures, or has one without
    /// a value.
    pub(super) fn check_placeholders(
        &self,
        groups: usize,
        pictures: &Pictures,
        views: bool,
    ) -> Result<(), CliError> {
        let refuse = |text: &str| Err(CliError::flag(self.flag, text));
        if groups > 1 && !self.has(&Piece::Name) {
            return refuse(
                "--each would write all inputs to one file; include {name} in the name, as in '{name}.png'",
            );
        }
        if self.has(&Piece::View) && !views {
            return refuse("{view} requires --views; give --views, or use {index} or {name}");
        }
        let (state, state_word) = match pictures.states() {
            States::Frames(_) => (Some(Piece::Frame), "{frame}"),
            States::Models(_) => (Some(Piece::Model), MODEL_PLACEHOLDER),
            States::One | States::Snapshots(_) => (None, "{index}"),
        };
        if self.has(&Piece::Frame) && state != Some(Piece::Frame) {
            return refuse("{frame} requires a trajectory; give one beside the structure");
        }
        if self.has(&Piece::Model) && state != Some(Piece::Model) {
            return refuse("{model} requires --model; give --model all, or a range such as 1-5");
        }
        if self.has(&Piece::Index) {
            return Ok(());
        }
        if pictures.state_count() > 1 && !state.as_ref().is_some_and(|piece| self.has(piece)) {
            let words = match state {
                Some(_) => format!("{state_word} or {{index}}"),
                None => state_word.to_owned(),
            };
            return refuse(&format!(
                "many pictures would be written to one file; include {words} in the name, as in \
                 '{state_word}.png'"
            ));
        }
        if pictures.per_state() > 1 && !self.has(&Piece::View) {
            return refuse(if views {
                "many pictures would be written to one file; include {view} or {index} in the name, as in '{view}.png'"
            } else {
                "many pictures would be written to one file; include {index} in the name, as in 'turn_{index}.png'"
            });
        }
        Ok(())
    }
}

/// Resolves different names of one file to a single path.
#[derive(Debug, Default)]
struct Canonical {
    folders: BTreeMap<PathBuf, PathBuf>,
}

impl Canonical {
    /// Returns the canonical path of a file, which need not exist. Links are followed, as they are
    /// when the file is written.
    fn of(&mut self, path: &Path) -> PathBuf {
        if fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink())
            && let Ok(target) = path.canonicalize()
        {
            return target;
        }
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return path.canonicalize().unwrap_or_else(|_| path.to_owned());
        };
        if let Some(known) = self.folders.get(folder) {
            return known.join(name);
        }
        let here = if folder == Path::new("") {
            Path::new(".")
        } else {
            folder
        };
        let known = here.canonicalize().unwrap_or_else(|_| folder.to_owned());
        self.folders.insert(folder.to_owned(), known.clone());
        known.join(name)
    }
}

/// What the check of output names needs to know about one scene.
#[derive(Debug)]
pub(super) struct GroupFiles<'a> {
    /// The inputs.
    pub(super) inputs: &'a [PathBuf],
    /// The document, if it is valid.
    pub(super) document: Option<&'a SceneDocument>,
}

impl GroupFiles<'_> {
    /// The planes of the pictures.
    fn planes(&self) -> Vec<Plane> {
        self.document.map_or_else(
            || vec![Plane::Color],
            |document| document.request.output.planes.iter().copied().collect(),
        )
    }
}

/// The names of the files that a command writes.
#[derive(Debug)]
pub(super) struct OutputNames<'a> {
    /// Of pictures; `None` for standard output.
    pub(super) pictures: Option<&'a OutputName>,
    pub(super) annotations: Option<&'a OutputName>,
    pub(super) captions: Option<&'a OutputName>,
    /// The archive that the pictures go into.
    pub(super) archive: Option<&'a Path>,
    /// Whether annotations do not go into the archive.
    pub(super) annotations_apart: bool,
}

impl OutputNames<'_> {
    /// The files of each picture that go into the archive.
    pub(super) fn archived<'a>(
        &'a self,
        groups: &'a [GroupFiles<'_>],
        pictures: &'a Pictures,
    ) -> impl Iterator<Item = Vec<PathBuf>> + 'a {
        groups.iter().flat_map(move |group| {
            let name = name_of(&group.inputs[0]);
            let annotations = self.annotations.filter(|_| !self.annotations_apart);
            pictures.iter().map(move |picture| {
                let paths = self.pictures.map(|out| out.path(&picture, &name));
                let mut files: Vec<PathBuf> = paths
                    .into_iter()
                    .flat_map(|path| files_of(&path, group.planes()))
                    .collect();
                files.extend(annotations.map(|out| out.path(&picture, &name)));
                files
            })
        })
    }
}

/// Refuses output names that are equal to each other or to an input, and folders that cannot be
/// written, before any work is done. `read_beside` are files that are read for all scenes.
pub(super) fn check_files(
    names: &OutputNames<'_>,
    groups: &[GroupFiles<'_>],
    pictures: &Pictures,
    read_beside: &[&Path],
) -> Result<(), CliError> {
    let mut canonical = Canonical::default();
    let mut read: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    let mut inputs: Vec<PathBuf> = groups
        .iter()
        .flat_map(|group| files_read(group.inputs, group.document))
        .collect();
    inputs.extend(read_beside.iter().map(|path| path.to_path_buf()));
    for input in inputs {
        read.insert(canonical.of(&input), input);
    }
    if let Some(archive) = names.archive
        && let Some(input) = read.get(&canonical.of(archive))
    {
        return Err(replaces_input("--output", archive, input));
    }
    let mut taken: BTreeMap<PathBuf, &Path> = BTreeMap::new();
    for group in groups {
        let inputs = group.inputs;
        let name = name_of(&inputs[0]);
        let planes = group.planes();
        for picture in pictures.iter() {
            let pictures = names.pictures.map(|out| {
                (
                    out,
                    names.archive,
                    files_of(&out.path(&picture, &name), planes.iter().copied()),
                )
            });
            let annotations = names.annotations.map(|name_of| {
                let archive = names.archive.filter(|_| !names.annotations_apart);
                (name_of, archive, vec![name_of.path(&picture, &name)])
            });
            let captions = names
                .captions
                .map(|name_of| (name_of, None, vec![name_of.path(&picture, &name)]));
            let files = pictures.into_iter().chain(annotations).chain(captions);
            for (flag, archive, path) in files.flat_map(|(name, archive, files)| {
                (files.into_iter()).map(move |file| (name.flag, archive, file))
            }) {
                let (path, file) = if let Some(archive) = archive {
                    check_member(flag, &path)?;
                    (archive.join(&path), archive.join(&path))
                } else {
                    let file = canonical.of(&path);
                    if let Some(input) = read.get(&file) {
                        return Err(replaces_input(flag, &path, input));
                    }
                    check_destination(&path)?;
                    (path, file)
                };
                if let Some(other) = taken.insert(file, &inputs[0]) {
                    if *other == inputs[0] {
                        return Err(CliError::flag(
                            flag,
                            format_args!(
                                "two pictures of {} would both be written to {}; give each view and each input once, and annotations and captions other names",
                                other.display(),
                                path.display()
                            ),
                        ));
                    }
                    return Err(CliError::flag(
                        flag,
                        format_args!(
                            "a picture of {} and one of {} would both be written to {}; draw inputs with equal names by separate commands",
                            other.display(),
                            inputs[0].display(),
                            path.display()
                        ),
                    ));
                }
            }
        }
    }
    Ok(())
}

fn replaces_input(flag: &str, path: &Path, input: &Path) -> CliError {
    CliError::flag(
        flag,
        format_args!(
            "writing {} would replace the input {}; give another name",
            path.display(),
            input.display()
        ),
    )
}

/// Whether all files of a picture exist. Files get their names only when they are complete, and
/// are never empty.
pub(super) fn is_finished(path: &Path, planes: impl IntoIterator<Item = Plane>) -> bool {
    files_of(path, planes)
        .iter()
        .all(|file| fs::metadata(file).is_ok_and(|file| file.is_file() && file.len() > 0))
}

/// Lists all files that are read for a scene: files, the structure files of folders, a scene file
/// and the files that it names.
fn files_read(inputs: &[PathBuf], document: Option<&SceneDocument>) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = inputs.to_vec();
    if inputs
        .iter()
        .any(|input| is_scene_file(input) || is_molviewspec_file(input))
        && let Some(document) = document
        && let StructureSource::Paths { paths: named } = &document.structure
    {
        paths.extend(named.iter().map(PathBuf::from));
    }
    let mut files = Vec::new();
    for path in paths {
        if path == Path::new(STANDARD_INPUT) {
            continue;
        }
        if !path.is_dir() {
            files.push(path);
            continue;
        }
        // An unreadable folder is reported when its structure is read.
        let Ok(entries) = path.read_dir() else {
            continue;
        };
        files.extend(
            entries
                .filter_map(|entry| Some(entry.ok()?.path()))
                .filter(|path| Format::from_path(path).is_some()),
        );
    }
    files
}

/// The value of `{name}`: the input's file name without folders and file extensions.
pub(super) fn name_of(input: &Path) -> OsString {
    let name = input.file_name().unwrap_or(OsStr::new("input"));
    if input.is_dir() {
        return name.to_owned();
    }
    let name = Path::new(name);
    let name = match (name.extension(), name.file_stem()) {
        (Some(extension), Some(stem)) if extension == "gz" => Path::new(stem),
        _ => name,
    };
    name.file_stem().unwrap_or(name.as_os_str()).to_owned()
}
