//! Errors of the library as exceptions of the Python package.

use molshot::renderer::pool::PoolError;
use molshot::renderer::{Advice, AdvisedValue, RenderError};
use molshot::scenes::SceneError;
use molshot_dataset::DatasetError;
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// An error before it is raised: which class of `molshot._errors`, and its attributes.
#[derive(Debug)]
pub(crate) struct Failure {
    class: &'static str,
    code: String,
    detail: String,
    pointer: Option<String>,
    /// Whether the same call may succeed later.
    transient: bool,
}

impl Failure {
    fn new(class: &'static str, code: &str, detail: String) -> Self {
        Self {
            class,
            code: code.to_owned(),
            detail,
            pointer: None,
            transient: false,
        }
    }

    /// A keyword, array or other argument is wrong.
    pub(crate) fn argument(detail: impl Into<String>) -> Self {
        Self::new("RequestError", "argument_invalid", detail.into())
    }

    /// An array of atoms or bonds is wrong.
    pub(crate) fn array(detail: impl Into<String>) -> Self {
        Self::new("InputError", "array_invalid", detail.into())
    }

    /// Something that cannot happen has happened.
    pub(crate) fn internal(detail: impl Into<String>) -> Self {
        Self::new("RenderError", "internal", detail.into())
    }

    /// A selection cannot be read: it is of the request, not of the input.
    pub(crate) fn selection(error: molshot::molecule::MoleculeError) -> Self {
        Self {
            class: "RequestError",
            ..Self::from(error)
        }
    }

    /// The pool belongs to another process.
    pub(crate) fn other_process() -> Self {
        let detail = "the pictures are drawn in the process that began them; in a child process, begin again";
        Self::new("RenderError", "other_process", detail.to_owned())
    }

    /// The pool is closed.
    pub(crate) fn closed() -> Self {
        let detail = "the renderer is closed; make another one";
        Self::new("RenderError", "closed", detail.to_owned())
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        Python::attach(|py| {
            let error = py
                .import("molshot._errors")
                .and_then(|module| module.getattr(failure.class))
                .and_then(|class| {
                    class.call1((
                        &failure.detail,
                        &failure.code,
                        &failure.pointer,
                        failure.transient,
                    ))
                });
            match error {
                Ok(error) => Self::from_value(error),
                // The package is incomplete; the text is still useful.
                Err(_) => PyRuntimeError::new_err(failure.detail),
            }
        })
    }
}

impl From<molshot::Error> for Failure {
    fn from(error: molshot::Error) -> Self {
        match error {
            molshot::Error::Scene(error) => error.into(),
            molshot::Error::Input(_) | molshot::Error::Structure(_) => {
                Self::new("InputError", error.code(), error.to_string())
            }
            molshot::Error::Render(error) => error.into(),
            molshot::Error::Pool(error) => error.into(),
            _ => Self::new("RenderError", error.code(), error.to_string()),
        }
    }
}

impl From<molshot::molecule::MoleculeError> for Failure {
    fn from(error: molshot::molecule::MoleculeError) -> Self {
        molshot::Error::from(error).into()
    }
}

impl From<SceneError> for Failure {
    fn from(error: SceneError) -> Self {
        Self {
            pointer: error.pointer().map(str::to_owned),
            ..Self::new("RequestError", error.code(), error.to_string())
        }
    }
}

impl From<RenderError> for Failure {
    fn from(error: RenderError) -> Self {
        let text = with_keywords(&error, error.advice());
        let new = Self::new("RenderError", error.code(), text);
        Self {
            transient: DatasetError::from(error).is_transient(),
            ..new
        }
    }
}

impl From<PoolError> for Failure {
    fn from(error: PoolError) -> Self {
        if let PoolError::Render(error) = error {
            return error.into();
        }
        Self::new("RenderError", error.code(), error.to_string())
    }
}

impl From<DatasetError> for Failure {
    fn from(error: DatasetError) -> Self {
        Self {
            transient: error.is_transient(),
            ..Self::new(
                "DatasetError",
                error.code(),
                with_keywords(&error, error.advice()),
            )
        }
    }
}

/// The text of an error, followed by the arguments that would mend it: `(adapter="auto")`.
fn with_keywords(error: &impl std::fmt::Display, advice: &[Advice]) -> String {
    let argument = |advice: &Advice| {
        let name = advice.option.replace('-', "_");
        match advice.value {
            AdvisedValue::Word(word) => format!("{name}=\"{word}\""),
            AdvisedValue::On => format!("{name}=True"),
            _ => name,
        }
    };
    let arguments: Vec<String> = advice.iter().map(argument).collect();
    if arguments.is_empty() {
        error.to_string()
    } else {
        format!("{error} ({})", arguments.join(", "))
    }
}
