//! Tests of atom types.

mod against_templates;
mod molecules;
