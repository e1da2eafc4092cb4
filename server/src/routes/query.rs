//! Query parameters, and the render request that they stand for.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use molshot_molecule::reading::Reading;
use molshot_scenes::options::{
    GivenOption, OptionKind, READING_OPTIONS, RenderOption, URL_ALIASES, contradiction, option,
    options_at, split_text, url_options,
};
use molshot_scenes::request::{ImageFormat, ReadingRequest};
use molshot_scenes::suggest::nearest;
use molshot_scenes::{Keyword, SceneDocument};
use serde_json::{Value, json};

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
                let hint = nearest(name, known)
                    .map_or_else(String::new, |name| format!(" (did you mean {name}?)"));
                let known = if known.is_empty() {
                    "there are none".to_owned()
                } else {
                    format!("known are {}", known.join(", "))
                };
                return Err(Problem::parameter(
                    &short,
                    format!("there is no parameter \"{short}\" here{hint}; {known}"),
                ));
            }
        }
        Ok(())
    }

    /// Refuses options that a picture's URL does not take, and says where they belong.
    fn without_options_outside_urls(&self) -> Result<(), Problem> {
        let mut options = self.0.iter().filter_map(|(name, _)| option(name));
        let Some(option) = options.find(|option| !option.in_url) else {
            return Ok(());
        };
        let remedy = match option.pointer {
            "/output/format" => {
                "give the format as the file extension of the path, such as image.webp".to_owned()
            }
            pointer => format!("POST a render request with {pointer} to /v1/render"),
        };
        Err(Problem::parameter(
            option.name,
            format!(
                "{} is not a parameter of a picture's URL; {remedy}",
                option.name
            ),
        ))
    }

    /// The same, with aliases replaced by the names of the options.
    fn renamed(&self) -> Self {
        let rename = |name: &String| match URL_ALIASES.iter().find(|(alias, _)| alias == name) {
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

    /// The values of an option, in the form that [`RenderOption::set`] takes.
    fn values_of(&self, option: &RenderOption) -> Result<Vec<String>, Problem> {
        let name = option.name;
        match option.kind {
            OptionKind::Texts => {
                let texts = self.all(name).into_iter().map(|text| {
                    split_text(text).map_err(|remedy| Problem::parameter(name, remedy))
                });
                Ok(texts.collect::<Result<Vec<_>, _>>()?.concat())
            }
            _ if option.is_repeatable() => {
                Ok(self.all(name).into_iter().map(str::to_owned).collect())
            }
            _ => {
                let value = self.get(name)?;
                let value = match (value, option.value_if_bare) {
                    (Some(""), Some(bare)) => Some(bare),
                    (value, _) => value,
                };
                Ok(value.into_iter().map(str::to_owned).collect())
            }
        }
    }

    /// Sets an option in a document as the parameters say, and returns its values.
    fn set_option(
        &self,
        option: &RenderOption,
        document: &mut Value,
    ) -> Result<Vec<String>, Problem> {
        let values = self.values_of(option)?;
        option.set(document, &values).map_err(|remedy| {
            let value = shorten(values.last().map_or("", String::as_str));
            Problem::parameter(
                option.name,
                format!("\"{value}\" is not a value of {}; {remedy}", option.name),
            )
        })?;
        Ok(values)
    }

    /// Which models and copies are read, for operations that draw nothing. Refuses parameters that
    /// are neither about that nor among `own`.
    pub(crate) fn reading(&self, own: &[&str]) -> Result<Reading, Problem> {
        let mut known = own.to_vec();
        known.extend(READING_OPTIONS.iter().map(|option| option.name));
        self.only(&known)?;
        let mut document = json!({ "reading": {} });
        for option in READING_OPTIONS {
            self.set_option(option, &mut document)?;
        }
        let request: ReadingRequest = serde_json::from_value(document["reading"].take())
            .map_err(|error| Problem::internal(&error))?;
        let reading = request.to_reading();
        reading.map_err(|error| with_parameter(Problem::from(error), false))
    }

    /// A number. `expected` says which ones are accepted, such as `a whole number`.
    pub(crate) fn number<T: std::str::FromStr>(
        &self,
        name: &str,
        expected: &str,
    ) -> Result<Option<T>, Problem> {
        self.get(name)?
            .map(|text| {
                text.trim().parse().map_err(|_| {
                    Problem::parameter(
                        name,
                        format!("\"{}\" is not {expected}; give {expected}", shorten(text)),
                    )
                })
            })
            .transpose()
    }

    /// A boolean.
    pub(crate) fn parse_bool(&self, name: &str) -> Result<Option<bool>, Problem> {
        match self.get(name)? {
            None => Ok(None),
            Some("true" | "1" | "yes" | "") => Ok(Some(true)),
            Some("false" | "0" | "no") => Ok(Some(false)),
            Some(text) => Err(Problem::parameter(
                name,
                format!("\"{}\" is not a boolean; give true or false", shorten(text)),
            )),
        }
    }
}

fn shorten(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The JSON document that an image URL stands for: the values of the parameters, without defaults.
pub(crate) fn document_of(id: &str, parameters: &Parameters) -> Result<Value, Problem> {
    let known: Vec<&str> = url_options().map(|option| option.name).collect();
    let parameters = &parameters.renamed();
    parameters.without_options_outside_urls()?;
    parameters.only(&known)?;
    let mut document = json!({
        "schema_version": 1,
        "structure": { "id": id },
    });
    let mut given = Vec::new();
    for option in url_options() {
        let values = parameters.set_option(option, &mut document)?;
        given.push(GivenOption { option, values });
    }
    given.retain(|given| !given.values.is_empty());
    match contradiction(&given) {
        Some((option, other)) => Err(Problem::parameter(
            option.name,
            format!(
                "{} and {} contradict each other; leave out one of them",
                option.name, other.name
            ),
        )),
        None => Ok(document),
    }
}

/// The render request of an image URL.
pub(crate) fn request_of(
    id: &str,
    format: ImageFormat,
    parameters: &Parameters,
) -> Result<SceneDocument, Problem> {
    let mut document = document_of(id, parameters)?;
    document["output"]["format"] = format.keyword().into();
    SceneDocument::from_value(document).map_err(|error| {
        with_parameter(
            Problem::from(error),
            parameters.get("size").is_ok_and(|size| size.is_some()),
        )
    })
}

/// Adds the parameter that causes an error to the error of a request that was made from a URL.
/// `gives_size`: whether the URL has the size of the image.
pub(crate) fn with_parameter(problem: Problem, gives_size: bool) -> Problem {
    if problem.parameter.is_some() {
        return problem;
    }
    match problem.pointer.as_deref() {
        Some("/output") if !gives_size => problem,
        Some(pointer) => match options_at(pointer).first().filter(|option| option.in_url) {
            Some(option) => problem.of_parameter(option.name),
            None => problem,
        },
        None => problem,
    }
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
            ("transform", "ligand: roll x 30; move y 2"),
            ("projection", "orthographic"),
            ("fov", "40"),
            ("camera-fit", "ribbons"),
            ("style", "ball-and-stick"),
            ("residue", ""),
            ("colors", "uniform"),
            ("color", "red"),
            ("palette", "#4477aa,red"),
            ("background", "white"),
            ("hydrogens", "true"),
            ("solvent", "1"),
            ("no-ligands", "true"),
            ("cartoon", "polymer"),
            ("cartoon-divisions", "8"),
            ("secondary-structure", "assigned"),
            ("stick-radius", "0.3"),
            ("ball-scale", "0.5"),
            ("bond-orders", "true"),
            ("pseudobonds", "hydrogen-bonds,metal-coordination"),
            ("hbonds", ""),
            ("pseudobond-distances", "2"),
            ("no-depth-cue", "yes"),
            ("depth-cue", "no"),
            ("no-cell-edges", "true"),
            ("surface", "polymer"),
            ("surface-kind", "sas"),
            ("surface-enclose", "protein"),
            ("surface-colors", "chain"),
            ("surface-color", "red"),
            ("probe-radius", "2"),
            ("surface-resolution", "1"),
            ("opacity", "chain A=0.5"),
            ("labels", "none"),
            ("label-size", "14px"),
            ("label-color", "red"),
            ("label-outline", "1.5"),
            ("label-alignment", "center"),
            ("label-offset", "0,0.5,-1"),
            ("label-chains", "true"),
            ("hide-labels-behind", "yes"),
            ("declutter-labels", "1"),
            ("text", "active site => resi 45"),
            ("silhouettes", "true"),
            ("silhouette-width", "2"),
            ("silhouette-depth-jump", "0.1"),
            ("silhouette-color", "blue"),
            ("shadows", "true"),
            ("ambient-occlusion", "true"),
            ("ambient-occlusion-strength", "2"),
            ("ambient-occlusion-radius", "3"),
            ("samples", "16"),
            ("compression", "small"),
            ("jpeg-quality", "50"),
            ("model", "2-5"),
            ("altloc", "B"),
            ("assembly", "1"),
            ("unit-cell", "true"),
            ("supercell", "2x2x1"),
            ("symmetry-mates", "4"),
        ];
        assert_eq!(
            values.map(|(name, _)| name).to_vec(),
            url_options().map(|option| option.name).collect::<Vec<_>>()
        );
        let plain =
            request_of("a", ImageFormat::Jpeg, &Parameters::default()).expect("a valid request");
        for pair in values {
            let mut list = vec![pair];
            match pair.0 {
                // Options that are valid only together with another.
                "residue" => list = vec![("residue", "ARG 45"), ("style", "misi-residue")],
                "color" => list.push(("colors", "uniform")),
                "palette" => list.push(("colors", "chain")),
                "pseudobond-distances" => list.push(("pseudobonds", "hydrogen-bonds")),
                "colors" => list.push(("color", "blue")),
                _ => {}
            }
            let request = request_of("a", ImageFormat::Jpeg, &parameters(&list)).expect(pair.0);
            assert_ne!(request, plain, "{}", pair.0);
        }
    }

    #[test]
    fn errors_name_the_parameter() {
        let error = |list: &[(&str, &str)]| {
            let problem =
                request_of("a", ImageFormat::Png, &parameters(list)).expect_err("an error");
            (
                problem.status.as_u16(),
                problem.parameter.unwrap_or_default(),
            )
        };
        assert_eq!(error(&[("size", "0x5")]), (422, "size".into()));
        assert_eq!(error(&[("size", "4294967296x1")]), (400, "size".into()));
        assert_eq!(error(&[("sise", "5x5")]), (400, "sise".into()));
        let both = [("silhouette-width", "2"), ("silhouettes", "false")];
        assert_eq!(error(&both), (400, "silhouettes".into()));
        assert_eq!(error(&[("pseudobonds", "")]), (400, "pseudobonds".into()));
        for (list, remedy) in [
            (&[("stile", "misi")][..], "did you mean style?"),
            (&[("format", "png")], "file extension of the path"),
            (&[("planes", "depth")], "/output/planes to /v1/render"),
            (
                &[("depth-cue", "true"), ("no-depth-cue", "true")],
                "no-depth-cue and depth-cue contradict each other",
            ),
        ] {
            let problem =
                request_of("a", ImageFormat::Png, &parameters(list)).expect_err("an error");
            assert_eq!(problem.status.as_u16(), 400);
            assert!(problem.to_string().contains(remedy), "{problem:?}");
        }
        assert_eq!(
            error(&[("size", "5x5"), ("size", "6x6")]),
            (400, "size".into())
        );
        assert_eq!(error(&[("commands", "fly")]), (422, "commands".into()));
        assert_eq!(error(&[("select", "((")]), (422, "select".into()));
        assert_eq!(error(&[("fov", "1e308")]), (422, "fov".into()));
        assert_eq!(error(&[("fov", "NaN")]), (400, "fov".into()));
        assert_eq!(
            error(&[("background", "rgb(300,0,0)")]),
            (422, "background".into())
        );
        for name in ["quality", "jpeg-quality"] {
            assert_eq!(error(&[(name, "0")]), (422, "jpeg-quality".into()));
        }
        assert_eq!(
            error(&[("quality", "5"), ("jpeg-quality", "6")]),
            (400, "jpeg-quality".into())
        );
        let both = [("hbonds", "1"), ("pseudobonds", "metal-coordination")];
        let both = request_of("a", ImageFormat::Png, &parameters(&both)).expect("a valid request");
        assert_eq!(both.request.style.pseudobonds.len(), 2);
        assert_eq!(error(&[("label-size", "0px")]), (422, "label-size".into()));
        assert_eq!(error(&[("label-size", "big")]), (400, "label-size".into()));
        assert_eq!(
            error(&[("silhouette-width", "99")]),
            (422, "silhouette-width".into())
        );
        assert_eq!(error(&[("model", "first")]), (422, "model".into()));
        let both = [("assembly", "1"), ("unit-cell", "true")];
        assert_eq!(error(&both), (422, "unit-cell".into()));
        let far = [("symmetry-mates", "1001")];
        assert_eq!(error(&far), (422, "symmetry-mates".into()));
        assert_eq!(error(&[("transform", "all")]), (400, "transform".into()));
        assert_eq!(
            error(&[
                ("transform", "all: roll x 1"),
                ("transform", "((: roll x 1")
            ]),
            (422, "transform".into())
        );
        let transparent = parameters(&[("background", "transparent")]);
        let problem = request_of("a", ImageFormat::Jpeg, &transparent).expect_err("an error");
        assert_eq!(problem.pointer.as_deref(), Some("/output/format"));
    }
}
