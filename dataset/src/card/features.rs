//! Columns as the metadata of data cards describe them, in the form that the library `datasets`
//! writes itself.

use std::fmt::{self, Write};

use crate::tables::{Column, ColumnKind};

/// The type of a column.
#[derive(Debug, Clone)]
pub(crate) enum Feature {
    /// A type of tables.
    Kind(ColumnKind),
    /// A whole number.
    Integer,
    /// Named values.
    Group(Vec<(&'static str, Feature)>),
    /// A list of named values.
    Groups(Vec<(&'static str, Feature)>),
}

/// Name and type of a column.
pub(crate) type NamedFeature = (String, Feature);

/// Returns the features of a table.
pub(crate) fn of_columns(columns: &[Column]) -> Vec<NamedFeature> {
    columns
        .iter()
        .map(|(name, kind)| ((*name).to_owned(), Feature::Kind(*kind)))
        .collect()
}

/// Writes columns, one list entry each.
pub(super) fn write<N: AsRef<str>>(
    out: &mut String,
    features: &[(N, Feature)],
    indent: &str,
) -> fmt::Result {
    let deeper = format!("{indent}  ");
    for (name, feature) in features {
        writeln!(out, "{indent}- name: {}", super::quoted(name.as_ref()))?;
        match feature {
            Feature::Kind(kind) => writeln!(out, "{deeper}{}", of_kind(*kind))?,
            Feature::Integer => writeln!(out, "{deeper}dtype: int64")?,
            Feature::Group(members) => {
                writeln!(out, "{deeper}struct:")?;
                write(out, members, &deeper)?;
            }
            Feature::Groups(members) => {
                writeln!(out, "{deeper}list:")?;
                write(out, members, &deeper)?;
            }
        }
    }
    Ok(())
}

fn of_kind(kind: ColumnKind) -> &'static str {
    match kind {
        ColumnKind::Text => "dtype: string",
        ColumnKind::Texts | ColumnKind::LongTexts => "sequence: string",
        ColumnKind::Floats => "sequence: float32",
        ColumnKind::Numbers => "sequence: int32",
        ColumnKind::Image => "dtype: image",
        ColumnKind::Images => "sequence: image",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nested_columns_are_indented() {
        let text = Feature::Kind(ColumnKind::Text);
        let images = Feature::Kind(ColumnKind::Images);
        let features = [
            ("index", Feature::Integer),
            ("json", Feature::Group(vec![("id", text.clone())])),
            ("messages", Feature::Groups(vec![("role", text)])),
            ("images", images),
        ];
        let mut written = String::new();
        write(&mut written, &features, "").expect("a text");
        let lines = [
            "- name: \"index\"",
            "  dtype: int64",
            "- name: \"json\"",
            "  struct:",
            "  - name: \"id\"",
            "    dtype: string",
            "- name: \"messages\"",
            "  list:",
            "  - name: \"role\"",
            "    dtype: string",
            "- name: \"images\"",
            "  sequence: image\n",
        ];
        assert_eq!(written, lines.join("\n"));
    }
}
