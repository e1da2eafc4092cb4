//! Query parameters, and the render request that they stand for.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use molshot_scenes::request::ImageFormat;
use molshot_scenes::{Keyword, RenderRequest};
use serde_json::{Value, json};

use super::parameters::{ALIASES, Form, PICTURE, PictureParameter};
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
                let known = if known.is_empty() {
                    "there are none".to_owned()
                } else {
                    format!("known are {}", known.join(", "))
                };
                return Err(Problem::parameter(
                    &short,
                    format!("there is no parameter \"{short}\" here; {known}"),
                ));
            }
        }
        Ok(())
    }

    /// The same, with the other names of the command line's flags.
    fn renamed(&self) -> Self {
        let rename = |name: &String| match ALIASES.iter().find(|(alias, _)| alias == name) {
            Some((_, own)) => (*own).to_owned(),
            None => name.clone(),
        };
        let list = self.0.iter();
        Self(
            list.map(|(name, value)| (rename(name), value.clone()))
                .collect(),
        )
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

    /// All values of a parameter that may be given several times.
    pub(crate) fn all(&self, name: &str) -> Vec<&str> {
        let values = self.0.iter().filter(|(other, _)| other == name);
        values.map(|(_, value)| value.as_str()).collect()
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

/// The render request of a picture's URL.
pub(crate) fn request_of(
    id: &str,
    format: ImageFormat,
    parameters: &Parameters,
) -> Result<RenderRequest, Problem> {
    let known: Vec<&str> = PICTURE.iter().map(|parameter| parameter.name).collect();
    let parameters = &parameters.renamed();
    parameters.only(&known)?;
    let mut document = json!({
        "schema_version": 1,
        "structure": { "id": id },
        "output": { "format": format.keyword() },
    });
    for parameter in PICTURE {
        set(&mut document, parameter, parameters)?;
    }
    RenderRequest::from_value(document).map_err(|error| {
        with_parameter(
            Problem::from(error),
            parameters.get("size").is_ok_and(|size| size.is_some()),
        )
    })
}

/// A fault of a request that was made of an address, with the parameter at fault. `gives_size`
/// tells whether the address says how large the picture is.
pub(crate) fn with_parameter(problem: Problem, gives_size: bool) -> Problem {
    if problem.parameter.is_some() {
        return problem;
    }
    match problem.pointer.as_deref() {
        // Its size as a whole.
        Some("/output") if gives_size => problem.of_parameter("size"),
        Some(pointer) => match parameter_of(pointer) {
            Some(name) => problem.of_parameter(name),
            None => problem,
        },
        None => problem,
    }
}

/// Sets what a parameter says, if it is given.
fn set(
    document: &mut Value,
    parameter: &PictureParameter,
    parameters: &Parameters,
) -> Result<(), Problem> {
    let (name, pointer) = (parameter.name, parameter.pointer);
    if parameter.form == Form::Transforms {
        let all = parameters.all(name);
        if !all.is_empty() {
            let all: Result<Vec<Value>, Problem> = all.into_iter().map(transform_of).collect();
            put(document, pointer, all?.into());
        }
        return Ok(());
    }
    let Some(text) = parameters.get(name)? else {
        return Ok(());
    };
    let wrong = |remedy: &str| {
        Problem::parameter(name, format!("\"{}\" cannot be; {remedy}", shorten(text)))
    };
    let number = |text: &str, remedy: &str| {
        serde_json::from_str::<serde_json::Number>(text.trim())
            .map(Value::Number)
            .map_err(|_| wrong(remedy))
    };
    let truth = || Ok::<_, Problem>(parameters.truth(name)?.unwrap_or_default());
    match parameter.form {
        Form::Text => put(document, pointer, text.into()),
        Form::Commands => put(document, pointer, json!([text])),
        Form::Words => {
            let words = text.split(',').map(str::trim);
            let words = words.filter(|word| !word.is_empty());
            put(document, pointer, words.collect());
        }
        Form::HydrogenBonds => {
            if truth()? {
                let drawn = document.pointer(pointer).and_then(Value::as_array);
                let mut drawn = drawn.cloned().unwrap_or_default();
                let word = Value::from("hydrogen-bonds");
                if !drawn.contains(&word) {
                    drawn.push(word);
                }
                put(document, pointer, drawn.into());
            }
        }
        Form::Truth => put(document, pointer, truth()?.into()),
        Form::Untruth => put(document, pointer, (!truth()?).into()),
        Form::Presence => {
            if truth()? && document.pointer(pointer).is_none() {
                put(document, pointer, json!({}));
            }
        }
        Form::Number => put(document, pointer, number(text, "give a number")?),
        Form::LabelSize => {
            let remedy = "give angstrom, as 0.7, or pixels, as 14px";
            let (key, size) = match text.trim().strip_suffix("px") {
                Some(size) => ("size_px", size),
                None => ("size_angstrom", text),
            };
            put(document, &format!("{pointer}/{key}"), number(size, remedy)?);
        }
        Form::Size => {
            let sides = text.split_once(['x', 'X']).and_then(|(width, height)| {
                Some((width.parse::<u32>().ok()?, height.parse::<u32>().ok()?))
            });
            let (width, height) =
                sides.ok_or_else(|| wrong("give WIDTHxHEIGHT, such as 512x512"))?;
            put(document, &format!("{pointer}/width_px"), width.into());
            put(document, &format!("{pointer}/height_px"), height.into());
        }
        // Above.
        Form::Transforms => {}
    }
    Ok(())
}

/// Puts a value where a pointer points, with the objects that lead there.
fn put(document: &mut Value, pointer: &str, value: Value) {
    let mut place = document;
    for key in pointer.split('/').skip(1) {
        if !place.is_object() {
            *place = json!({});
        }
        place = &mut place[key];
    }
    *place = value;
}

/// `SELECTION: COMMANDS`. Selections may hold colons, commands never do.
fn transform_of(text: &str) -> Result<Value, Problem> {
    let parts = text.rsplit_once(':').ok_or_else(|| {
        Problem::parameter(
            "transform",
            "give a selection, a colon and commands, as `ligand: roll x 30; move y 2`",
        )
    })?;
    Ok(json!({ "select": parts.0.trim(), "commands": [parts.1.trim()] }))
}

/// The parameter that sets what a pointer points to: that which leads farthest.
fn parameter_of(pointer: &str) -> Option<&'static str> {
    let leads = |parameter: &&PictureParameter| {
        let rest = pointer.strip_prefix(parameter.pointer);
        rest.is_some_and(|rest| match parameter.form {
            Form::Size => matches!(rest, "/width_px" | "/height_px"),
            // A truth value is never at fault there.
            Form::HydrogenBonds => false,
            Form::LabelSize => matches!(rest, "/size_px" | "/size_angstrom"),
            _ => rest.is_empty() || rest.starts_with('/'),
        })
    };
    PICTURE
        .iter()
        .filter(leads)
        .max_by_key(|parameter| parameter.pointer.len())
        .map(|parameter| parameter.name)
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
            ("no-depth-cue", "yes"),
            ("depth-cue", "no"),
            ("stick-radius", "0.3"),
            ("ball-scale", "0.5"),
            ("pseudobonds", "hydrogen-bonds,metal-coordination"),
            ("hbonds", ""),
            ("projection", "orthographic"),
            ("fov", "40"),
            ("samples", "16"),
            ("compression", "small"),
            ("jpeg-quality", "50"),
            ("label-size", "14px"),
            ("label-color", "red"),
            ("label-outline", "1.5"),
            ("label-chains", "true"),
            ("hide-labels-behind", "yes"),
            ("declutter-labels", "1"),
            ("pseudobond-distances", "2"),
            ("silhouettes", "true"),
            ("silhouette-width", "2"),
            ("silhouette-depth-jump", "0.1"),
            ("silhouette-color", "blue"),
            ("shadows", "true"),
            ("ambient-occlusion", "true"),
            ("ambient-occlusion-strength", "2"),
            ("ambient-occlusion-radius", "3"),
            ("transform", "ligand: roll x 30; move y 2"),
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
                "pseudobond-distances" => list.push(("pseudobonds", "hydrogen-bonds")),
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
        for name in ["quality", "jpeg-quality"] {
            assert_eq!(fault(&[(name, "0")]), (422, "jpeg-quality".into()));
        }
        assert_eq!(
            fault(&[("quality", "5"), ("jpeg-quality", "6")]),
            (400, "jpeg-quality".into())
        );
        let both = [("hbonds", "1"), ("pseudobonds", "metal-coordination")];
        let both = request_of("a", ImageFormat::Png, &parameters(&both)).expect("sound");
        assert_eq!(both.style.pseudobonds.len(), 2);
        assert_eq!(fault(&[("label-size", "0px")]), (422, "label-size".into()));
        assert_eq!(fault(&[("label-size", "big")]), (400, "label-size".into()));
        assert_eq!(
            fault(&[("silhouette-width", "99")]),
            (422, "silhouette-width".into())
        );
        assert_eq!(fault(&[("transform", "all")]), (400, "transform".into()));
        assert_eq!(
            fault(&[
                ("transform", "all: roll x 1"),
                ("transform", "((: roll x 1")
            ]),
            (422, "transform".into())
        );
        let transparent = parameters(&[("background", "transparent")]);
        let problem = request_of("a", ImageFormat::Jpeg, &transparent).expect_err("a fault");
        assert_eq!(problem.pointer.as_deref(), Some("/output/format"));
    }
}
