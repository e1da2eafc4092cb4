//! The arguments of a plan of a data set.

use std::collections::BTreeMap;
use std::path::PathBuf;

use molshot::scenes::job::MAX_EDGE_PX;
use molshot_dataset::complexes::cut::read_ligands;
use molshot_dataset::messages::{Catalogue, parse_languages};
use molshot_dataset::plan::split::SplitChoice;
use molshot_dataset::{PictureSize, PlanOptions, Split, parse_modes, parse_tasks};
use pyo3::prelude::*;

use crate::argument::{Argument, Given, Real, U32_MAX, Whole, given};
use crate::failure::Failure;

/// The side of a set that a text names.
pub(crate) fn split_named(name: &str) -> Result<Split, Failure> {
    Split::ALL
        .into_iter()
        .find(|split| split.name() == name)
        .ok_or_else(|| Failure::argument(format!("split: \"{name}\"; give train or test")))
}

/// The options of a plan; `None` stands for the default.
#[derive(FromPyObject)]
pub(crate) struct PlanArguments {
    #[pyo3(item)]
    tasks: Given<Option<String>>,
    #[pyo3(item)]
    seed: Given<Option<Whole<u64, 0, { u64::MAX }>>>,
    #[pyo3(item)]
    size: Given<Option<(EdgePx, EdgePx)>>,
    #[pyo3(item)]
    samples: Given<Option<SampleCount>>,
    #[pyo3(item)]
    test_share: Given<Option<Real<f64, 0, 1>>>,
    #[pyo3(item)]
    split: Given<Option<BTreeMap<String, String>>>,
    #[pyo3(item)]
    split_by: Given<Option<String>>,
    #[pyo3(item)]
    decoys: Given<Option<String>>,
    #[pyo3(item)]
    limit: Given<Option<Whole<usize, 1, U32_MAX>>>,
    #[pyo3(item)]
    tiny: Given<bool>,
    #[pyo3(item)]
    languages: Given<Option<String>>,
    #[pyo3(item)]
    modes: Given<Option<String>>,
    #[pyo3(item)]
    messages: Given<Vec<PathBuf>>,
    #[pyo3(item)]
    license: Given<Option<String>>,
    #[pyo3(item)]
    annotations: Given<bool>,
    #[pyo3(item)]
    unique_names: Given<bool>,
    #[pyo3(item)]
    shard_pictures: Given<Option<Whole<usize, 1, U32_MAX>>>,
    #[pyo3(item)]
    ligands: Given<Option<PathBuf>>,
    #[pyo3(item)]
    pocket_cutoff_angstrom: Given<Option<Real<f32, 2, 50>>>,
    #[pyo3(item)]
    threads: Given<Option<Threads>>,
}

type EdgePx = Whole<u32, 16, { MAX_EDGE_PX as u64 }>;
/// A number of threads, as on the command line.
pub(crate) type Threads = Whole<usize, 1, 65_535>;

/// Samples per pixel.
struct SampleCount(u32);

impl Argument for SampleCount {
    fn take(value: &Bound<'_, PyAny>) -> Option<Self> {
        let Whole::<u32, 1, U32_MAX>(count) = Argument::take(value)?;
        molshot::Samples::from_count(count)?;
        Some(Self(count))
    }

    fn described() -> String {
        "1, 4, 9 or 16".to_owned()
    }

    fn several() -> String {
        "1, 4, 9 and 16".to_owned()
    }
}

impl PlanArguments {
    /// The options.
    ///
    /// # Errors
    /// When an argument is wrong, or a file of them cannot be read.
    pub(crate) fn options(self) -> Result<PlanOptions, Failure> {
        let Self {
            tasks,
            seed,
            size,
            samples,
            test_share,
            split,
            split_by,
            decoys,
            limit,
            tiny,
            languages,
            modes,
            messages,
            license,
            annotations,
            unique_names,
            shard_pictures,
            ligands,
            pocket_cutoff_angstrom,
            threads,
        } = self;
        given!(
            tasks, seed, size, samples, test_share, split, split_by, decoys, limit, tiny
        );
        given!(
            languages,
            modes,
            messages,
            license,
            annotations,
            unique_names
        );
        given!(shard_pictures, ligands, pocket_cutoff_angstrom, threads);
        let mut options = PlanOptions::default();
        if let Some(tasks) = tasks {
            options.tasks = parse_tasks(&tasks)?;
        }
        options.seed = seed.map_or(options.seed, |seed| seed.0);
        if let Some((Whole(width_px), Whole(height_px))) = size {
            let samples = options.size.samples;
            options.size = PictureSize {
                width_px,
                height_px,
                samples,
            };
        }
        if let Some(SampleCount(samples)) = samples {
            options.size.samples = samples;
        }
        if let Some(Real(share)) = test_share {
            options.split = SplitChoice::Share(share);
        }
        if let Some(split) = split {
            let listed = split
                .into_iter()
                .map(|(id, name)| Ok((id, split_named(&name)?)));
            options.split = SplitChoice::Listed(listed.collect::<Result<_, Failure>>()?);
        }
        if let Some(text) = split_by {
            options.split_by = text.parse()?;
        }
        if let Some(text) = decoys {
            options.decoys = text.parse()?;
        }
        options.limit = limit.map(|count| count.0);
        options.tiny = tiny;
        if let Some(languages) = languages {
            options.languages = parse_languages(&languages)?;
        }
        if let Some(modes) = modes {
            options.modes = parse_modes(&modes)?;
        }
        for path in messages {
            let read = std::fs::read_to_string(&path);
            let text = read.map_err(|error| {
                Failure::argument(format!("messages: {}: {error}", path.display()))
            })?;
            Catalogue::parse(&path, &text)?;
            options.messages.push(text);
        }
        if let Some(license) = license {
            options.license = license;
        }
        options.annotations = annotations;
        options.unique_names = unique_names;
        options.shard_pictures = shard_pictures.map_or(options.shard_pictures, |count| count.0);
        if let Some(file) = ligands {
            options.cut.ligands = read_ligands(&file)?;
        }
        if let Some(Real(cutoff)) = pocket_cutoff_angstrom {
            options.cut.pocket_cutoff_angstrom = cutoff;
        }
        options.threads = threads.map_or(options.threads, |count| count.0);
        Ok(options)
    }
}
