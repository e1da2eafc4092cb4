//! The atom types and their geometry.

use std::fmt;

use crate::Element;

/// Number and arrangement of the sites around an atom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Geometry {
    /// One site (hydrogen).
    Single,
    /// Two sites, 180 degrees apart.
    Linear,
    /// Three sites in a plane, 120 degrees apart.
    Planar,
    /// Four sites, 109.5 degrees apart.
    Tetrahedral,
}

impl Geometry {
    /// Returns the number of sites: 1 to 4.
    #[must_use]
    pub fn site_count(self) -> usize {
        match self {
            Self::Single => 1,
            Self::Linear => 2,
            Self::Planar => 3,
            Self::Tetrahedral => 4,
        }
    }
}

/// Defines the enum and its tables from one list: variant, name, geometry, number of bonded atoms
/// in the usual protonation.
macro_rules! atom_types {
    ($($(#[$doc:meta])* $variant:ident $name:literal $geometry:ident $substituents:literal;)*) => {
        /// An atom type of IDATM (Meng & Lewis, J. Comput. Chem. 12 (1991) 891), with the
        /// additional types of `UCSF Chimera` and `ChimeraX` ("Atom Types" in their user guides).
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum AtomType {
            $($(#[$doc])* $variant,)*
            /// An element without different types (metals, halogens, boron, silicon), or an atom
            /// whose bonds do not fit any type.
            Untyped(Element),
        }

        impl AtomType {
            /// All types except [`Self::Untyped`].
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// Returns the name of the type in `ChimeraX`: `C3`, `Npl`, `O3-`, `Zn`.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Untyped(element) => element.symbol(),
                }
            }

            /// Returns the geometry of bonds and lone pairs; `None` for [`Self::Untyped`].
            #[must_use]
            pub fn geometry(self) -> Option<Geometry> {
                match self {
                    $(Self::$variant => Some(Geometry::$geometry),)*
                    Self::Untyped(_) => None,
                }
            }

            /// Returns the number of bonded atoms, including hydrogens, in the usual protonation; 0
            /// for [`Self::Untyped`].
            #[must_use]
            pub fn substituents(self) -> usize {
                match self {
                    $(Self::$variant => $substituents,)*
                    Self::Untyped(_) => 0,
                }
            }
        }
    };
}

atom_types! {
    /// sp3 carbon.
    C3 "C3" Tetrahedral 4;
    /// sp2 carbon.
    C2 "C2" Planar 3;
    /// Carbon of an aromatic ring.
    Car "Car" Planar 3;
    /// Carbon of a carboxylate.
    Cac "Cac" Planar 3;
    /// sp carbon.
    C1 "C1" Linear 2;
    /// Carbon of carbon monoxide.
    C1Minus "C1-" Linear 1;
    /// sp3 nitrogen with a positive charge.
    N3Plus "N3+" Tetrahedral 4;
    /// sp3 nitrogen, neutral.
    N3 "N3" Tetrahedral 3;
    /// Planar nitrogen whose lone pair is delocalised: amide, aniline, pyrrole.
    Npl "Npl" Planar 3;
    /// sp2 nitrogen with a double bond and a positive charge (pyridinium).
    N2Plus "N2+" Planar 3;
    /// sp2 nitrogen with a double bond, neutral.
    N2 "N2" Planar 2;
    /// Nitrogen of a nitro group.
    Ntr "Ntr" Planar 3;
    /// Nitrogen of a guanidinium or amidinium group.
    NgPlus "Ng+" Planar 3;
    /// sp nitrogen with two bonds and a positive charge.
    N1Plus "N1+" Linear 2;
    /// sp nitrogen with one bond (nitrile).
    N1 "N1" Linear 1;
    /// sp3 oxygen: hydroxyl, ether, water.
    O3 "O3" Tetrahedral 2;
    /// Terminal oxygen of a phosphate, sulfate or sulfone.
    O3Minus "O3-" Tetrahedral 1;
    /// Oxygen of an aromatic ring.
    Oar "Oar" Planar 2;
    /// Oxygen of an aromatic ring, with a positive charge (pyrylium).
    OarPlus "Oar+" Planar 2;
    /// sp2 oxygen: carbonyl.
    O2 "O2" Planar 1;
    /// Oxygen of a carboxylate or nitro group.
    O2Minus "O2-" Planar 1;
    /// sp oxygen (nitric oxide).
    O1 "O1" Linear 1;
    /// sp oxygen with a positive charge (carbon monoxide).
    O1Plus "O1+" Linear 1;
    /// Sulfur with three bonds and a positive charge (sulfonium).
    S3Plus "S3+" Tetrahedral 3;
    /// sp3 sulfur: thiol, thioether.
    S3 "S3" Tetrahedral 2;
    /// Thiophosphate sulfur, and sulfur that bridges metals.
    S3Minus "S3-" Tetrahedral 1;
    /// sp2 sulfur: thiocarbonyl.
    S2 "S2" Planar 1;
    /// Sulfur of an aromatic ring.
    Sar "Sar" Planar 2;
    /// Sulfur of a sulfate or sulfonate: three or more terminal oxygens.
    Sac "Sac" Tetrahedral 4;
    /// Sulfur of a sulfone or sulfonamide.
    Son "Son" Tetrahedral 4;
    /// Sulfur of a sulfoxide.
    Sxd "Sxd" Tetrahedral 3;
    /// Phosphorus of a phosphate: two or more terminal oxygens.
    Pac "Pac" Tetrahedral 4;
    /// Phosphorus of a phosphine oxide, phosphonate diester or similar group: one terminal oxygen.
    Pox "Pox" Tetrahedral 4;
    /// Phosphorus with four bonds and no terminal oxygen.
    P3Plus "P3+" Tetrahedral 4;
    /// Hydrogen on anything but carbon.
    H "H" Single 1;
    /// Hydrogen on carbon.
    HC "HC" Single 1;
    /// Deuterium on anything but carbon.
    D "D" Single 1;
    /// Deuterium on carbon.
    DC "DC" Single 1;
}

impl AtomType {
    /// Returns whether the atom is sp2: [`Geometry::Planar`].
    #[must_use]
    pub fn is_planar(self) -> bool {
        self.geometry() == Some(Geometry::Planar)
    }

    /// Returns whether the atom is sp3: [`Geometry::Tetrahedral`].
    #[must_use]
    pub fn is_tetrahedral(self) -> bool {
        self.geometry() == Some(Geometry::Tetrahedral)
    }
}

impl fmt::Display for AtomType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_bonds_fit_the_geometry() {
        for (i, kind) in AtomType::ALL.iter().enumerate() {
            assert!(
                AtomType::ALL[..i]
                    .iter()
                    .all(|other| other.name() != kind.name())
            );
            let places = kind
                .geometry()
                .expect("all listed types have one")
                .site_count();
            assert!((1..=places).contains(&kind.substituents()), "{kind}");
        }
        let zinc = AtomType::Untyped(Element::ZN);
        assert_eq!(
            (zinc.name(), zinc.geometry(), zinc.substituents()),
            ("Zn", None, 0)
        );
    }
}
