//! How far a set is: finished, running and outstanding shards, rate and time left.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::error::DatasetError;
use crate::files::temporary_of;
use crate::generate::{PlannedShard, planned_shards};
use crate::layout::Layout;

/// A temporary file that was written this recently is one of a running process, if it cannot be
/// seen whether a process has locked it: some network file systems have no locks.
const RECENT: Duration = Duration::from_mins(2);
/// Most finished shards that the rate is measured on.
const RATE_SHARDS: usize = 200;
/// Shortest time that a rate is measured over.
const LEAST_TIME: Duration = Duration::from_millis(200);
/// A gap between finished shards was a pause between runs if it is longer than this, and this many
/// times longer than the mean of all shorter gaps: many processes finish shards almost together.
const PAUSE: (Duration, u32) = (Duration::from_mins(1), 100);

/// What is known about a shard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShardState {
    /// It has its manifest and all of its tables.
    Finished,
    /// A process writes one of its files now.
    Running,
    /// No process writes it.
    Outstanding,
}

/// How far a set is.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Status {
    /// State of each shard, in the order of the plan.
    pub shards: Vec<ShardState>,
    /// Number of planned pictures.
    pub pictures: usize,
    /// Number of pictures in finished shards.
    pub pictures_finished: usize,
    /// Pictures per second of all processes together, from the times at which shards were finished;
    /// `None` before two shards are finished, a fifth of a second apart.
    pub pictures_per_second: Option<f64>,
    /// Seconds until all pictures are finished at that rate; `None` without a rate, or while no
    /// process runs.
    pub seconds_left: Option<f64>,
}

impl Status {
    /// Number of shards in a state.
    #[must_use]
    pub fn count(&self, state: ShardState) -> usize {
        self.shards.iter().filter(|other| **other == state).count()
    }

    /// The counts, ranges, rate and time left as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({
            "shards": self.shards.len(),
            "shards_finished": self.count(ShardState::Finished),
            "shards_running": self.count(ShardState::Running),
            "shards_outstanding": self.count(ShardState::Outstanding),
            "outstanding_ranges": self.outstanding_ranges(),
            "pictures": self.pictures,
            "pictures_finished": self.pictures_finished,
            "pictures_per_second": self.pictures_per_second,
            "seconds_left": self.seconds_left,
        })
    }

    /// The outstanding shards as ranges of indices from 0, such as `0-3,7`: what
    /// `sbatch --array=` takes. Empty if there are none.
    #[must_use]
    pub fn outstanding_ranges(&self) -> String {
        let mut ranges: Vec<(usize, usize)> = Vec::new();
        for (index, state) in self.shards.iter().enumerate() {
            if *state != ShardState::Outstanding {
                continue;
            }
            match ranges.last_mut() {
                Some((_, last)) if *last + 1 == index => *last = index,
                _ => ranges.push((index, index)),
            }
        }
        let texts = ranges.into_iter().map(|(first, last)| {
            if first == last {
                first.to_string()
            } else {
                format!("{first}-{last}")
            }
        });
        texts.collect::<Vec<_>>().join(",")
    }
}

/// Says how far a set is. Only file names, sizes, times and locks are looked at.
///
/// # Errors
/// When there is no plan, a shard is of another plan, or its files must not be looked at.
pub fn status(layout: &Layout) -> Result<Status, DatasetError> {
    let planned = planned_shards(layout)?;
    let running = running_shards(layout, SystemTime::now());
    let mut shards = Vec::with_capacity(planned.len());
    let mut finished: Vec<(SystemTime, usize)> = Vec::new();
    let (mut pictures, mut pictures_finished) = (0, 0);
    for PlannedShard { plan, complete } in &planned {
        let name = plan.name();
        pictures += plan.pictures;
        shards.push(if *complete {
            pictures_finished += plan.pictures;
            let file = fs::metadata(layout.shard_file(&name));
            if let Ok(time) = file.and_then(|file| file.modified()) {
                finished.push((time, plan.pictures));
            }
            ShardState::Finished
        } else if running.contains(&name) {
            ShardState::Running
        } else {
            ShardState::Outstanding
        });
    }
    let rate = rate(finished);
    let is_running = shards.contains(&ShardState::Running);
    let left = (pictures - pictures_finished) as f64;
    Ok(Status {
        pictures,
        pictures_finished,
        pictures_per_second: rate,
        seconds_left: if left == 0.0 {
            Some(0.0)
        } else {
            rate.filter(|_| is_running).map(|rate| left / rate)
        },
        shards,
    })
}

/// Pictures per second from the times at which shards were finished and their pictures, without
/// pauses between runs.
fn rate(mut finished: Vec<(SystemTime, usize)>) -> Option<f64> {
    finished.sort_unstable();
    let recent = &finished[finished.len().saturating_sub(RATE_SHARDS)..];
    let steps: Vec<(Duration, usize)> = recent
        .windows(2)
        .map(|pair| {
            let gap = pair[1].0.duration_since(pair[0].0).unwrap_or_default();
            (gap, pair[1].1)
        })
        .collect();
    let mut gaps: Vec<Duration> = steps.iter().map(|(gap, _)| *gap).collect();
    gaps.sort_unstable();
    let mut longest = *gaps.first()?;
    let mut sum = longest;
    for (count, gap) in (1_u32..).zip(&gaps[1..]) {
        let (least, times) = PAUSE;
        if *gap > (sum / count * times).max(least) {
            break;
        }
        longest = *gap;
        sum += *gap;
    }
    let work = steps.iter().filter(|(gap, _)| *gap <= longest);
    let (time, pictures) = work.fold((Duration::ZERO, 0), |(time, sum), (gap, pictures)| {
        (time + *gap, sum + pictures)
    });
    // Files that were copied without their times seem to be finished all at once.
    (time >= LEAST_TIME).then(|| pictures as f64 / time.as_secs_f64())
}

/// The names of shards whose files a process writes now.
fn running_shards(layout: &Layout, now: SystemTime) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in layout
        .shard_folders()
        .iter()
        .filter_map(|folder| fs::read_dir(folder).ok())
        .flatten()
        .flatten()
    {
        let file = entry.file_name();
        if let Some(name) = shard_of(&file.to_string_lossy())
            && is_written(&entry.path(), now)
        {
            names.insert(name.to_owned());
        }
    }
    names
}

/// The shard of a temporary file `.SHARD.parquet.PROCESS-NUMBER.part`.
fn shard_of(file: &str) -> Option<&str> {
    Some(temporary_of(file)?.split_once('.')?.0)
}

/// Whether a process has a temporary file open.
fn is_written(path: &Path, now: SystemTime) -> bool {
    let Ok(file) = File::open(path) else {
        return false;
    };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => true,
        // Left by a process that was killed. The lock ends with `file`.
        Ok(()) => false,
        Err(TryLockError::Error(_)) => file
            .metadata()
            .and_then(|file| file.modified())
            .is_ok_and(|time| now.duration_since(time).is_ok_and(|age| age < RECENT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status_of(states: &[ShardState]) -> Status {
        Status {
            shards: states.to_vec(),
            pictures: 0,
            pictures_finished: 0,
            pictures_per_second: None,
            seconds_left: None,
        }
    }

    #[test]
    fn outstanding_shards_are_written_as_ranges() {
        use ShardState::{Finished as F, Outstanding as O, Running as R};
        for (states, ranges) in [
            (&[][..], ""),
            (&[F, F], ""),
            (&[O], "0"),
            (&[O, O, O], "0-2"),
            (&[O, O, F, R, O, F, O, O], "0-1,4,6-7"),
        ] {
            let status = status_of(states);
            assert_eq!(status.outstanding_ranges(), ranges);
            let listed: usize = ranges
                .split(',')
                .filter(|range| !range.is_empty())
                .map(|range| {
                    let (first, last) = range.split_once('-').unwrap_or((range, range));
                    let number = |text: &str| text.parse::<usize>().expect("a number");
                    number(last) - number(first) + 1
                })
                .sum();
            assert_eq!(listed, status.count(O));
        }
    }

    #[test]
    fn the_rate_leaves_out_pauses() {
        let at = |seconds: u64| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(rate(vec![]), None);
        assert_eq!(rate(vec![(at(5), 100)]), None);
        assert_eq!(rate(vec![(at(5), 100), (at(15), 100)]), Some(10.0));
        // The order of the plan is not that of finishing.
        let finished = [30, 10, 20, 40].map(|second| (at(second), 100));
        assert_eq!(rate(finished.to_vec()), Some(10.0));
        // A day between two runs.
        let finished = [10, 20, 30, 86_430, 86_440].map(|second| (at(second), 100));
        assert_eq!(rate(finished.to_vec()), Some(10.0));
        // A copy of a set.
        let copied = [0, 3, 5].map(|ms| (SystemTime::UNIX_EPOCH + Duration::from_millis(ms), 100));
        assert_eq!(rate(copied.to_vec()), None);
        // Two processes that finish together.
        let finished = [10, 10, 20, 20, 30, 30].map(|second| (at(second), 100));
        assert_eq!(rate(finished.to_vec()), Some(25.0));
    }

    #[test]
    fn temporary_files_name_their_shard() {
        assert_eq!(
            shard_of(".train-00003.parquet.77-1.part"),
            Some("train-00003")
        );
        assert_eq!(shard_of(".test-00000.json.1-0.part"), Some("test-00000"));
        assert_eq!(shard_of("train-00003.parquet"), None);
        assert_eq!(shard_of(".part"), None);
    }
}
