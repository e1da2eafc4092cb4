//! Kinds of contacts, and what takes part in them.

use std::fmt;

use serde::{Serialize, Serializer};

/// Defines an enum with one stable name per variant.
macro_rules! names {
    ($(#[$doc:meta])* $kind:ident; $($(#[$entry_doc:meta])* $variant:ident $name:literal;)*) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $kind {
            $($(#[$entry_doc])* $variant,)*
        }

        impl $kind {
            /// Every value, in order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Returns the stable name.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl Serialize for $kind {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }
    };
}

names! {
    /// Kind of a contact.
    ContactKind;
    /// Hydrogen bond, as [`crate::hbonds`] finds it.
    HydrogenBonds "hydrogen-bonds";
    /// Two groups of opposite charge.
    SaltBridges "salt-bridges";
    /// Two aromatic rings, face to face or edge to face.
    PiStacking "pi-stacking";
    /// An aromatic ring and a positive charge above or below it.
    PiCation "pi-cation";
    /// Carbon-bonded halogen and a nitrogen, oxygen or sulfur.
    HalogenBonds "halogen-bonds";
    /// Two carbons that are bonded to carbon and hydrogen only.
    HydrophobicContacts "hydrophobic-contacts";
    /// A donor and an acceptor that are joined by a water molecule.
    WaterBridges "water-bridges";
    /// A metal and an atom with a lone pair.
    MetalCoordination "metal-coordination";
}

impl ContactKind {
    /// Finds the kind of a name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.name() == name)
    }
}

names! {
    /// What one side of a contact is.
    ContactRole;
    /// Donor of a hydrogen bond, or of the hydrogen bond to a bridging water.
    Donor "donor";
    /// Acceptor of a hydrogen bond, a halogen bond, or of the hydrogen bond of a bridging water.
    Acceptor "acceptor";
    /// Positively charged group.
    Positive "positive";
    /// Negatively charged group.
    Negative "negative";
    /// Aromatic or planar ring.
    Ring "ring";
    /// Halogen of a halogen bond.
    Halogen "halogen";
    /// Hydrophobic carbon.
    Carbon "carbon";
    /// Metal.
    Metal "metal";
    /// Atom that coordinates a metal.
    Coordinating "coordinating";
}

names! {
    /// How two stacked rings are placed.
    Stacking;
    /// Face to face.
    Parallel "parallel";
    /// Edge to face.
    TShaped "t-shaped";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_name_and_no_other() {
        for kind in ContactKind::ALL {
            assert_eq!(ContactKind::from_name(kind.name()), Some(*kind));
        }
        assert_eq!(ContactKind::from_name("salt"), None);
        assert_eq!(Stacking::TShaped.to_string(), "t-shaped");
    }
}
