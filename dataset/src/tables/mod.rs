//! Tables as Parquet files (<https://parquet.apache.org/docs/file-format/>): rows in, row by row,
//! and out again.
//!
//! Nothing is compressed: nearly all bytes are pictures, which are. What repeats (question texts)
//! is in dictionaries. The footer says in the key `huggingface` which columns are pictures, as the
//! library `datasets` writes it.

mod read;
mod write;

pub use read::{PictureFile, Row, rows, rows_of};
pub use write::TableWriter;

use serde_json::{Value, json};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// A list of numbers of 32 bits.
    Floats,
    /// A list of whole numbers below 2^31.
    Numbers,
    /// A picture: bytes and path.
    Image,
    /// A list of pictures.
    Images,
}

/// A value of a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// A text.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
    /// A list of numbers.
    Floats(Vec<f32>),
    /// A list of whole numbers.
    Numbers(Vec<u32>),
    /// A picture.
    Image(Picture),
    /// A list of pictures.
    Images(Vec<Picture>),
}

/// A picture's file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Picture {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its path in the set.
    pub path: String,
}

/// A column.
pub type Column = (&'static str, Kind);

/// A picture. The library `datasets` takes a group for one only if all of it may be missing.
const IMAGE: &str = "{ optional binary bytes; optional binary path (UTF8); }";

/// Schema in Parquet's own language.
fn schema(columns: &[Column]) -> String {
    let mut text = String::from("message schema {\n");
    for (name, kind) in columns {
        let list = |element: &str| {
            format!("required group {name} (LIST) {{ repeated group list {{ {element} }} }}")
        };
        let column = match kind {
            Kind::Text => format!("required binary {name} (UTF8);"),
            Kind::Texts => list("required binary element (UTF8);"),
            Kind::Floats => list("required float element;"),
            Kind::Numbers => list("required int32 element;"),
            Kind::Image => format!("optional group {name} {IMAGE}"),
            Kind::Images => format!(
                "optional group {name} (LIST) {{ repeated group list {{ optional group element {IMAGE} }} }}"
            ),
        };
        text.push_str(&column);
        text.push('\n');
    }
    text.push('}');
    text
}

/// The columns as `datasets` describes them.
#[must_use]
pub fn features(columns: &[Column]) -> Value {
    let value = |dtype: &str| json!({"dtype": dtype, "_type": "Value"});
    let list = |feature: Value| json!({"feature": feature, "_type": "Sequence"});
    let image = || json!({"_type": "Image"});
    let mut features = serde_json::Map::new();
    for (name, kind) in columns {
        let feature = match kind {
            Kind::Text => value("string"),
            Kind::Texts => list(value("string")),
            Kind::Floats => list(value("float32")),
            Kind::Numbers => list(value("int32")),
            Kind::Image => image(),
            Kind::Images => list(image()),
        };
        features.insert((*name).to_owned(), feature);
    }
    Value::Object(features)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_in_comes_out() {
        let folder = std::env::temp_dir().join(format!("molshot-tables-{}", std::process::id()));
        let path = folder.join("t.parquet");
        let columns: [Column; 6] = [
            ("id", Kind::Text),
            ("options", Kind::Texts),
            ("x_px", Kind::Floats),
            ("atom", Kind::Numbers),
            ("image", Kind::Image),
            ("images", Kind::Images),
        ];
        let picture = |n: usize| Picture {
            bytes: vec![n as u8; n],
            path: format!("a/{n}.png"),
        };
        let row = |n: usize| {
            vec![
                Cell::Text(format!("row {n}")),
                Cell::Texts((0..n % 4).map(|k| format!("{k} ä")).collect()),
                Cell::Floats((0..n % 3).map(|k| k as f32 * 0.5).collect()),
                Cell::Numbers((0..n % 5).map(|k| k as u32).collect()),
                Cell::Image(picture(n)),
                Cell::Images((0..n % 3).map(picture).collect()),
            ]
        };
        let mut table = TableWriter::create(&path, &columns).expect("a file");
        for n in 0..1200 {
            table.push(row(n)).expect("room");
        }
        let finished = table.finish().expect("room");
        assert_eq!(crate::files::hash_file(&path).expect("a file"), finished);
        let mut count = 0;
        for (n, read) in rows(&path).expect("a table").enumerate() {
            let read = read.expect("a row");
            assert_eq!(read.text("id").expect("a text"), format!("row {n}"));
            assert_eq!(
                Cell::Texts(read.texts("options").expect("texts")),
                row(n)[1]
            );
            assert_eq!(
                Cell::Image(read.image("image").expect("a picture")),
                row(n)[4]
            );
            assert_eq!(
                Cell::Images(read.images("images").expect("pictures")),
                row(n)[5]
            );
            assert!(read.text("nothing").is_err());
            count += 1;
        }
        assert_eq!(count, 1200);
        // Some columns alone.
        let ids: Vec<String> = rows_of(&path, &["id"])
            .expect("a table")
            .map(|row| row.expect("a row").text("id").expect("a text"))
            .collect();
        assert_eq!(ids[1199], "row 1199");
        // Pictures from anywhere; the first group ends behind row 999.
        let file = PictureFile::open(&path).expect("a table");
        for (row, count, there) in [
            (0, 1, 1),
            (7, 5, 5),
            (998, 16, 2),
            (1000, 3, 3),
            (1199, 9, 1),
        ] {
            let pictures = file.pictures(row, count).expect("pictures");
            let wanted: Vec<Vec<u8>> = (row..row + there).map(|n| picture(n).bytes).collect();
            assert_eq!(pictures, wanted, "row {row}");
        }
        assert!(file.pictures(1200, 1).is_err());
        std::fs::remove_dir_all(folder).expect("our own folder");
    }
}
