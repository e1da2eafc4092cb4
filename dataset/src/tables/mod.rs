//! Reads and writes tables as Parquet files (<https://parquet.apache.org/docs/file-format/>).
//!
//! Columns are written without compression, because nearly all bytes are PNG pictures; only columns
//! of long texts are compressed (Zstandard). Tables that other tools compressed (Snappy, gzip,
//! Zstandard) are read, too. Repeated texts (questions) are stored once in dictionaries. The key
//! `huggingface` of the footer describes the columns in the form of the library `datasets`.

mod read;
mod rows;
mod write;

pub use read::{ImageColumnReader, Row, read_columns, read_rows};
pub use rows::hash_rows;
pub use write::{TableDigest, TableWriter};

use serde_json::{Value, json};

/// The type of the values of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColumnKind {
    /// A text.
    Text,
    /// A list of texts.
    Texts,
    /// A list of long texts, which are stored compressed.
    LongTexts,
    /// A list of 32-bit floating-point numbers.
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
#[non_exhaustive]
pub enum Cell {
    /// A text.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
    /// A list of floating-point numbers.
    Floats(Vec<f32>),
    /// A list of whole numbers.
    Numbers(Vec<u32>),
    /// A picture.
    Image(ImageFile),
    /// A list of pictures.
    Images(Vec<ImageFile>),
}

/// A picture file in a table.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImageFile {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its path in the set.
    pub path: String,
}

/// Name and type of a column.
pub type Column = (&'static str, ColumnKind);

/// Schema of a picture; the library `datasets` requires all of it to be optional.
const IMAGE: &str = "{ optional binary bytes; optional binary path (UTF8); }";

/// Returns the schema of a table in the text form of Parquet.
fn schema(columns: &[Column]) -> String {
    let mut text = String::from("message schema {\n");
    for (name, kind) in columns {
        let list = |element: &str| {
            format!("required group {name} (LIST) {{ repeated group list {{ {element} }} }}")
        };
        let column = match kind {
            ColumnKind::Text => format!("required binary {name} (UTF8);"),
            ColumnKind::Texts | ColumnKind::LongTexts => list("required binary element (UTF8);"),
            ColumnKind::Floats => list("required float element;"),
            ColumnKind::Numbers => list("required int32 element;"),
            ColumnKind::Image => format!("optional group {name} {IMAGE}"),
            ColumnKind::Images => format!(
                "optional group {name} (LIST) {{ repeated group list {{ optional group element {IMAGE} }} }}"
            ),
        };
        text.push_str(&column);
        text.push('\n');
    }
    text.push('}');
    text
}

/// Returns the description of the columns in the form of the library `datasets`.
#[must_use]
pub fn features(columns: &[Column]) -> Value {
    let value = |dtype: &str| json!({"dtype": dtype, "_type": "Value"});
    let list = |feature: Value| json!({"feature": feature, "_type": "Sequence"});
    let image = || json!({"_type": "Image"});
    let mut features = serde_json::Map::new();
    for (name, kind) in columns {
        let feature = match kind {
            ColumnKind::Text => value("string"),
            ColumnKind::Texts | ColumnKind::LongTexts => list(value("string")),
            ColumnKind::Floats => list(value("float32")),
            ColumnKind::Numbers => list(value("int32")),
            ColumnKind::Image => image(),
            ColumnKind::Images => list(image()),
        };
        features.insert((*name).to_owned(), feature);
    }
    Value::Object(features)
}

#[cfg(test)]
mod tests {
    use parquet::basic::Compression;

    use super::*;

    #[test]
    fn compressed_tables_are_read() {
        let folder = std::env::temp_dir().join(format!("molshot-packed-{}", std::process::id()));
        let columns: [Column; 2] = [("id", ColumnKind::Text), ("image", ColumnKind::Image)];
        let bytes = |n: u8| vec![n; 5000];
        let mut sizes = Vec::new();
        let mut hashes = Vec::new();
        for compression in [
            Compression::UNCOMPRESSED,
            Compression::SNAPPY,
            Compression::GZIP(parquet::basic::GzipLevel::default()),
            Compression::ZSTD(parquet::basic::ZstdLevel::default()),
        ] {
            let path = folder.join("t.parquet");
            let mut table =
                TableWriter::create_compressed(&path, &columns, compression).expect("a file");
            for n in 0..40 {
                let image = ImageFile {
                    bytes: bytes(n),
                    path: format!("{n}.png"),
                };
                let row = vec![Cell::Text(format!("row {n}")), Cell::Image(image)];
                table.push(row).expect("the row can be written");
            }
            let digest = table.finish().expect("a table");
            sizes.push(digest.file.bytes);
            assert_eq!(
                hash_rows(&path, &columns).expect("a table"),
                digest.rows_sha256
            );
            hashes.push(digest.rows_sha256);
            let ids: Vec<String> = read_rows(&path)
                .expect("a table")
                .map(|row| row.expect("a row").text("id").expect("a text"))
                .collect();
            assert_eq!((ids.len(), ids[39].as_str()), (40, "row 39"));
            let pictures = ImageColumnReader::open(&path).expect("a table");
            assert_eq!(
                pictures.pictures(7, 2).expect("pictures"),
                [bytes(7), bytes(8)]
            );
        }
        assert!(
            sizes[1..].iter().all(|size| size * 5 < sizes[0]),
            "{sizes:?}"
        );
        assert!(hashes.iter().all(|hash| *hash == hashes[0]), "{hashes:?}");
        std::fs::remove_dir_all(folder).expect("the test made this folder");
    }

    #[test]
    fn written_rows_are_read_back() {
        let folder = std::env::temp_dir().join(format!("molshot-tables-{}", std::process::id()));
        let path = folder.join("t.parquet");
        let columns: [Column; 6] = [
            ("id", ColumnKind::Text),
            ("options", ColumnKind::Texts),
            ("x_px", ColumnKind::Floats),
            ("atom", ColumnKind::Numbers),
            ("image", ColumnKind::Image),
            ("images", ColumnKind::Images),
        ];
        let picture = |n: usize| ImageFile {
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
            table.push(row(n)).expect("the row can be written");
        }
        let finished = table.finish().expect("the row can be written");
        assert_eq!(
            crate::files::hash_file(&path).expect("a file"),
            finished.file
        );
        assert_eq!(finished.rows, 1200);
        assert_eq!(
            hash_rows(&path, &columns).expect("a table"),
            finished.rows_sha256
        );
        assert!(hash_rows(&path, &[("nothing", ColumnKind::Text)]).is_err());
        let mut count = 0;
        for (n, read) in read_rows(&path).expect("a table").enumerate() {
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
        // Selected columns.
        let ids: Vec<String> = read_columns(&path, &["id"])
            .expect("a table")
            .map(|row| row.expect("a row").text("id").expect("a text"))
            .collect();
        assert_eq!(ids[1199], "row 1199");
        // Pictures of any rows; the first row group ends after row 999.
        let file = ImageColumnReader::open(&path).expect("a table");
        for (row, count, found) in [
            (0, 1, 1),
            (7, 5, 5),
            (998, 16, 2),
            (1000, 3, 3),
            (1199, 9, 1),
        ] {
            let pictures = file.pictures(row, count).expect("pictures");
            let wanted: Vec<Vec<u8>> = (row..row + found).map(|n| picture(n).bytes).collect();
            assert_eq!(pictures, wanted, "row {row}");
        }
        assert!(file.pictures(1200, 1).is_err());
        std::fs::remove_dir_all(folder).expect("the test made this folder");
    }
}
