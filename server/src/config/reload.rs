//! Compares a configuration that was read again with the one in use.

use super::Layers;

/// What changed when a configuration was read again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Changes {
    /// Settings whose new values take effect at once.
    pub applied: Vec<&'static str>,
    /// Settings that keep their old values until the server is restarted.
    pub need_restart: Vec<&'static str>,
}

impl Layers {
    /// Replaces the values that may change while the server runs by those of `new`.
    pub fn reload(&mut self, new: &Self) -> Changes {
        let mut changes = Changes::default();
        // Both have every setting, in the order of the table.
        for (old, new) in self.0.iter_mut().zip(&new.0) {
            if old.text == new.text {
                continue;
            }
            if old.setting.is_reloadable {
                changes.applied.push(old.setting.name);
                old.clone_from(new);
            } else {
                changes.need_restart.push(old.setting.name);
            }
        }
        changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_settings_that_can_change_are_replaced() {
        let read = |text: &str| {
            Layers::new(|_| None, |_| None, Some(("m.toml".as_ref(), text))).expect("TOML")
        };
        let mut layers = read("items-max = 10\nqueue-max = 20");
        let changes = layers.reload(&read("items-max = 11\nqueue-max = 21\nthreads = 0"));
        assert_eq!(changes.applied, ["items-max"]);
        assert_eq!(changes.need_restart, ["queue-max"]);
        let config = layers.config().expect("valid");
        assert_eq!((config.items_max, config.queue_max), (11, 20));
    }
}
