//! Which frames of a trajectory are meant: `START:STOP:STEP` as in slices of Python.

use std::fmt;
use std::str::FromStr;

/// Frames of a trajectory by their numbers, counted from 0, as a slice of Python means them: the
/// first, the one behind the last, and the step, each of which may be left out. Negative numbers
/// count from the end. A number alone is one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameSlice {
    start: Option<i64>,
    stop: Option<i64>,
    step: i64,
    /// Whether it is a number alone.
    is_one: bool,
}

impl FrameSlice {
    /// All frames.
    pub const ALL: Self = Self {
        start: None,
        stop: None,
        step: 1,
        is_one: false,
    };

    /// Returns the numbers of the frames of a trajectory of `length` frames, in the order of the
    /// slice. A number alone that is out of range is no frame.
    #[must_use]
    pub fn numbers(&self, length: usize) -> Vec<usize> {
        let length = length as i64;
        let from_end = |number: i64| {
            if number < 0 {
                number.saturating_add(length)
            } else {
                number
            }
        };
        if self.is_one {
            let number = from_end(self.start.unwrap_or(0));
            return (0..length)
                .contains(&number)
                .then_some(number as usize)
                .into_iter()
                .collect();
        }
        // As Python's `slice.indices`.
        let (low, high) = if self.step > 0 {
            (0, length)
        } else {
            (-1, length - 1)
        };
        let bound = |number: Option<i64>, otherwise: i64| match number {
            Some(number) => from_end(number).clamp(low, high),
            None => otherwise,
        };
        let forwards = self.step > 0;
        let start = bound(self.start, if forwards { low } else { high });
        let stop = bound(self.stop, if forwards { high } else { low });
        let mut numbers = Vec::new();
        let mut number = start;
        while if forwards {
            number < stop
        } else {
            number > stop
        } {
            numbers.push(number as usize);
            number = number.saturating_add(self.step);
        }
        numbers
    }
}

impl FromStr for FrameSlice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            "give START:STOP:STEP as in 0:1000:10 (each may be left out, negative numbers count \
             from the end), or the number of one frame"
                .to_owned()
        };
        let mut parts = Vec::new();
        for part in text.split(':') {
            let part = part.trim();
            parts.push(match part {
                "" => None,
                part => Some(part.parse::<i64>().map_err(|_| wrong())?),
            });
        }
        let (start, stop, step) = match *parts {
            [Some(one)] => {
                return Ok(Self {
                    start: Some(one),
                    is_one: true,
                    ..Self::ALL
                });
            }
            [start, stop] => (start, stop, None),
            [start, stop, step] => (start, stop, step),
            _ => return Err(wrong()),
        };
        if step == Some(0) {
            return Err("the step is 0; give at least 1, or a negative number".to_owned());
        }
        Ok(Self {
            start,
            stop,
            step: step.unwrap_or(1),
            is_one: false,
        })
    }
}

impl fmt::Display for FrameSlice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |number: Option<i64>| number.map(|n| n.to_string()).unwrap_or_default();
        if self.is_one {
            return f.write_str(&text(self.start));
        }
        write!(f, "{}:{}:{}", text(self.start), text(self.stop), self.step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(text: &str, length: usize) -> Vec<usize> {
        let slice: FrameSlice = text.parse().expect("a slice");
        slice.numbers(length)
    }

    #[test]
    fn slices_mean_what_they_mean_in_python() {
        // Each was computed by list(range(10))[...].
        assert_eq!(numbers("0:1000:3", 10), [0, 3, 6, 9]);
        assert_eq!(numbers(":", 3), [0, 1, 2]);
        assert_eq!(numbers("-3:", 10), [7, 8, 9]);
        assert_eq!(numbers(":-8", 10), [0, 1]);
        assert_eq!(numbers("::-4", 10), [9, 5, 1]);
        assert_eq!(numbers("5:2:-1", 10), [5, 4, 3]);
        assert_eq!(numbers("20::-5", 10), [9, 4]);
        assert_eq!(numbers("5:2", 10), [0_usize; 0]);
        assert_eq!(numbers("-100:2", 10), [0, 1]);
        assert_eq!(numbers("::9223372036854775807", 10), [0]);
        assert_eq!(numbers("::-9223372036854775808", 10), [9]);
        assert_eq!(numbers("4", 10), [4]);
        assert_eq!(numbers("-1", 10), [9]);
        assert_eq!(numbers("10", 10), [0_usize; 0]);
        assert_eq!(numbers(":", 0), [0_usize; 0]);
        assert_eq!(numbers("::-1", 0), [0_usize; 0]);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "a", "1:2:3:4", "1.5", "::0", "1-2"] {
            assert!(text.parse::<FrameSlice>().is_err(), "{text:?}");
        }
        let slice: FrameSlice = "1::2".parse().expect("a slice");
        assert_eq!(slice.to_string(), "1::2");
    }
}
