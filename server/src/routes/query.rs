//! Query parameters, and the render request that they stand for.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use molshot_scenes::RenderRequest;
use molshot_scenes::request::ImageFormat;
use serde_json::{Map, Value, json};

use crate::error::Problem;

/// The parameters in the order in which they came.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameters(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Parameters {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match Query::<Vec<(String, String)>>::from_request_parts(parts, state).await {
            Ok(Query(list)) => Ok(Self(list)),
            Err(error) => Err(Problem::parameter(
                "",
                format!(
                    "the query cannot be read ({error}); write name=value&name=value, percent-encoded"
                ),
            )),
        }
    }
}

impl Parameters {
    /// Refuses parameters that are not among these.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Problem> {
        for (name, _) in &self.0 {
            if !known.contains(&name.as_str()) {
                let short: String = name.chars().take(40).collect();
                return Err(Problem::parameter(
                    &short,
                    format!(
                        "there is no parameter \"{short}\" here; known are {}",
                        known.join(", ")
                    ),
                ));
            }
        }
        Ok(())
    }

    /// The value of a parameter that may be given once.
    pub(crate) fn get(&self, name: &str) -> Result<Option<&str>, Problem> {
        let mut values = self.0.iter().filter(|(other, _)| other == name);
        let value = values.next().map(|(_, value)| value.as_str());
        if values.next().is_some() {
            return Err(Problem::parameter(
                name,
                format!("{name} is given twice; give it once"),
            ));
        }
        Ok(value)
    }

    /// A number.
    pub(crate) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<Option<T>, Problem> {
        self.get(name)?
            .map(|text| {
                text.trim().parse().map_err(|_| {
                    Problem::parameter(
                        name,
                        format!("\"{}\" is no number that fits here", shorten(text)),
                    )
                })
            })
            .transpose()
    }

    /// A truth value.
    pub(crate) fn truth(&self, name: &str) -> Result<Option<bool>, Problem> {
        match self.get(name)? {
            None => Ok(None),
            Some("true" | "1" | "yes" | "") => Ok(Some(true)),
            Some("false" | "0" | "no") => Ok(Some(false)),
            Some(text) => Err(Problem::parameter(
                name,
                format!("\"{}\" cannot be; give true or false", shorten(text)),
            )),
        }
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

/// How a parameter's text becomes a value of the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// As it stands.
    Text,
    /// A number.
    Number,
    /// A truth value.
    Truth,
    /// `WIDTHxHEIGHT`.
    Size,
    /// View commands.
    Commands,
    /// Words, separated by commas.
    Words,
}

/// A parameter of a picture's URL.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PictureParameter {
    /// Its name.
    pub(crate) name: &'static str,
    /// Its form.
    pub(crate) form: Form,
    /// The key of the render request that it sets, as group and name; an empty group is the document.
    pub(crate) key: (&'static str, &'static str),
    /// What it does.
    pub(crate) help: &'static str,
}

const fn parameter(
    name: &'static str,
    form: Form,
    key: (&'static str, &'static str),
    help: &'static str,
) -> PictureParameter {
    PictureParameter {
        name,
        form,
        key,
        help,
    }
}

/// All of them. The names are those of the command line's flags.
pub(crate) const PICTURE: &[PictureParameter] = &[
    parameter(
        "size",
        Form::Size,
        ("output", ""),
        "WIDTHxHEIGHT in pixels, such as 512x512.",
    ),
    parameter(
        "commands",
        Form::Commands,
        ("", "commands"),
        "View commands, separated by `;`.",
    ),
    parameter("select", Form::Text, ("", "select"), "Which atoms to draw."),
    parameter(
        "style",
        Form::Text,
        ("style", "preset"),
        "misi, ball-and-stick, licorice, spacefill and so on.",
    ),
    parameter(
        "residue",
        Form::Text,
        ("style", "residue"),
        "The residue of the style misi-residue.",
    ),
    parameter("colors", Form::Text, ("style", "colors"), "Colour scheme."),
    parameter(
        "color",
        Form::Text,
        ("style", "color"),
        "The colour of the scheme uniform.",
    ),
    parameter(
        "labels",
        Form::Text,
        ("style", "labels"),
        "What is labelled.",
    ),
    parameter(
        "background",
        Form::Text,
        ("style", "background"),
        "A colour, or transparent.",
    ),
    parameter(
        "hydrogens",
        Form::Truth,
        ("style", "hydrogens"),
        "Draw hydrogen atoms.",
    ),
    parameter("solvent", Form::Truth, ("style", "solvent"), "Draw water."),
    parameter(
        "depth-cue",
        Form::Truth,
        ("style", "depth_cue"),
        "Fade with depth.",
    ),
    parameter(
        "stick-radius",
        Form::Number,
        ("style", "stick_radius_angstrom"),
        "Radius of sticks, angstrom.",
    ),
    parameter(
        "ball-scale",
        Form::Number,
        ("style", "ball_scale"),
        "Radius of balls as a share of the van der Waals radius.",
    ),
    parameter(
        "pseudobonds",
        Form::Words,
        ("style", "pseudobonds"),
        "Which dashes to draw, separated by commas.",
    ),
    parameter(
        "projection",
        Form::Text,
        ("camera", "projection"),
        "perspective or orthographic.",
    ),
    parameter(
        "fov",
        Form::Number,
        ("camera", "fov_degrees"),
        "Horizontal field of view, degrees.",
    ),
    parameter(
        "samples",
        Form::Number,
        ("output", "samples"),
        "Colour samples a pixel: 1, 4, 9 or 16.",
    ),
    parameter(
        "compression",
        Form::Text,
        ("output", "compression"),
        "fast or small.",
    ),
    parameter(
        "quality",
        Form::Number,
        ("output", "jpeg_quality"),
        "Quality of a JPEG, 1 to 100.",
    ),
];

/// The render request of a picture's URL.
pub(crate) fn request_of(
    id: &str,
    format: ImageFormat,
    parameters: &Parameters,
) -> Result<RenderRequest, Problem> {
    let known: Vec<&str> = PICTURE.iter().map(|parameter| parameter.name).collect();
    parameters.only(&known)?;
    let mut document = Map::new();
    document.insert("schema_version".into(), json!(1));
    document.insert("structure".into(), json!({ "id": id }));
    document.insert("output".into(), json!({ "format": format }));
    for parameter in PICTURE {
        let Some(text) = parameters.get(parameter.name)? else {
            continue;
        };
        let (group, name) = parameter.key;
        let mut set = |group: &str, name: &str, value: Value| {
            if group.is_empty() {
                document.insert(name.into(), value);
            } else if let Value::Object(values) = document.entry(group).or_insert_with(|| json!({}))
            {
                values.insert(name.into(), value);
            }
        };
        let wrong = |remedy: &str| {
            Problem::parameter(
                parameter.name,
                format!("\"{}\" cannot be; {remedy}", shorten(text)),
            )
        };
        match parameter.form {
            Form::Text => set(group, name, text.into()),
            Form::Commands => set(group, name, json!([text])),
            Form::Words => set(
                group,
                name,
                text.split(',')
                    .map(str::trim)
                    .filter(|word| !word.is_empty())
                    .collect(),
            ),
            Form::Truth => set(group, name, parameters.truth(parameter.name)?.into()),
            Form::Number => {
                let number = serde_json::from_str::<serde_json::Number>(text.trim())
                    .map_err(|_| wrong("give a number"))?;
                set(group, name, Value::Number(number));
            }
            Form::Size => {
                let sides = text.split_once(['x', 'X']).and_then(|(width, height)| {
                    Some((width.parse::<u32>().ok()?, height.parse::<u32>().ok()?))
                });
                let (width, height) =
                    sides.ok_or_else(|| wrong("give WIDTHxHEIGHT, such as 512x512"))?;
                set(group, "width_px", width.into());
                set(group, "height_px", height.into());
            }
        }
    }
    RenderRequest::from_value(Value::Object(document)).map_err(|error| {
        let problem = Problem::from(error);
        match problem.pointer.as_deref().and_then(parameter_of) {
            Some(name) => problem.of_parameter(name),
            None => problem,
        }
    })
}

/// The parameter that sets what a pointer points to.
fn parameter_of(pointer: &str) -> Option<&'static str> {
    let mut best: Option<(usize, &str)> = None;
    for parameter in PICTURE {
        let (group, name) = parameter.key;
        let path = match (group, name) {
            ("", name) => format!("/{name}"),
            ("output", "") => "/output/".into(),
            (group, name) => format!("/{group}/{name}"),
        };
        let fits = pointer.starts_with(&path);
        if fits && best.is_none_or(|(length, _)| path.len() > length) {
            best = Some((path.len(), parameter.name));
        }
    }
    best.map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parameters(list: &[(&str, &str)]) -> Parameters {
        Parameters(
            list.iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn every_parameter_reaches_the_request() {
        let values = [
            ("size", "30x20"),
            ("commands", "view left; zoom 2"),
            ("select", "protein"),
            ("style", "ball-and-stick"),
            ("residue", ""),
            ("colors", "uniform"),
            ("color", "red"),
            ("labels", "none"),
            ("background", "white"),
            ("hydrogens", "true"),
            ("solvent", "1"),
            ("depth-cue", "no"),
            ("stick-radius", "0.3"),
            ("ball-scale", "0.5"),
            ("pseudobonds", "hydrogen-bonds,metal-coordination"),
            ("projection", "orthographic"),
            ("fov", "40"),
            ("samples", "16"),
            ("compression", "small"),
            ("quality", "50"),
        ];
        assert_eq!(
            values.map(|(name, _)| name).to_vec(),
            PICTURE.iter().map(|p| p.name).collect::<Vec<_>>()
        );
        let plain = request_of("a", ImageFormat::Jpeg, &Parameters::default()).expect("sound");
        for pair in values {
            let mut list = vec![pair];
            match pair.0 {
                // What is of use only with another.
                "residue" => list = vec![("residue", "ARG 45"), ("style", "misi-residue")],
                "color" => list.push(("colors", "uniform")),
                "colors" => list.push(("color", "blue")),
                _ => {}
            }
            let request = request_of("a", ImageFormat::Jpeg, &parameters(&list)).expect(pair.0);
            assert_ne!(request, plain, "{}", pair.0);
        }
    }

    #[test]
    fn faults_name_the_parameter() {
        let fault = |list: &[(&str, &str)]| {
            let problem =
                request_of("a", ImageFormat::Png, &parameters(list)).expect_err("a fault");
            (
                problem.status.as_u16(),
                problem.parameter.unwrap_or_default(),
            )
        };
        assert_eq!(fault(&[("size", "0x5")]), (422, "size".into()));
        assert_eq!(fault(&[("size", "4294967296x1")]), (400, "size".into()));
        assert_eq!(fault(&[("sise", "5x5")]), (400, "sise".into()));
        assert_eq!(
            fault(&[("size", "5x5"), ("size", "6x6")]),
            (400, "size".into())
        );
        assert_eq!(fault(&[("commands", "fly")]), (422, "commands".into()));
        assert_eq!(fault(&[("select", "((")]), (422, "select".into()));
        assert_eq!(fault(&[("fov", "1e308")]), (422, "fov".into()));
        assert_eq!(fault(&[("fov", "NaN")]), (400, "fov".into()));
        assert_eq!(
            fault(&[("background", "rgb(300,0,0)")]),
            (422, "background".into())
        );
        assert_eq!(fault(&[("quality", "0")]), (422, "quality".into()));
        let transparent = parameters(&[("background", "transparent")]);
        let problem = request_of("a", ImageFormat::Jpeg, &transparent).expect_err("a fault");
        assert_eq!(problem.pointer.as_deref(), Some("/output/format"));
    }
}
