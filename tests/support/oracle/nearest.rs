//! The nearest of several meetings of a ray.

use molshot_scenes::View;

use super::Meeting;

/// The nearest meeting and the depth of the next one.
pub(super) struct Nearest {
    near_angstrom: f64,
    pub(super) best: Option<(usize, Meeting)>,
    second: f64,
}

impl Nearest {
    pub(super) fn new(view: &View) -> Self {
        Self {
            near_angstrom: view.near_angstrom,
            best: None,
            second: f64::INFINITY,
        }
    }

    /// How much deeper the second meeting lies than the first.
    pub(super) fn lead_angstrom(&self) -> f64 {
        self.best
            .map_or(f64::INFINITY, |(_, (depth, ..))| self.second - depth)
    }

    pub(super) fn take(&mut self, record: usize, meeting: Meeting) {
        if meeting.0 < self.near_angstrom {
            return;
        }
        match &mut self.best {
            Some((_, first)) if meeting.0 >= first.0 => {
                self.second = self.second.min(meeting.0);
            }
            best => {
                if let Some((_, beaten)) = best {
                    self.second = beaten.0;
                }
                *best = Some((record, meeting));
            }
        }
    }
}
