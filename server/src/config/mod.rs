//! How the server runs: flag > environment > file > default, and where each value came from.

mod table;
mod values;

use std::fmt::{self, Write};
use std::path::{Path, PathBuf};

pub use table::{Config, SETTINGS, Setting};
pub use values::LogFormat;

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The command line.
    Flag,
    /// The environment.
    Environment,
    /// The configuration file.
    File(PathBuf),
    /// Nobody said otherwise.
    Default,
}

/// A setting that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
pub struct ConfigError {
    /// Where the value comes from.
    pub origin: Origin,
    /// The flag, the variable, or the file with its key.
    pub place: String,
    /// What is wrong; what would be right.
    pub reason: String,
}

/// A setting's text and where it comes from.
#[derive(Debug, Clone)]
pub struct Given {
    setting: &'static Setting,
    text: String,
    origin: Origin,
}

impl Given {
    fn fault(&self, reason: String) -> ConfigError {
        let name = self.setting.name;
        ConfigError {
            place: match &self.origin {
                Origin::Flag => format!("--{name}"),
                Origin::Environment => self.setting.variable(),
                Origin::File(path) => format!("{}: {name}", path.display()),
                Origin::Default => name.to_owned(),
            },
            origin: self.origin.clone(),
            reason,
        }
    }
}

/// Every setting once, from the strongest place that names it.
#[derive(Debug, Clone)]
pub struct Layers(Vec<Given>);

impl Layers {
    /// Lays flags over the environment over a file's text over the defaults.
    ///
    /// # Errors
    /// When the file is no TOML, names a setting that there is not, or holds a token.
    pub fn new(
        flag: impl Fn(&Setting) -> Option<String>,
        variable: impl Fn(&str) -> Option<String>,
        file: Option<(&Path, &str)>,
    ) -> Result<Self, ConfigError> {
        let table = file.map(|(path, text)| keys(path, text)).transpose()?;
        let given = SETTINGS.iter().map(|setting| {
            let from_file = || {
                let (path, table) = (file?.0, table.as_ref()?);
                let text = text_of(table.get(setting.name)?);
                Some((text, Origin::File(path.to_owned())))
            };
            let (text, origin) = flag(setting)
                .map(|text| (text, Origin::Flag))
                .or_else(|| Some((variable(&setting.variable())?, Origin::Environment)))
                .or_else(from_file)
                .unwrap_or_else(|| (setting.default.to_owned(), Origin::Default));
            Given {
                setting,
                text,
                origin,
            }
        });
        Ok(Self(given.collect()))
    }

    /// Reads every value.
    ///
    /// # Errors
    /// The first value that cannot be.
    pub fn config(&self) -> Result<Config, ConfigError> {
        Config::read(&self.0)
    }
}

impl fmt::Display for Layers {
    /// A configuration file with every value, and where it comes from. Tokens are not told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for given in &self.0 {
            let Given {
                setting,
                text,
                origin,
            } = given;
            let mut comment = match origin {
                Origin::Flag => format!("--{}", setting.name),
                Origin::Environment => setting.variable(),
                Origin::File(path) => path.display().to_string(),
                Origin::Default => "default".into(),
            };
            if let Some((low, high)) = setting.range {
                let _ = write!(comment, "; {low} to {high}");
            }
            if setting.is_secret() {
                let count = text
                    .split(',')
                    .filter(|word| !word.trim().is_empty())
                    .count();
                writeln!(f, "# {}: {count} by {comment}", setting.name)?;
            } else {
                let value = toml_value(text, setting);
                writeln!(f, "{} = {value}  # {comment}", setting.name)?;
            }
        }
        Ok(())
    }
}

/// A value in TOML: a bare word where it is a number or a truth value, else a string, which JSON
/// and TOML write alike.
fn toml_value(text: &str, setting: &Setting) -> String {
    let bare = setting.is_switch() || (setting.range.is_some() && text.parse::<u64>().is_ok());
    if bare {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

fn keys(path: &Path, text: &str) -> Result<toml::Table, ConfigError> {
    let fault = |place: String, reason: String| ConfigError {
        origin: Origin::File(path.to_owned()),
        place,
        reason,
    };
    let file = path.display().to_string();
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error
            .span()
            .map_or(1, |span| text[..span.start].lines().count().max(1));
        fault(
            format!("{file}:{line}"),
            format!("{}; give one `name = value` a line", error.message()),
        )
    })?;
    for key in table.keys() {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.name == key) else {
            return Err(fault(
                file,
                format!("there is no setting \"{key}\"; molshot serve --print-config lists all"),
            ));
        };
        if setting.is_secret() {
            return Err(fault(
                file,
                format!(
                    "\"{key}\" belongs into the variable {} or into the file that tokens-file names",
                    setting.variable()
                ),
            ));
        }
    }
    Ok(table)
}

fn text_of(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(values) => values.iter().map(text_of).collect::<Vec<_>>().join(","),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Boolean(truth) => truth.to_string(),
        // Nothing takes one of these; as text it is refused by the setting, which says what it
        // takes.
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => "?".into(),
    }
}

impl Config {
    /// Every default.
    ///
    /// # Errors
    /// Never, while the table is sound.
    pub fn defaults() -> Result<Self, ConfigError> {
        Layers::new(|_| None, |_| None, None)?.config()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layers(flag: &[(&str, &str)], variable: &[(&str, &str)], file: &str) -> Layers {
        let find = |list: &[(&str, &str)], name: &str| {
            list.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        Layers::new(
            |setting| find(flag, setting.name),
            |name| find(variable, name),
            Some((Path::new("m.toml"), file)),
        )
        .expect("sound layers")
    }

    #[test]
    fn the_stronger_place_wins() {
        let file = "queue-max = 10\nitems-max = 20\natoms-max = 30";
        let variable = [("MOLSHOT_QUEUE_MAX", "11"), ("MOLSHOT_ITEMS_MAX", "21")];
        let config = layers(&[("queue-max", "12")], &variable, file)
            .config()
            .expect("sound");
        assert_eq!(
            (config.queue_max, config.items_max, config.atoms_max),
            (12, 21, 30)
        );
        assert_eq!(config.batches_max, 8);
    }

    #[test]
    fn what_is_printed_can_be_read_again() {
        let printed = layers(
            &[("upload-max-bytes", "2KiB")],
            &[("MOLSHOT_TOKENS", "s3cret")],
            "",
        );
        let text = printed.to_string();
        assert!(!text.contains("s3cret"), "{text}");
        let again = Layers::new(|_| None, |_| None, Some((Path::new("p"), &text))).expect("TOML");
        let config = again.config().expect("sound");
        assert_eq!(config.upload_max_bytes, 2048);
    }

    #[test]
    fn faults_name_the_place() {
        let of = |layers: Layers| layers.config().expect_err("a fault").to_string();
        assert!(of(layers(&[("queue-max", "0")], &[], "")).starts_with("--queue-max: \"0\""));
        let variable = [("MOLSHOT_LOG_FORMAT", "xml")];
        assert!(of(layers(&[], &variable, "")).starts_with("MOLSHOT_LOG_FORMAT: "));
        assert!(of(layers(&[], &[], "listen = \"here\"")).starts_with("m.toml: listen: "));
        let fault = |text| {
            Layers::new(|_| None, |_| None, Some((Path::new("m.toml"), text)))
                .expect_err("a fault")
                .to_string()
        };
        assert!(fault("queue = 3").contains("no setting \"queue\""));
        assert!(fault("\n\nqueue-max = ").starts_with("m.toml:"));
        assert!(fault("tokens = \"a\"").contains("MOLSHOT_TOKENS"));
    }
}
