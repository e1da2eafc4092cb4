//! Parts of the page: escaped texts, tables, and the template with its values.

use std::fmt::Write;

/// Escapes a text for content and quoted attributes of HTML.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Escapes JSON so that no text in it can end the `script` element that holds it.
pub(super) fn escape_json(json: &str) -> String {
    // These signs are only in strings of JSON.
    json.replace('&', "\\u0026")
        .replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

/// Fills the places `{{name}}` of a template in one pass, so that values with braces stay as they
/// are. Unknown names become empty.
pub(super) fn fill(template: &str, values: &[(&str, &str)]) -> String {
    let mut page = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        page.push_str(before);
        let Some((name, after)) = after.split_once("}}") else {
            break;
        };
        let value = values.iter().find(|(other, _)| *other == name);
        page.push_str(value.map_or("", |(_, value)| value));
        rest = after;
    }
    page.push_str(rest);
    page
}

/// A cell of a table.
#[derive(Debug, Clone, Default)]
pub(super) struct HtmlCell {
    /// Its content, in HTML.
    pub(super) html: String,
    /// Its classes.
    pub(super) class: String,
}

impl HtmlCell {
    /// Makes a cell with a text.
    pub(super) fn text(text: impl std::fmt::Display) -> Self {
        Self {
            html: escape(&text.to_string()),
            class: String::new(),
        }
    }

    /// Makes a cell with a number and a smaller line below it.
    pub(super) fn with_note(text: impl std::fmt::Display, note: &str) -> Self {
        Self {
            html: format!(
                "{}<small>{}</small>",
                escape(&text.to_string()),
                escape(note)
            ),
            class: String::new(),
        }
    }

    /// Returns the cell with a class more.
    pub(super) fn class(mut self, class: &str) -> Self {
        if !self.class.is_empty() {
            self.class.push(' ');
        }
        self.class.push_str(class);
        self
    }

    /// Shades the cell by a share from 0 to 1.
    pub(super) fn shade(self, share: f64) -> Self {
        let level = (share.clamp(0.0, 1.0) * 10.0).round();
        self.class(&format!("shade{level}"))
    }
}

/// A table with a heading for each row and column.
#[derive(Debug, Default)]
pub(super) struct HtmlTable {
    caption: String,
    /// What the first column names.
    corner: String,
    columns: Vec<String>,
    rows: Vec<(String, String, Vec<HtmlCell>)>,
}

impl HtmlTable {
    /// Begins a table; all texts are escaped.
    pub(super) fn new(caption: &str, corner: &str, columns: &[&str]) -> Self {
        Self {
            caption: escape(caption),
            corner: escape(corner),
            columns: columns.iter().map(|column| escape(column)).collect(),
            rows: Vec::new(),
        }
    }

    /// Adds a row of a class.
    pub(super) fn row(&mut self, class: &str, name: &str, cells: Vec<HtmlCell>) {
        self.rows.push((class.to_owned(), escape(name), cells));
    }

    /// Writes the table in a box that scrolls by itself where it is too wide.
    pub(super) fn html(&self) -> String {
        let mut html = format!(
            "<div class=\"scroll\" role=\"region\" aria-label=\"{0}\" tabindex=\"0\"><table><caption>{0}</caption><thead><tr>",
            self.caption
        );
        // Writing to a `String` cannot fail.
        if self.corner.is_empty() {
            html.push_str("<td></td>");
        } else {
            let _ = write!(html, "<th scope=\"col\">{}</th>", self.corner);
        }
        for column in &self.columns {
            let _ = write!(html, "<th scope=\"col\">{column}</th>");
        }
        html.push_str("</tr></thead><tbody>");
        for (class, name, cells) in &self.rows {
            let _ = write!(
                html,
                "<tr{}><th scope=\"row\">{name}</th>",
                attribute("class", class)
            );
            for cell in cells {
                let class = attribute("class", &cell.class);
                let _ = write!(html, "<td{class}>{}</td>", cell.html);
            }
            html.push_str("</tr>");
        }
        html.push_str("</tbody></table></div>\n");
        html
    }
}

fn attribute(name: &str, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    format!(" {name}=\"{}\"", escape(value))
}

/// Formats a count with its share of a total: `12 (40 %)`.
pub(super) fn count_and_share(count: usize, total: usize) -> String {
    if total == 0 {
        return count.to_string();
    }
    format!("{count} ({:.0} %)", share(count, total) * 100.0)
}

/// Returns a share, or 0 of an empty total.
pub(super) fn share(count: usize, total: usize) -> f64 {
    count as f64 / total.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_leave_their_place() {
        let text = "</script><script>\"x\" & 'y'";
        assert_eq!(
            escape(text),
            "&lt;/script&gt;&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39;"
        );
        let json = serde_json::json!({ "answer": text }).to_string();
        let escaped = escape_json(&json);
        assert!(!escaped.contains('<') && !escaped.contains('>') && !escaped.contains('&'));
        let back: serde_json::Value = serde_json::from_str(&escaped).expect("JSON");
        assert_eq!(back["answer"], text);
    }

    #[test]
    fn values_of_a_template_are_not_templates() {
        let values = [("a", "{{b}}"), ("b", "}} {{")];
        assert_eq!(fill("1{{a}}2{{b}}3{{c}}4", &values), "1{{b}}2}} {{34");
    }

    #[test]
    fn tables_have_headings_for_rows_and_columns() {
        let mut table = HtmlTable::new("A & B", "task", &["<x>"]);
        table.row("own", "T1", vec![HtmlCell::text("1 < 2").shade(0.55)]);
        let html = table.html();
        assert!(html.contains("<caption>A &amp; B</caption>"), "{html}");
        assert!(
            html.contains("<th scope=\"col\">&lt;x&gt;</th></tr>"),
            "{html}"
        );
        let row = "<tr class=\"own\"><th scope=\"row\">T1</th><td class=\"shade6\">1 &lt; 2</td>";
        assert!(html.contains(row), "{html}");
    }
}
