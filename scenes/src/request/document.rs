//! The JSON document: a schema version, where the structure comes from, and a request's own keys,
//! all at one level.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Error, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::json;

use super::strict_serde::{Object, whole_number};
use super::{ReadingRequest, RenderRequest, StructureSource};

/// The version of the document that is read and written here.
pub const SCHEMA_VERSION: u32 = 1;

/// Keys of the document beside those of the request.
const VERSION_KEY: &str = "schema_version";
const STRUCTURE_KEY: &str = "structure";
const READING_KEY: &str = "reading";
/// All keys of the document, in the order in which messages list them.
pub(super) const KEYS: &[&str] = &[
    VERSION_KEY,
    STRUCTURE_KEY,
    READING_KEY,
    "style",
    "camera",
    "commands",
    "select",
    "transforms",
    "output",
];

/// A scene file, or the body of a request to a server: what to draw, and of which structure.
#[derive(Debug, Clone, PartialEq)]
pub struct SceneDocument {
    /// Where the structure comes from.
    pub structure: StructureSource,
    /// Which models and copies are read of its files.
    pub reading: ReadingRequest,
    /// What to draw of it.
    pub request: RenderRequest,
}

impl SceneDocument {
    /// A document of these two, with the first model as it is in the file.
    #[must_use]
    pub fn new(structure: StructureSource, request: RenderRequest) -> Self {
        Self {
            structure,
            reading: ReadingRequest::default(),
            request,
        }
    }

    /// Sets which models and copies are read.
    #[must_use]
    pub fn with_reading(mut self, reading: ReadingRequest) -> Self {
        self.reading = reading;
        self
    }
}

/// A document whose schema version and structure may be missing: what several documents have in
/// common.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct PartialDocument {
    /// The schema version, if it is given.
    version: Option<SchemaVersion>,
    /// Where the structure comes from, if that is given.
    pub structure: Option<StructureSource>,
    /// Which models and copies are read of its files.
    pub reading: ReadingRequest,
    /// What to draw of it.
    pub request: RenderRequest,
}

impl Serialize for SceneDocument {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Written<'a> {
            schema_version: u32,
            structure: &'a StructureSource,
            #[serde(skip_serializing_if = "ReadingRequest::is_default")]
            reading: &'a ReadingRequest,
            #[serde(flatten)]
            request: &'a RenderRequest,
        }

        let written = Written {
            schema_version: SCHEMA_VERSION,
            structure: &self.structure,
            reading: &self.reading,
            request: &self.request,
        };
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SceneDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let part = PartialDocument::deserialize(deserializer)?;
        if part.version.is_none() {
            return Err(D::Error::missing_field(VERSION_KEY));
        }
        let structure = part
            .structure
            .ok_or_else(|| D::Error::missing_field(STRUCTURE_KEY))?;
        Ok(Self::new(structure, part.request).with_reading(part.reading))
    }
}

impl<'de> Deserialize<'de> for PartialDocument {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = PartialDocument;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON object")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PartialDocument, A::Error> {
                let (mut version, mut structure, mut reading) = (None, None, None);
                let request =
                    RenderRequest::deserialize(MapAccessDeserializer::new(RequestKeys {
                        map,
                        version: &mut version,
                        structure: &mut structure,
                        reading: &mut reading,
                    }))?;
                Ok(PartialDocument {
                    version,
                    structure,
                    reading: reading.map(|Object(reading)| reading).unwrap_or_default(),
                    request,
                })
            }
        }

        deserializer.deserialize_map(Members)
    }
}

/// The members of a document but for its version, its structure and how that is read, which are
/// kept separately.
struct RequestKeys<'a, A> {
    map: A,
    version: &'a mut Option<SchemaVersion>,
    structure: &'a mut Option<StructureSource>,
    reading: &'a mut Option<Object<ReadingRequest>>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for RequestKeys<'_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        while let Some(Key(key)) = self.map.next_key()? {
            match key {
                VERSION_KEY => put_once(self.version, key, &mut self.map)?,
                STRUCTURE_KEY => put_once(self.structure, key, &mut self.map)?,
                READING_KEY => put_once(self.reading, key, &mut self.map)?,
                _ => return seed.deserialize(key.into_deserializer()).map(Some),
            }
        }
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}

fn put_once<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    place: &mut Option<T>,
    key: &'static str,
    map: &mut A,
) -> Result<(), A::Error> {
    if place.is_some() {
        return Err(A::Error::duplicate_field(key));
    }
    *place = Some(map.next_value()?);
    Ok(())
}

/// One of [`KEYS`]. Another key is an error at its own place.
struct Key(&'static str);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let key = String::deserialize(deserializer)?;
        match KEYS.iter().find(|known| **known == key) {
            Some(known) => Ok(Self(known)),
            None => Err(D::Error::unknown_field(&key, KEYS)),
        }
    }
}

/// A schema version, which is [`SCHEMA_VERSION`].
#[derive(Debug, Clone, Copy, PartialEq)]
struct SchemaVersion;

impl<'de> Deserialize<'de> for SchemaVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let version: u32 = whole_number(deserializer, format!("the number {SCHEMA_VERSION}"))?;
        if version == SCHEMA_VERSION {
            return Ok(Self);
        }
        Err(D::Error::custom(format!(
            "schema version {version} is not known here; give {SCHEMA_VERSION}, or use a program that knows that version"
        )))
    }
}

impl JsonSchema for SceneDocument {
    fn schema_name() -> Cow<'static, str> {
        "RenderRequest".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let mut schema = RenderRequest::json_schema(generator);
        let structure = generator.subschema_for::<StructureSource>();
        let reading = generator.subschema_for::<ReadingRequest>();
        schema.insert(
            "description".into(),
            "A picture to draw, and the structure to draw it of.".into(),
        );
        schema.insert("required".into(), json!([VERSION_KEY, STRUCTURE_KEY]));
        if let Some(properties) = schema.get_mut("properties").and_then(|p| p.as_object_mut()) {
            properties.insert(
                VERSION_KEY.into(),
                json!({
                    "description": "Version of this document's form: 1.",
                    "type": "integer",
                    "format": "uint32",
                    "minimum": SCHEMA_VERSION,
                    "maximum": SCHEMA_VERSION,
                }),
            );
            let mut structure = structure.to_value();
            structure["description"] = "Where the structure comes from.".into();
            properties.insert(STRUCTURE_KEY.into(), structure);
            let mut reading = reading.to_value();
            reading["default"] = json!(ReadingRequest::default());
            properties.insert(READING_KEY.into(), reading);
        }
        schema
    }
}
