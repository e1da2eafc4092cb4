//! Which models are read of the structure's files, and which copies by symmetry are made.

use std::fmt;

use molshot_molecule::AlternateLocation;
use molshot_molecule::copies::{
    AssemblyChoice, CrystalChoice, MOST_CELLS, MOST_MATE_ANGSTROM, cells_from_name,
};
use molshot_molecule::reading::{ModelChoice, Reading};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::colors::shorten;
use crate::error::SceneError;

/// What is read of the structure's files, and which copies by symmetry are made. Without it the
/// first model as it is in the file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ReadingRequest {
    /// The model: a number, a range, or `all`.
    #[serde(deserialize_with = "text_or_number")]
    #[schemars(schema_with = "text_or_number_schema")]
    pub model: Option<String>,
    /// The alternate location.
    #[serde(deserialize_with = "text_or_number")]
    #[schemars(schema_with = "text_or_number_schema")]
    pub altloc: Option<String>,
    /// The biological assembly; not together with a part of the crystal.
    #[serde(deserialize_with = "text_or_number")]
    #[schemars(schema_with = "text_or_number_schema")]
    pub assembly: Option<String>,
    /// Fill the unit cell.
    pub unit_cell: bool,
    /// Fill several unit cells.
    pub supercell: Option<String>,
    /// Add the copies that are near.
    pub symmetry_mates_angstrom: Option<f64>,
}

impl ReadingRequest {
    /// True if nothing is chosen.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The choices, parsed.
    ///
    /// # Errors
    /// [`SceneError::Invalid`] with a JSON pointer.
    pub fn to_reading(&self) -> Result<Reading, SceneError> {
        let mut reading = Reading::default();
        if let Some(text) = &self.model {
            reading.models = ModelChoice::from_name(text)
                .ok_or_else(|| wrong("model", text, ModelChoice::REMEDY.to_owned()))?;
        }
        if let Some(text) = &self.altloc {
            reading.altloc = AlternateLocation::from_name(text).ok_or_else(|| {
                let words = AlternateLocation::WORDS.join(" or ");
                wrong(
                    "altloc",
                    text,
                    format!("give one character as the file has it, such as A, or {words}"),
                )
            })?;
        }
        if let Some(text) = &self.assembly {
            reading.assembly = AssemblyChoice::from_name(text).ok_or_else(|| {
                let remedy = "give the id of an assembly such as 1, all, or none";
                wrong("assembly", text, remedy.to_owned())
            })?;
        }
        self.check_one_kind_of_copies()?;
        reading.crystal = self.crystal()?;
        Ok(reading)
    }

    fn crystal(&self) -> Result<CrystalChoice, SceneError> {
        if self.unit_cell {
            return Ok(CrystalChoice::Cells([1; 3]));
        }
        if let Some(text) = &self.supercell {
            let cells = cells_from_name(text).ok_or_else(|| {
                let remedy = format!("give three numbers from 1 to {MOST_CELLS}, such as 2x2x1");
                wrong("supercell", text, remedy)
            })?;
            return Ok(CrystalChoice::Cells(cells));
        }
        let Some(distance) = self.symmetry_mates_angstrom else {
            return Ok(CrystalChoice::None);
        };
        if (0.0..=MOST_MATE_ANGSTROM).contains(&distance) {
            return Ok(CrystalChoice::Mates(distance));
        }
        Err(SceneError::invalid(
            "/reading/symmetry_mates_angstrom",
            format!("a distance of {distance:?} angstrom is out of range"),
            format!("give 0 to {MOST_MATE_ANGSTROM}"),
        ))
    }

    fn check_one_kind_of_copies(&self) -> Result<(), SceneError> {
        let assembly = self.assembly.as_deref().is_some_and(|id| id != "none");
        let given = [
            (assembly, "assembly"),
            (self.unit_cell, "unit_cell"),
            (self.supercell.is_some(), "supercell"),
            (
                self.symmetry_mates_angstrom.is_some(),
                "symmetry_mates_angstrom",
            ),
        ];
        let mut given = given.into_iter().filter(|(is_given, _)| *is_given);
        match (given.next(), given.next()) {
            (Some((_, first)), Some((_, second))) => Err(SceneError::invalid(
                format!("/reading/{second}"),
                format!("{first} and {second} exclude each other"),
                "leave out one of them".to_owned(),
            )),
            _ => Ok(()),
        }
    }
}

fn wrong(key: &str, text: &str, remedy: String) -> SceneError {
    SceneError::invalid(
        format!("/reading/{key}"),
        format!("\"{}\" is not a value of {key}", shorten(text)),
        remedy,
    )
}

fn text_or_number_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "type": ["string", "integer", "null"] })
}

/// A text, or a whole number in its place (`2` for `"2"`), or null for none.
fn text_or_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    struct TextOrNumber;

    impl<'de> Visitor<'de> for TextOrNumber {
        type Value = Option<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text or a whole number")
        }

        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_none<E: Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, value: D) -> Result<Self::Value, D::Error> {
            value.deserialize_any(self)
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
            Ok(Some(number.to_string()))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
            Ok(Some(text.to_owned()))
        }
    }

    deserializer.deserialize_any(TextOrNumber)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::request::SceneDocument;

    fn document(reading: &serde_json::Value) -> Result<SceneDocument, SceneError> {
        let document = json!({
            "schema_version": 1, "structure": { "id": "a" }, "reading": reading,
        });
        SceneDocument::from_value(document)
    }

    #[test]
    fn a_reading_is_read_and_written_as_it_was_given() {
        let read = document(&json!({ "model": "2-5", "altloc": "B", "assembly": 1 }));
        let read = read.expect("a document");
        let reading = read.reading.to_reading().expect("a reading");
        assert_eq!(reading.models, ModelChoice::Range(2..=5));
        assert_eq!(reading.altloc, AlternateLocation::Id(b'B'));
        assert_eq!(reading.assembly, AssemblyChoice::Id("1".into()));
        let text = serde_json::to_vec(&read).expect("JSON");
        assert_eq!(SceneDocument::from_json(&text).expect("again"), read);
        let plain = document(&json!({})).expect("a document");
        assert!(plain.reading.is_default());
        assert!(plain.reading.to_reading().expect("a reading").is_default());
        // A document without choices is written as before they could be made.
        assert!(
            !serde_json::to_string(&plain)
                .expect("JSON")
                .contains("reading")
        );
        let cells = document(&json!({ "supercell": "2x1x3" }))
            .expect("cells")
            .reading;
        let cells = cells.to_reading().expect("cells").crystal;
        assert_eq!(cells, CrystalChoice::Cells([2, 1, 3]));
    }

    #[test]
    fn a_wrong_choice_is_an_error_with_its_pointer() {
        for (reading, pointer, text) in [
            (
                json!({ "model": "first" }),
                "/reading/model",
                "a range such as 1-5",
            ),
            (
                json!({ "altloc": "lowest" }),
                "/reading/altloc",
                "all-highest",
            ),
            (json!({ "assembly": "" }), "/reading/assembly", "such as 1"),
            (
                json!({ "supercell": "0x1x1" }),
                "/reading/supercell",
                "2x2x1",
            ),
            (
                json!({ "symmetry_mates_angstrom": -1.0 }),
                "/reading/symmetry_mates_angstrom",
                "0 to 1000",
            ),
            (
                json!({ "assembly": "1", "unit_cell": true }),
                "/reading/unit_cell",
                "assembly and unit_cell exclude each other",
            ),
            (json!({ "modell": 1 }), "/reading/modell", "model"),
            (json!([]), "/reading", "object"),
            (
                json!({ "model": true }),
                "/reading/model",
                "text or a whole number",
            ),
        ] {
            let error = document(&reading).expect_err("an error");
            assert_eq!(error.pointer(), Some(pointer), "{reading}: {error}");
            assert!(error.to_string().contains(text), "{reading}: {error}");
        }
    }
}
