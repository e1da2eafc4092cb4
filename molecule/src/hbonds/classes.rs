//! Names of the classes of donors and acceptors, in the order in which a class claims an atom.

use std::fmt;

macro_rules! classes {
    ($(#[$about:meta])* $kind:ident; $($(#[$doc:meta])* $variant:ident $name:literal;)*) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $kind {
            $($(#[$doc])* $variant,)*
        }

        impl $kind {
            /// Returns the stable name of the class.
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
    };
}

classes! {
    /// Class of an acceptor: the row of the tables of Mills & Dean with its limits.
    AcceptorClass;
    /// First terminal oxygen of a phosphate with three.
    PhosphateEnd "phosphate_end";
    /// Terminal oxygen of a phosphate with two.
    Phosphate "phosphate";
    /// Carboxylate oxygen.
    Carboxylate "carboxylate";
    /// Sulfur of a thiocarbonyl group.
    Thiocarbonyl "thiocarbonyl";
    /// Carbonyl oxygen of a carboxylic acid.
    CarboxylicAcid "carboxylic_acid";
    /// Carbonyl oxygen of an amide.
    Amide "amide";
    /// Oxygen of a ketone or aldehyde.
    Ketone "ketone";
    /// Carbonyl oxygen of an ester.
    Ester "ester";
    /// Nitro oxygen.
    Nitro "nitro";
    /// Sulfone or sulfonamide oxygen.
    Sulfone "sulfone";
    /// Bridging oxygen of a phosphate.
    PhosphateBridge "phosphate_bridge";
    /// Oxygen of a phosphine oxide.
    PhosphineOxide "phosphine_oxide";
    /// Oxygen of a sulfoxide.
    Sulfoxide "sulfoxide";
    /// Primary amine.
    PrimaryAmine "primary_amine";
    /// Hydroxyl group other than phenol.
    Hydroxyl "hydroxyl";
    /// Bridging oxygen of a sulfate.
    SulfateBridge "sulfate_bridge";
    /// Tertiary amine.
    TertiaryAmine "tertiary_amine";
    /// Nitrile.
    Nitrile "nitrile";
    /// Secondary amine.
    SecondaryAmine "secondary_amine";
    /// Phenol.
    Phenol "phenol";
    /// Aniline.
    Aniline "aniline";
    /// Water.
    Water "water";
    /// Ether outside of rings.
    Ether "ether";
    /// Imine outside of rings.
    Imine "imine";
    /// Nitrogen of a six-membered ring with the same atoms on both sides.
    SixRingNitrogenSymmetric "six_ring_nitrogen_symmetric";
    /// Nitrogen of a five-membered ring with the same atoms on both sides.
    FiveRingNitrogenSymmetric "five_ring_nitrogen_symmetric";
    /// Nitrogen of a six-membered ring.
    SixRingNitrogen "six_ring_nitrogen";
    /// Nitrogen of a five-membered ring.
    FiveRingNitrogen "five_ring_nitrogen";
    /// Oxygen of a five-membered ring.
    FiveRingOxygen "five_ring_oxygen";
    /// None of these; the limits depend on the atom type.
    Generic "generic";
}

classes! {
    /// Class of a donor: the row of the tables of Mills & Dean with its limits.
    DonorClass;
    /// Carboxylic acid.
    CarboxylicAcid "carboxylic_acid";
    /// Primary amidine and enamine.
    PrimaryEnamine "primary_enamine";
    /// Terminal nitrogen of a guanidinium group.
    Guanidinium "guanidinium";
    /// Primary ammonium (lysine, the beginning of a chain).
    PrimaryAmmonium "primary_ammonium";
    /// Hydroxyl group on an sp3 atom.
    Hydroxyl "hydroxyl";
    /// Primary amide.
    PrimaryAmide "primary_amide";
    /// Aniline.
    Aniline "aniline";
    /// Phenol.
    Phenol "phenol";
    /// Primary amine.
    PrimaryAmine "primary_amine";
    /// Secondary enamine.
    SecondaryEnamine "secondary_enamine";
    /// Secondary ammonium.
    SecondaryAmmonium "secondary_ammonium";
    /// Water.
    Water "water";
    /// Secondary amide (the backbone).
    SecondaryAmide "secondary_amide";
    /// Tertiary ammonium.
    TertiaryAmmonium "tertiary_ammonium";
    /// Imine.
    Imine "imine";
    /// Secondary amine.
    SecondaryAmine "secondary_amine";
    /// Nitrogen of a five-membered ring.
    FiveRingNitrogen "five_ring_nitrogen";
    /// Nitrogen of an aromatic six-membered ring.
    SixRingNitrogen "six_ring_nitrogen";
    /// None of these; the limits depend on the element.
    Generic "generic";
}
