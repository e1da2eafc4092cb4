//! Keywords to a render request, by the one table of render options.

use molshot::RenderRequest;
use molshot::scenes::options::{
    GivenOption, OptionKind, RENDER_OPTIONS, RenderOption, apply, option,
};
use molshot_molecule::suggest::nearest;
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyString};

use crate::failure::Failure;

/// What to draw of a structure. Immutable.
#[pyclass(frozen, module = "molshot._molshot")]
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) request: RenderRequest,
}

#[pymethods]
impl Request {
    /// Makes a request of a JSON text (that of a render request, without `schema_version` and
    /// `structure`; None for the defaults) and keywords.
    #[new]
    #[pyo3(signature = (json, options))]
    fn new(json: Option<&str>, options: &Bound<'_, PyDict>) -> PyResult<Self> {
        let base = match json {
            None => RenderRequest::default(),
            Some(text) => {
                let value = serde_json::from_str(text)
                    .map_err(|error| Failure::argument(format!("request: {error}")))?;
                RenderRequest::from_value(value).map_err(Failure::from)?
            }
        };
        let mut given = Vec::new();
        for (name, value) in options.iter() {
            let name: String = name.extract()?;
            if value.is_none() {
                continue;
            }
            let option = find(&name)?;
            let values = texts(option, &value)
                .map_err(|error| keyword_error(value.py(), &name, option, &value, &error))?;
            given.push(GivenOption { option, values });
        }
        Ok(Self {
            request: apply(&base, &given).map_err(Failure::from)?,
        })
    }

    /// The request as a JSON text.
    fn json(&self) -> String {
        self.request.to_value().to_string()
    }
}

/// Names, defaults and help of all keywords.
#[pyfunction]
pub(crate) fn render_options() -> Vec<(String, Option<&'static str>, String)> {
    RENDER_OPTIONS
        .iter()
        .map(|option| (keyword(option), option.default, option.full_help()))
        .collect()
}

/// The name of an option as a Python keyword.
fn keyword(option: &RenderOption) -> String {
    option.name.replace('-', "_")
}

/// Finds the option of a keyword.
fn find(name: &str) -> Result<&'static RenderOption, Failure> {
    option(&name.replace('_', "-")).ok_or_else(|| {
        let keywords: Vec<String> = RENDER_OPTIONS.iter().map(keyword).collect();
        let remedy = match nearest(name, keywords.iter().map(String::as_str)) {
            Some(near) => format!("did you mean \"{near}\"?"),
            None => "molshot.render_options() lists all".to_owned(),
        };
        Failure::argument(format!("\"{name}\" is not a render option; {remedy}"))
    })
}

/// Says which keyword has a value of a wrong type.
fn keyword_error(
    py: Python<'_>,
    name: &str,
    option: &RenderOption,
    value: &Bound<'_, PyAny>,
    error: &PyErr,
) -> PyErr {
    // What Python raises of values: of another type, too large, with too many digits.
    let is_of_value = error.is_instance_of::<PyTypeError>(py)
        || error.is_instance_of::<PyOverflowError>(py)
        || error.is_instance_of::<PyValueError>(py);
    if !is_of_value {
        return error.clone_ref(py);
    }
    let given = value.get_type();
    let given = given
        .name()
        .map_or_else(|_| String::new(), |name| name.to_string());
    let wanted = match option.kind {
        OptionKind::Switch
        | OptionKind::InvertedSwitch
        | OptionKind::ListedKeyword(_)
        | OptionKind::Object => "True or False",
        OptionKind::Number { .. } | OptionKind::Integer { .. } => "a number",
        OptionKind::OneOf(_) => "a number or a text",
        OptionKind::Size => "(width, height)",
        OptionKind::Offset => "three numbers",
        OptionKind::Keywords(_)
        | OptionKind::Colors
        | OptionKind::Commands
        | OptionKind::Transforms => "a text or a list of texts",
        OptionKind::Opacities => "a number, a text or a list of them",
        OptionKind::Texts => "a list of (text, selection)",
        _ => "a text",
    };
    Failure::argument(format!("{name} is a {given}; give {wanted}")).into()
}

/// One value as the command line writes it.
fn text(value: &Bound<'_, PyAny>) -> PyResult<String> {
    if let Ok(value) = value.cast::<PyBool>() {
        return Ok(value.is_true().to_string());
    }
    if value.is_instance_of::<PyString>() {
        return value.extract();
    }
    if value.is_instance_of::<PyInt>() {
        return Ok(value.str()?.to_string());
    }
    if value.is_instance_of::<PyFloat>() {
        // Also a number of NumPy, whose text is another.
        return Ok(value.extract::<f64>()?.to_string());
    }
    // Numbers of NumPy.
    if value.hasattr("item")? {
        return text(&value.call_method0("item")?);
    }
    Err(PyTypeError::new_err("neither a text nor a number"))
}

/// The values of a list, or the one value of a text.
fn list(value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    if value.is_instance_of::<PyString>() {
        return Ok(vec![value.extract()?]);
    }
    value.try_iter()?.map(|item| text(&item?)).collect()
}

/// A keyword's value as the values of the option.
fn texts(option: &RenderOption, value: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
    let is_text = value.is_instance_of::<PyString>();
    match option.kind {
        OptionKind::Size if value.is_instance_of::<PyInt>() => {
            let edge = text(value)?;
            Ok(vec![format!("{edge}x{edge}")])
        }
        OptionKind::Size if !is_text => Ok(vec![list(value)?.join("x")]),
        OptionKind::Offset | OptionKind::Keywords(_) | OptionKind::Colors => {
            Ok(vec![list(value)?.join(",")])
        }
        OptionKind::Commands | OptionKind::Transforms => list(value),
        OptionKind::Opacities => list(value).or_else(|_| Ok(vec![text(value)?])),
        OptionKind::Texts => {
            let mut values = Vec::new();
            for pair in value.try_iter()? {
                let pair = list(&pair?)?;
                if pair.len() != 2 {
                    return Err(PyTypeError::new_err("not a pair"));
                }
                values.extend(pair);
            }
            Ok(values)
        }
        OptionKind::Switch
        | OptionKind::InvertedSwitch
        | OptionKind::Object
        | OptionKind::ListedKeyword(_)
            if !is_text && !value.is_instance_of::<PyBool>() =>
        {
            Err(PyTypeError::new_err("not a boolean"))
        }
        OptionKind::Number { .. } | OptionKind::Integer { .. } | OptionKind::OneOf(_)
            if value.is_instance_of::<PyBool>() =>
        {
            Err(PyTypeError::new_err("not a number"))
        }
        _ => Ok(vec![text(value)?]),
    }
}
