//! Any text as a selection: an error, or an expression whose text parses to an equal one.
#![no_main]

use std::sync::{Arc, LazyLock};

use libfuzzer_sys::fuzz_target;
use molshot_molecule::{Selection, Structure};

static STRUCTURE: LazyLock<Arc<Structure>> = LazyLock::new(molshot_fuzz::small_structure);

fuzz_target!(|text: &str| {
    match Selection::parse(text) {
        Ok(selection) => {
            let chosen = selection.evaluate(&STRUCTURE);
            assert_eq!(chosen.len(), STRUCTURE.atoms().len());
            let shown = selection.to_string();
            let again = Selection::parse(&shown).expect("the display form is an expression");
            assert_eq!(again, selection, "{shown}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
