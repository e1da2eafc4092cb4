//! A look at a JSON text before it is read: how deep it is nested and how much it holds. Reading
//! millions of values only to refuse them takes long; counting brackets and commas does not.

use axum::http::StatusCode;

use crate::error::Problem;

/// Bounds of a document.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// Most brackets that may be open at a time.
    pub(crate) depth: usize,
    /// Most values of a request; of a batch, of all but its items, and of each item.
    pub(crate) values: u64,
    /// Of a batch: most items.
    pub(crate) items: Option<u64>,
}

/// An array or object that is open.
struct Open {
    is_array: bool,
    /// Values before the one that is looked at.
    index: u64,
    /// Where the key of the value that is looked at stands, quotes included.
    key: (usize, usize),
    /// Whether the next text is a key.
    wants_key: bool,
}

struct Scan<'a> {
    text: &'a [u8],
    shape: Shape,
    open: Vec<Open>,
    /// Values since the start, or since the last item's start.
    values: u64,
    /// Values outside of items.
    outside: u64,
    /// Whether what is open at depth two is a batch's `items`.
    in_items: bool,
}

/// Refuses a text that is nested too deep or holds too much. What is no JSON may pass: whoever
/// reads it says so.
pub(crate) fn check(text: &[u8], shape: Shape) -> Result<(), Problem> {
    let mut scan = Scan {
        text,
        shape,
        open: Vec::with_capacity(shape.depth),
        values: 0,
        outside: 0,
        in_items: false,
    };
    let mut at = 0;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                let end = end_of_string(text, at);
                scan.string(at, end);
                at = end;
                continue;
            }
            b'[' | b'{' => scan.enter(*byte == b'[')?,
            b']' | b'}' => scan.leave(),
            b',' => scan.next_value()?,
            _ => {}
        }
        at += 1;
    }
    Ok(())
}

/// Where the text behind a string begins whose quote stands at `start`.
fn end_of_string(text: &[u8], start: usize) -> usize {
    let mut at = start + 1;
    while let Some(found) = memchr::memchr2(b'"', b'\\', &text[at..]) {
        at += found;
        if text[at] == b'"' {
            return at + 1;
        }
        // A backslash and what it stands before.
        at = (at + 2).min(text.len());
    }
    text.len()
}

impl Scan<'_> {
    fn string(&mut self, start: usize, end: usize) {
        if let Some(open) = self.open.last_mut()
            && open.wants_key
        {
            open.wants_key = false;
            open.key = (start, end);
        }
    }

    fn enter(&mut self, is_array: bool) -> Result<(), Problem> {
        if self.open.len() >= self.shape.depth {
            return Err(Problem::new(
                StatusCode::BAD_REQUEST,
                "document_too_deep",
                format!(
                    "the document is nested too deep; nest at most {} arrays and objects",
                    self.shape.depth
                ),
            )
            .at(self.place(1)));
        }
        if self.open.len() == 1 && self.shape.items.is_some() && is_array {
            self.in_items = self.key_of(0) == b"\"items\"";
            if self.in_items {
                self.outside = self.values;
                self.values = 0;
            }
        }
        self.open.push(Open {
            is_array,
            index: 0,
            key: (0, 0),
            wants_key: !is_array,
        });
        self.count()
    }

    fn leave(&mut self) {
        self.open.pop();
        if self.in_items && self.open.len() == 1 {
            self.in_items = false;
            self.values = self.outside;
        }
    }

    fn next_value(&mut self) -> Result<(), Problem> {
        let is_item = self.in_items && self.open.len() == 2;
        let Some(open) = self.open.last_mut() else {
            return Ok(());
        };
        open.index += 1;
        open.wants_key = !open.is_array;
        if !is_item {
            return self.count();
        }
        let most = self.shape.items.unwrap_or(u64::MAX);
        if open.index >= most {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "items_too_many",
                format!("these are too many items; send at most {most} a batch"),
            )
            .at("/items"));
        }
        self.values = 0;
        Ok(())
    }

    fn count(&mut self) -> Result<(), Problem> {
        self.values += 1;
        if self.values <= self.shape.values {
            return Ok(());
        }
        // The outermost list is what is too long, most of the time.
        let own = if self.in_items { 2 } else { 0 };
        let list = self.open.iter().skip(own).position(|open| open.is_array);
        let depth = list.map_or(self.open.len() - 1, |list| list + own);
        let pointer = self.place(depth);
        Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "values_too_many",
            format!(
                "{pointer}: the document holds too many values; give at most {} a request",
                self.shape.values
            ),
        )
        .at(pointer))
    }

    fn key_of(&self, depth: usize) -> &[u8] {
        let (start, end) = self.open[depth].key;
        &self.text[start..end]
    }

    /// JSON pointer to what is open at a depth: the document itself at none.
    fn place(&self, depth: usize) -> String {
        let mut pointer = String::new();
        for (number, open) in self.open.iter().take(depth).enumerate() {
            pointer.push('/');
            if open.is_array {
                pointer.push_str(&open.index.to_string());
                continue;
            }
            let key: Option<String> = serde_json::from_slice(self.key_of(number)).ok();
            let key: String = key.unwrap_or_default().chars().take(60).collect();
            pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
        }
        pointer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str, shape: Shape) -> Option<(&'static str, String)> {
        let problem = check(text.as_bytes(), shape).err()?;
        Some((problem.code, problem.pointer.unwrap_or_default()))
    }

    const SINGLE: Shape = Shape {
        depth: 5,
        values: 10,
        items: None,
    };
    const BATCH: Shape = Shape {
        items: Some(3),
        ..SINGLE
    };

    #[test]
    fn depth_is_bounded_and_brackets_in_texts_do_not_count() {
        assert_eq!(refusal("[[[[[]]]]]", SINGLE), None);
        assert_eq!(
            refusal(r#"{"a": "[[[[[[[[", "b\"[[[[[[[": "\\"}"#, SINGLE),
            None
        );
        assert_eq!(
            refusal(r#"{"a/b": [[[[[]]]]]}"#, SINGLE),
            Some(("document_too_deep", "/a~1b".into()))
        );
        assert_eq!(
            refusal(&"[".repeat(1 << 20), SINGLE).expect("deep").0,
            "document_too_deep"
        );
    }

    #[test]
    fn values_are_counted_and_the_list_is_named() {
        assert_eq!(refusal("[1,2,3,4,5,6,7,8,9,10]", SINGLE), None);
        assert_eq!(
            refusal("[1,2,3,4,5,6,7,8,9,10,11]", SINGLE),
            Some(("values_too_many", String::new()))
        );
        assert_eq!(
            refusal(
                r#"{"style": {"texts": [{"x": [1, 2]}, {}, {}, {}, {}, {}, {}]}}"#,
                SINGLE
            ),
            Some(("values_too_many", "/style/texts".into()))
        );
        assert_eq!(
            refusal(
                r#"{"a":1,"b":1,"c":1,"d":1,"e":1,"f":1,"g":1,"h":1,"i":1,"j":1,"k":1}"#,
                SINGLE
            ),
            Some(("values_too_many", String::new()))
        );
    }

    #[test]
    fn items_are_counted_each_by_itself() {
        let nine = "[0,0,0,0,0,0,0,0]";
        let items =
            |list: &str| format!(r#"{{"defaults": {{"x": 1}}, "items": [{list}], "masks": []}}"#);
        assert_eq!(refusal(&items(&[nine; 3].join(",")), BATCH), None);
        assert_eq!(
            refusal(&items("1,2,3,4"), BATCH),
            Some(("items_too_many", "/items".into()))
        );
        assert_eq!(
            refusal(&items("{},{\"a\":[0,0,0,0,0,0,0,0,0,0]}"), BATCH),
            Some(("values_too_many", "/items/1/a".into()))
        );
        let others = format!(r#"{{"items": [{nine}], "masks": [0,0,0,0,0,0,0,0,0,0,0]}}"#);
        assert_eq!(
            refusal(&others, BATCH),
            Some(("values_too_many", "/masks".into()))
        );
        // In a single request nothing is an item.
        assert_eq!(
            refusal(&items(&[nine; 3].join(",")), SINGLE),
            Some(("values_too_many", "/items".into()))
        );
    }

    #[test]
    fn what_is_no_json_ends_the_look_without_a_word() {
        for text in [
            "", "]]]", "\"", "\"\\", "{\"a", ",,,", "\\\"", "}{\"a\":", "\u{fffd}",
        ] {
            assert_eq!(refusal(text, BATCH), None, "{text}");
        }
    }
}
