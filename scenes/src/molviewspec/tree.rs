//! The tree of nodes: JSON to nodes that know their place in the document and whose kinds stand
//! where the format allows them.

use glam::DVec3;
use serde_json::{Map, Value};

use super::css_colors;
use super::notes::Notes;
use crate::colors::{Rgb, shorten};
use crate::error::SceneError;
use crate::suggest::give_one_of;

/// Components of all origins.
const COMPONENTS: [&str; 3] = ["component", "component_from_uri", "component_from_source"];

/// Each kind of node with the kinds that it may stand below (`molviewspec` 1.8.1 on `PyPI`,
/// `nodes.py`; Mol* 5.6.1 on npm, `mvs-tree.js`).
const PARENTS: [(&str, &[&str]); 32] = [
    ("root", &[]),
    ("download", &["root"]),
    ("parse", &["download"]),
    ("coordinates", &["parse"]),
    ("structure", &["parse"]),
    (
        "transform",
        &[
            "structure",
            "component",
            "component_from_uri",
            "component_from_source",
            "volume",
        ],
    ),
    (
        "instance",
        &[
            "structure",
            "component",
            "component_from_uri",
            "component_from_source",
            "volume",
        ],
    ),
    ("component", &["structure"]),
    ("component_from_uri", &["structure"]),
    ("component_from_source", &["structure"]),
    ("representation", &COMPONENTS),
    ("volume", &["parse"]),
    ("volume_representation", &["volume"]),
    ("color", &["representation", "volume_representation"]),
    ("color_from_uri", &["representation"]),
    ("color_from_source", &["representation"]),
    ("opacity", &["representation", "volume_representation"]),
    (
        "clip",
        &[
            "representation",
            "volume_representation",
            "primitives",
            "primitives_from_uri",
        ],
    ),
    ("label", &COMPONENTS),
    ("label_from_uri", &["structure"]),
    ("label_from_source", &["structure"]),
    ("tooltip", &COMPONENTS),
    ("tooltip_from_uri", &["structure"]),
    ("tooltip_from_source", &["structure"]),
    (
        "focus",
        &[
            "root",
            "component",
            "component_from_uri",
            "component_from_source",
            "primitives",
            "primitives_from_uri",
            "volume",
            "volume_representation",
        ],
    ),
    ("camera", &["root"]),
    ("canvas", &["root"]),
    ("primitives", &["root", "structure"]),
    ("primitives_from_uri", &["root", "structure"]),
    ("primitive", &["primitives"]),
    ("mesh_from_uri", &["primitives", "root", "structure"]),
    ("mesh_from_source", &["primitives", "root", "structure"]),
];

/// One node.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) kind: String,
    /// JSON pointer to the node.
    pub(super) pointer: String,
    params: Map<String, Value>,
    /// Settings of a program, beside the format.
    pub(super) custom: Map<String, Value>,
    /// The name by which other nodes refer to this one.
    pub(super) reference: Option<String>,
    pub(super) children: Vec<Node>,
}

impl Node {
    /// Reads the root of a tree, which stands at `pointer` of the document.
    pub(super) fn root(value: Value, pointer: &str, notes: &mut Notes) -> Result<Self, SceneError> {
        let root = Self::read(value, pointer.to_owned())?;
        if root.kind != "root" {
            return Err(SceneError::invalid(
                format!("{pointer}/kind"),
                format!(
                    "the tree begins with a node of kind \"{}\"",
                    shorten(&root.kind)
                ),
                "give a node of kind \"root\"".into(),
            ));
        }
        root.check_places(notes)?;
        Ok(root)
    }

    fn read(value: Value, pointer: String) -> Result<Self, SceneError> {
        let wrong = |key: &str, problem: &str, remedy: &str| {
            SceneError::invalid(format!("{pointer}{key}"), problem.into(), remedy.into())
        };
        let Value::Object(mut members) = value else {
            return Err(wrong(
                "",
                "a node is not an object",
                "give {\"kind\": ..., \"params\": {...}}",
            ));
        };
        let Some(Value::String(kind)) = members.remove("kind") else {
            return Err(wrong(
                "/kind",
                "the node's kind is missing",
                "give a text such as \"component\"",
            ));
        };
        let mut object = |key: &str| match members.remove(key) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(object)) => Ok(object),
            Some(_) => Err(wrong(
                &format!("/{key}"),
                "this is not an object",
                "give an object, or leave it out",
            )),
        };
        let params = object("params")?;
        let custom = object("custom")?;
        let reference = match members.remove("ref") {
            Some(Value::String(reference)) => Some(reference),
            None | Some(Value::Null) => None,
            Some(_) => {
                return Err(wrong(
                    "/ref",
                    "a reference is not a text",
                    "give a text, or leave it out",
                ));
            }
        };
        let children = match members.remove("children") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(children)) => children,
            Some(_) => {
                return Err(wrong(
                    "/children",
                    "this is not a list",
                    "give a list of nodes",
                ));
            }
        };
        let children = children
            .into_iter()
            .enumerate()
            .map(|(index, child)| Self::read(child, format!("{pointer}/children/{index}")));
        Ok(Self {
            children: children.collect::<Result<_, _>>()?,
            kind,
            params,
            custom,
            reference,
            pointer,
        })
    }

    /// Refuses nodes in wrong places, and notes those of unknown kinds.
    fn check_places(&self, notes: &mut Notes) -> Result<(), SceneError> {
        for child in &self.children {
            match PARENTS.iter().find(|(kind, _)| *kind == child.kind) {
                Some((_, parents)) if parents.contains(&self.kind.as_str()) => {
                    child.check_places(notes)?;
                }
                Some((kind, parents)) => {
                    return Err(SceneError::invalid(
                        &child.pointer,
                        format!(
                            "a node of kind {kind} cannot stand below one of kind {}",
                            shorten(&self.kind)
                        ),
                        if parents.is_empty() {
                            "give it once, as the tree's root".into()
                        } else {
                            format!("put it below {}", parents.join(" or "))
                        },
                    ));
                }
                None => {
                    let kinds = PARENTS.map(|(kind, _)| kind);
                    let hint = crate::suggest::nearest(&child.kind, &kinds)
                        .map_or_else(String::new, |kind| format!(" (did you mean {kind}?)"));
                    notes.add(
                        format!(
                            "nodes of kind \"{}\" are not known and not drawn{hint}",
                            shorten(&child.kind)
                        ),
                        &child.pointer,
                    );
                }
            }
        }
        Ok(())
    }

    /// The children of a kind.
    pub(super) fn children_of(&self, kind: &'static str) -> impl Iterator<Item = &Self> {
        self.children.iter().filter(move |child| child.kind == kind)
    }

    /// A parameter, unless it is missing or null.
    pub(super) fn param(&self, key: &str) -> Option<&Value> {
        self.params.get(key).filter(|value| !value.is_null())
    }

    /// JSON pointer to a parameter. Keys are those of the format, without characters to escape.
    pub(super) fn pointer_to(&self, key: &str) -> String {
        format!("{}/params/{key}", self.pointer)
    }

    /// An error in a parameter.
    pub(super) fn wrong(
        &self,
        key: &str,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> SceneError {
        SceneError::invalid(self.pointer_to(key), problem.into(), remedy.into())
    }

    /// A parameter that must be there.
    pub(super) fn required<T>(&self, key: &str, value: Option<T>) -> Result<T, SceneError> {
        value.ok_or_else(|| {
            self.wrong(
                key,
                format!("a node of kind {} lacks {key}", shorten(&self.kind)),
                "give it",
            )
        })
    }

    /// A text.
    pub(super) fn text(&self, key: &str) -> Result<Option<&str>, SceneError> {
        let text = self.param(key).map(|value| {
            value
                .as_str()
                .ok_or_else(|| self.wrong(key, "this is not a text", "give a text in quotes"))
        });
        text.transpose()
    }

    /// One of a few words.
    pub(super) fn word(
        &self,
        key: &str,
        words: &[&'static str],
    ) -> Result<Option<&'static str>, SceneError> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        let word = words.iter().find(|word| **word == text).copied();
        word.map(Some).ok_or_else(|| {
            self.wrong(
                key,
                format!("\"{}\" is not known", shorten(text)),
                give_one_of(text, words),
            )
        })
    }

    /// True or false.
    pub(super) fn flag(&self, key: &str) -> Result<Option<bool>, SceneError> {
        let flag = self.param(key).map(|value| {
            value.as_bool().ok_or_else(|| {
                self.wrong(key, "this is neither true nor false", "give true or false")
            })
        });
        flag.transpose()
    }

    /// A finite number.
    pub(super) fn number(&self, key: &str) -> Result<Option<f64>, SceneError> {
        let number = self.param(key).map(|value| {
            finite(value).ok_or_else(|| self.wrong(key, "this is not a number", "give a number"))
        });
        number.transpose()
    }

    /// A finite number that is 0 or more.
    pub(super) fn size(&self, key: &str) -> Result<Option<f64>, SceneError> {
        match self.number(key)? {
            Some(size) if !(0.0..=MAX_SIZE).contains(&size) => Err(self.wrong(
                key,
                format!("{size} is out of range"),
                format!("give 0 to {MAX_SIZE}"),
            )),
            size => Ok(size),
        }
    }

    /// A whole number from 0.
    pub(super) fn index(&self, key: &str) -> Result<Option<u32>, SceneError> {
        let index = self.param(key).map(|value| {
            whole(value)
                .and_then(|index| u32::try_from(index).ok())
                .ok_or_else(|| {
                    self.wrong(key, "this is not an index", "give a whole number from 0")
                })
        });
        index.transpose()
    }

    /// A vector of three finite numbers.
    pub(super) fn vector(&self, key: &str) -> Result<Option<DVec3>, SceneError> {
        self.param(key)
            .map(|value| {
                vector(value).ok_or_else(|| {
                    self.wrong(
                        key,
                        "this is not a vector",
                        "give three numbers, as in [0, 0, 1]",
                    )
                })
            })
            .transpose()
    }

    /// A list of finite numbers.
    pub(super) fn numbers(&self, key: &str) -> Result<Option<Vec<f64>>, SceneError> {
        self.param(key)
            .map(|value| {
                let numbers = value
                    .as_array()
                    .and_then(|list| list.iter().map(finite).collect());
                numbers.ok_or_else(|| {
                    self.wrong(
                        key,
                        "this is not a list of numbers",
                        "give a list of numbers",
                    )
                })
            })
            .transpose()
    }

    /// A colour.
    pub(super) fn color(&self, key: &str) -> Result<Option<Rgb>, SceneError> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        let color = css_colors::parse(text);
        color
            .map(Some)
            .map_err(|(problem, remedy)| self.wrong(key, problem, remedy))
    }
}

/// Largest size of anything, angstrom or a factor.
const MAX_SIZE: f64 = 100_000.0;

/// The number of a JSON value.
fn finite(value: &Value) -> Option<f64> {
    value.as_f64().filter(|number| number.is_finite())
}

/// The whole number of a JSON value, which Python may have written as 3.0.
pub(super) fn whole(value: &Value) -> Option<i64> {
    let whole =
        |number: f64| (number.fract() == 0.0 && number.abs() < 1e15).then_some(number as i64);
    value.as_i64().or_else(|| value.as_f64().and_then(whole))
}

/// The vector of a JSON value: three finite numbers within the range of coordinates.
pub(super) fn vector(value: &Value) -> Option<DVec3> {
    let [x, y, z] = value.as_array()?.as_slice() else {
        return None;
    };
    let vector = DVec3::new(finite(x)?, finite(y)?, finite(z)?);
    (vector.abs().max_element() < MAX_SIZE).then_some(vector)
}
