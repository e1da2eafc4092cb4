//! The server's configuration. Flags override environment variables, these override the
//! configuration file, and that overrides the defaults. The origin of each value is kept for
//! messages and for `--print-config`.

mod access;
mod reload;
mod table;
mod values;

use std::fmt::{self, Write};
use std::path::{Path, PathBuf};

pub use access::{CorsOrigins, TrustedProxies, WebOrigin};
pub use reload::Changes;
pub use table::{Config, SETTINGS, Setting};
pub use values::LogFormat;

/// Where the value of a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Origin {
    /// The command line.
    Flag,
    /// An environment variable.
    Environment,
    /// The configuration file with this path.
    File(PathBuf),
    /// The default of the setting.
    Default,
}

/// The reason why a setting is invalid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {reason}")]
#[non_exhaustive]
pub struct ConfigError {
    /// Where the value comes from.
    pub origin: Origin,
    /// The flag, the variable, or the file and key.
    pub place: String,
    /// What is wrong, and what would be accepted instead.
    pub reason: String,
}

/// The unparsed value of a setting with its origin.
#[derive(Debug, Clone)]
struct RawSetting {
    setting: &'static Setting,
    text: String,
    origin: Origin,
}

impl RawSetting {
    fn error(&self, reason: String) -> ConfigError {
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

/// The unparsed value of every setting, from the layer with the highest precedence that has one.
#[derive(Debug, Clone)]
pub struct Layers(Vec<RawSetting>);

impl Layers {
    /// Combines flags, environment variables, the text of a configuration file and the defaults.
    ///
    /// # Errors
    /// When the file is not TOML, contains an unknown setting, or contains a token.
    pub fn new(
        flag: impl Fn(&Setting) -> Option<String>,
        variable: impl Fn(&str) -> Option<String>,
        file: Option<(&Path, &str)>,
    ) -> Result<Self, ConfigError> {
        let table = file.map(|(path, text)| keys(path, text)).transpose()?;
        let settings = SETTINGS.iter().map(|setting| {
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
            RawSetting {
                setting,
                text,
                origin,
            }
        });
        Ok(Self(settings.collect()))
    }

    /// Parses every value.
    ///
    /// # Errors
    /// The first invalid value.
    pub fn config(&self) -> Result<Config, ConfigError> {
        Config::read(&self.0)
    }
}

impl fmt::Display for Layers {
    /// Writes a configuration file with every value and its origin. Tokens are only counted.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for raw in &self.0 {
            let RawSetting {
                setting,
                text,
                origin,
            } = raw;
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
                writeln!(f, "# {}: {count} from {comment}", setting.name)?;
            } else {
                let value = toml_value(text, setting);
                writeln!(f, "{} = {value}  # {comment}", setting.name)?;
            }
        }
        Ok(())
    }
}

/// A value in TOML: bare if it is a number or a boolean, else a string, which has the same form in
/// JSON and TOML.
fn toml_value(text: &str, setting: &Setting) -> String {
    let bare = setting.is_switch() || (setting.range.is_some() && text.parse::<u64>().is_ok());
    if bare {
        text.to_owned()
    } else {
        serde_json::Value::from(text).to_string()
    }
}

fn keys(path: &Path, text: &str) -> Result<toml::Table, ConfigError> {
    let error = |place: String, reason: String| ConfigError {
        origin: Origin::File(path.to_owned()),
        place,
        reason,
    };
    let file = path.display().to_string();
    let table: toml::Table = text.parse().map_err(|toml_error: toml::de::Error| {
        let line = toml_error
            .span()
            .map_or(1, |span| text[..span.start].lines().count().max(1));
        error(
            format!("{file}:{line}"),
            format!("{}; give one `name = value` per line", toml_error.message()),
        )
    })?;
    for key in table.keys() {
        let Some(setting) = SETTINGS.iter().find(|setting| setting.name == key) else {
            return Err(error(
                file,
                format!(
                    "unknown setting \"{key}\"; molshot serve --print-config lists all settings"
                ),
            ));
        };
        if setting.is_secret() {
            return Err(error(
                file,
                format!(
                    "\"{key}\" is not allowed here; use the variable {} or the setting {key}-file",
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
        toml::Value::Boolean(value) => value.to_string(),
        // No setting accepts these. Each refuses this text and says what it accepts.
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => "?".into(),
    }
}

impl Config {
    /// Returns the default of every setting.
    ///
    /// # Errors
    /// Never: a test parses all defaults.
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
        .expect("valid layers")
    }

    #[test]
    fn the_layer_with_the_higher_precedence_wins() {
        let file = "queue-max = 10\nitems-max = 20\natoms-max = 30";
        let variable = [("MOLSHOT_QUEUE_MAX", "11"), ("MOLSHOT_ITEMS_MAX", "21")];
        let config = layers(&[("queue-max", "12")], &variable, file)
            .config()
            .expect("valid");
        assert_eq!(
            (config.queue_max, config.items_max, config.atoms_max),
            (12, 21, 30)
        );
        assert_eq!(config.batches_max, 8);
    }

    #[test]
    fn the_printed_configuration_can_be_read() {
        let printed = layers(
            &[("upload-max-bytes", "2KiB")],
            &[("MOLSHOT_TOKENS", "s3cret")],
            "",
        );
        let text = printed.to_string();
        assert!(!text.contains("s3cret"), "{text}");
        let again = Layers::new(|_| None, |_| None, Some((Path::new("p"), &text))).expect("TOML");
        let config = again.config().expect("valid");
        assert_eq!(config.upload_max_bytes, 2048);
    }

    #[test]
    fn secrets_are_not_printed_and_not_read_from_the_file() {
        let variables = [
            ("MOLSHOT_SIGNING_KEYS", "k3y"),
            ("MOLSHOT_TOKENS", "s3cret"),
        ];
        let text = layers(&[], &variables, "").to_string();
        assert!(!text.contains("k3y") && !text.contains("s3cret"), "{text}");
        for name in ["tokens", "signing-keys"] {
            let file = format!("{name} = \"a\"");
            let read = Layers::new(|_| None, |_| None, Some((Path::new("m.toml"), &file)));
            let error = read.expect_err("an error").to_string();
            assert!(error.contains(&format!("{name}-file")), "{error}");
        }
    }

    #[test]
    fn errors_name_the_place() {
        let of = |layers: Layers| layers.config().expect_err("an error").to_string();
        assert!(of(layers(&[("queue-max", "0")], &[], "")).starts_with("--queue-max: \"0\""));
        let variable = [("MOLSHOT_LOG_FORMAT", "xml")];
        assert!(of(layers(&[], &variable, "")).starts_with("MOLSHOT_LOG_FORMAT: "));
        assert!(of(layers(&[], &[], "listen = \"here\"")).starts_with("m.toml: listen: "));
        let error = |text| {
            Layers::new(|_| None, |_| None, Some((Path::new("m.toml"), text)))
                .expect_err("an error")
                .to_string()
        };
        assert!(error("queue = 3").contains("unknown setting \"queue\""));
        assert!(error("\n\nqueue-max = ").starts_with("m.toml:"));
        assert!(error("tokens = \"a\"").contains("MOLSHOT_TOKENS"));
    }
}
