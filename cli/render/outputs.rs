//! Where pictures are written: the name with its placeholders, and the refusal of names under which
//! something would be lost.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use molshot_molecule::Format;
use molshot_renderer::{check_destination, files_of};
use molshot_scenes::request::StructureSource;
use molshot_scenes::{Plane, SceneDocument};

use super::pictures::{Picture, Pictures};
use crate::message::Failure;
use crate::scene_file::is_scene_file;

/// A piece of OUT.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    /// Taken as it stands.
    Text(OsString),
    /// The name of the picture's view.
    View,
    /// The picture's number.
    Index,
    /// The input's name.
    Name,
}

/// OUT, taken apart at its placeholders.
#[derive(Debug)]
pub(super) struct OutputName {
    /// The flag that gave it.
    flag: &'static str,
    pieces: Vec<Piece>,
}

impl OutputName {
    /// Understands OUT. Words in braces that are no placeholders are refused, for they are misspelt
    /// ones; a name that is no Unicode is taken as it stands, and has no placeholders.
    pub(super) fn new(flag: &'static str, out: &Path) -> Result<Self, Failure> {
        let Some(mut rest) = out.to_str() else {
            if out.as_os_str().as_encoded_bytes().contains(&b'{') {
                return Err(Failure::flag(
                    flag,
                    format_args!(
                        "{} is no UTF-8, which a name with placeholders must be; give another name",
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
                _ => {
                    return Err(Failure::flag(
                        flag,
                        format_args!(
                            "there is no placeholder {{{word}}}; give {{view}}, {{index}} or {{name}}"
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

    /// The name of one picture of the input that goes by `name`.
    pub(super) fn path(&self, picture: &Picture, name: &OsStr) -> PathBuf {
        let mut path = OsString::new();
        for piece in &self.pieces {
            path.push(match piece {
                Piece::Text(text) => text,
                Piece::View => OsStr::new(picture.view),
                Piece::Index => OsStr::new(&picture.index),
                Piece::Name => name,
            });
        }
        path.into()
    }

    /// Refuses a name without the placeholders that keep pictures apart, and with one that nothing
    /// fills.
    pub(super) fn check_placeholders(
        &self,
        groups: usize,
        pictures: usize,
        views: bool,
    ) -> Result<(), Failure> {
        let refuse = |text: &str| Err(Failure::flag(self.flag, text));
        if groups > 1 && !self.has(&Piece::Name) {
            return refuse(
                "--each would write all inputs to one file; put {name} into OUT, as in '{name}.png'",
            );
        }
        if self.has(&Piece::View) && !views {
            return refuse(
                "only --views gives pictures a {view}; give --views, or use {index} or {name}",
            );
        }
        if pictures > 1 && !self.has(&Piece::View) && !self.has(&Piece::Index) {
            return refuse(if views {
                "many pictures would be written to one file; put {view} or {index} into OUT, as in '{view}.png'"
            } else {
                "many pictures would be written to one file; put {index} into OUT, as in 'turn_{index}.png'"
            });
        }
        Ok(())
    }
}

/// Files as the disk knows them, however they were named.
#[derive(Debug, Default)]
struct Canonical {
    folders: BTreeMap<PathBuf, PathBuf>,
}

impl Canonical {
    /// One name for every name of a file. The file need not be there; links are followed, as they
    /// are when it is written.
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

/// Inputs of one scene, as the check of names sees them.
#[derive(Debug)]
pub(super) struct Drawn<'a> {
    /// The inputs.
    pub(super) inputs: &'a [PathBuf],
    /// The request, where it could be made.
    pub(super) request: Option<&'a SceneDocument>,
}

/// Refuses, before any work is done, names under which pictures or annotations would replace each
/// other or a file that is read, and places that cannot be written.
pub(super) fn check_files(
    (out, truth): (Option<&OutputName>, Option<&OutputName>),
    drawn: &[Drawn<'_>],
    pictures: &Pictures,
    commands_file: Option<&Path>,
) -> Result<(), Failure> {
    let mut canonical = Canonical::default();
    let mut read: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    let mut inputs: Vec<PathBuf> = drawn
        .iter()
        .flat_map(|drawn| files_read(drawn.inputs, drawn.request))
        .collect();
    inputs.extend(commands_file.map(Path::to_owned));
    for input in inputs {
        read.insert(canonical.of(&input), input);
    }
    let mut taken: BTreeMap<PathBuf, &Path> = BTreeMap::new();
    for Drawn { inputs, request } in drawn {
        let name = name_of(&inputs[0]);
        let planes = request.map_or_else(
            || vec![Plane::Color],
            |request| request.request.output.planes.iter().copied().collect(),
        );
        for picture in pictures.iter() {
            let drawn = out.map(|out| {
                (
                    out,
                    files_of(&out.path(&picture, &name), planes.iter().copied()),
                )
            });
            let told = truth.map(|truth| (truth, vec![truth.path(&picture, &name)]));
            let files = drawn.into_iter().chain(told);
            for (flag, path) in
                files.flat_map(|(name, files)| files.into_iter().map(move |file| (name.flag, file)))
            {
                let file = canonical.of(&path);
                if let Some(input) = read.get(&file) {
                    return Err(Failure::flag(
                        flag,
                        format_args!(
                            "writing {} would replace the input {}; give another name",
                            path.display(),
                            input.display()
                        ),
                    ));
                }
                check_destination(&path)?;
                if let Some(other) = taken.insert(file, &inputs[0]) {
                    if *other == inputs[0] {
                        return Err(Failure::flag(
                            flag,
                            format_args!(
                                "two pictures of {} would both write {}; name every view and every input once, and give annotations a name of their own",
                                other.display(),
                                path.display()
                            ),
                        ));
                    }
                    return Err(Failure::flag(
                        flag,
                        format_args!(
                            "a picture of {} and one of {} would both write {}; draw inputs of one name by separate commands",
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

/// Whether all files of a picture are there. A file has its name only once it is whole; an empty
/// one is none of ours.
pub(super) fn is_finished(path: &Path, planes: impl IntoIterator<Item = Plane>) -> bool {
    files_of(path, planes)
        .iter()
        .all(|file| fs::metadata(file).is_ok_and(|file| file.is_file() && file.len() > 0))
}

/// Every file that is read for a scene: files, the structure files of folders, a scene file and the
/// files that it names.
fn files_read(inputs: &[PathBuf], request: Option<&SceneDocument>) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = inputs.to_vec();
    if inputs.iter().any(|input| is_scene_file(input))
        && let Some(request) = request
        && let StructureSource::Paths { paths: named } = &request.structure
    {
        paths.extend(named.iter().map(PathBuf::from));
    }
    let mut files = Vec::new();
    for path in paths {
        if path == Path::new("-") {
            continue;
        }
        if !path.is_dir() {
            files.push(path);
            continue;
        }
        // A folder that cannot be read is told of when its turn comes.
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

/// What `{name}` stands for: the input's name without folders and endings.
pub(super) fn name_of(input: &Path) -> OsString {
    let name = input.file_name().unwrap_or(OsStr::new("input"));
    if input.is_dir() {
        return name.to_owned();
    }
    let name = Path::new(name);
    let name = match (name.extension(), name.file_stem()) {
        (Some(ending), Some(stem)) if ending == "gz" => Path::new(stem),
        _ => name,
    };
    name.file_stem().unwrap_or(name.as_os_str()).to_owned()
}
