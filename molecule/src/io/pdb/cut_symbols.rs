//! Element symbols of a file that may be cut off.

use crate::Element;

/// An element of one letter in columns 77-78, and the symbol of two that the name begins with.
#[derive(Debug)]
pub(super) struct CutSymbol {
    pub(super) line: u32,
    pub(super) name: Element,
    /// The residue has the same name.
    pub(super) is_ion: bool,
    pub(super) is_halogen: bool,
}

/// Elements whose symbols may be cut off: all other names decide, which are known at the end.
#[derive(Debug, Default)]
pub(super) struct CutSymbols {
    pub(super) found: Vec<CutSymbol>,
    /// True once a name of an element of one letter began in column 13 without need.
    pub(super) left_justified: bool,
}
