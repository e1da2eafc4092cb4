//! The periodic table: symbols, radii and colours.

/// A chemical element by atomic number; 0 is the unknown element (dummy atoms, `X`, `Du`, `LP`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Element(u8);

const SYMBOLS: [&str; 119] = [
    "X", "H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S",
    "Cl", "Ar", "K", "Ca", "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge",
    "As", "Se", "Br", "Kr", "Rb", "Sr", "Y", "Zr", "Nb", "Mo", "Tc", "Ru", "Rh", "Pd", "Ag", "Cd",
    "In", "Sn", "Sb", "Te", "I", "Xe", "Cs", "Ba", "La", "Ce", "Pr", "Nd", "Pm", "Sm", "Eu", "Gd",
    "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W", "Re", "Os", "Ir", "Pt", "Au", "Hg",
    "Tl", "Pb", "Bi", "Po", "At", "Rn", "Fr", "Ra", "Ac", "Th", "Pa", "U", "Np", "Pu", "Am", "Cm",
    "Bk", "Cf", "Es", "Fm", "Md", "No", "Lr", "Rf", "Db", "Sg", "Bh", "Hs", "Mt", "Ds", "Rg", "Cn",
    "Nh", "Fl", "Mc", "Lv", "Ts", "Og",
];

/// Bonding radii in angstrom: the set of the Cambridge Structural Database as Meng & Lewis, J.
/// Comput. Chem. 12 (1991) 891, use it together with a tolerance of 0.4 angstrom. Table and
/// tolerance belong together: newer radii (Cordero et al. 2008) are longer for light elements and
/// would need a smaller tolerance. 1.5 where the set has none.
const BOND_RADIUS_ANGSTROM: [f32; 119] = [
    1.5, 0.23, 1.5, 0.68, 0.35, 0.83, 0.68, 0.68, 0.68, 0.64, 1.5, 0.97, 1.1, 1.35, 1.2, 1.05,
    1.02, 0.99, 1.51, 1.33, 0.99, 1.44, 1.47, 1.33, 1.35, 1.35, 1.34, 1.33, 1.5, 1.52, 1.45, 1.22,
    1.17, 1.21, 1.22, 1.21, 1.5, 1.47, 1.12, 1.78, 1.56, 1.48, 1.47, 1.35, 1.4, 1.45, 1.5, 1.59,
    1.69, 1.63, 1.46, 1.46, 1.47, 1.4, 1.5, 1.67, 1.34, 1.87, 1.83, 1.82, 1.81, 1.8, 1.8, 1.99,
    1.79, 1.76, 1.75, 1.74, 1.73, 1.72, 1.94, 1.72, 1.57, 1.43, 1.37, 1.35, 1.37, 1.32, 1.5, 1.5,
    1.7, 1.55, 1.54, 1.54, 1.68, 1.5, 1.5, 1.5, 1.9, 1.88, 1.79, 1.61, 1.58, 1.55, 1.53, 1.51, 1.5,
    1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5,
    1.5, 1.5, 1.5,
];

/// Van der Waals radii in angstrom. H, C, N, O, P, S: the values for structures with explicit
/// hydrogens of Tsai et al., J. Mol. Biol. 290 (1999) 253, as `ChimeraX` uses them. Other main
/// group elements: Mantina et al., J. Phys. Chem. A 113 (2009) 5806. Transition metals,
/// lanthanides, actinides: Alvarez, Dalton Trans. 42 (2013) 8617. 2.0 where none of them has a
/// value.
const VDW_RADIUS_ANGSTROM: [f32; 119] = [
    2.0, 1.0, 1.4, 1.81, 1.53, 1.92, 1.7, 1.625, 1.5, 1.47, 1.54, 2.27, 1.73, 1.84, 2.1, 1.871,
    1.782, 1.75, 1.88, 2.75, 2.31, 2.58, 2.46, 2.42, 2.45, 2.45, 2.44, 2.4, 2.4, 2.38, 2.39, 1.87,
    2.11, 1.85, 1.9, 1.83, 2.02, 3.03, 2.49, 2.75, 2.52, 2.56, 2.45, 2.44, 2.46, 2.44, 2.15, 2.53,
    2.49, 1.93, 2.17, 2.06, 2.06, 1.98, 2.16, 3.43, 2.68, 2.98, 2.88, 2.92, 2.95, 2.0, 2.9, 2.87,
    2.83, 2.79, 2.87, 2.81, 2.83, 2.79, 2.8, 2.74, 2.63, 2.53, 2.57, 2.49, 2.48, 2.41, 2.29, 2.32,
    2.45, 1.96, 2.02, 2.07, 1.97, 2.02, 2.2, 3.48, 2.83, 2.8, 2.93, 2.88, 2.71, 2.82, 2.81, 2.83,
    3.05, 3.4, 3.05, 2.7, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0,
    2.0, 2.0, 2.0, 2.0, 2.0,
];

/// Colours of the Jmol table (<https://jmol.sourceforge.net/jscolors/>) as `0xRRGGBB`; a light grey
/// from Ds on and for unknown elements, which that table leaves out.
#[allow(
    clippy::unreadable_literal,
    reason = "six digits are how colours are written"
)]
const COLOR_RGB: [u32; 119] = [
    0xb4b4b4, 0xffffff, 0xd9ffff, 0xcc80ff, 0xc2ff00, 0xffb5b5, 0x909090, 0x3050f8, 0xff0d0d,
    0x90e050, 0xb3e3f5, 0xab5cf2, 0x8aff00, 0xbfa6a6, 0xf0c8a0, 0xff8000, 0xffff30, 0x1ff01f,
    0x80d1e3, 0x8f40d4, 0x3dff00, 0xe6e6e6, 0xbfc2c7, 0xa6a6ab, 0x8a99c7, 0x9c7ac7, 0xe06633,
    0xf090a0, 0x50d050, 0xc88033, 0x7d80b0, 0xc28f8f, 0x668f8f, 0xbd80e3, 0xffa100, 0xa62929,
    0x5cb8d1, 0x702eb0, 0x00ff00, 0x94ffff, 0x94e0e0, 0x73c2c9, 0x54b5b5, 0x3b9e9e, 0x248f8f,
    0x0a7d8c, 0x006985, 0xc0c0c0, 0xffd98f, 0xa67573, 0x668080, 0x9e63b5, 0xd47a00, 0x940094,
    0x429eb0, 0x57178f, 0x00c900, 0x70d4ff, 0xffffc7, 0xd9ffc7, 0xc7ffc7, 0xa3ffc7, 0x8fffc7,
    0x61ffc7, 0x45ffc7, 0x30ffc7, 0x1fffc7, 0x00ff9c, 0x00e675, 0x00d452, 0x00bf38, 0x00ab24,
    0x4dc2ff, 0x4da6ff, 0x2194d6, 0x267dab, 0x266696, 0x175487, 0xd0d0e0, 0xffd123, 0xb8b8d0,
    0xa6544d, 0x575961, 0x9e4fb5, 0xab5c00, 0x754f45, 0x428296, 0x420066, 0x007d00, 0x70abfa,
    0x00baff, 0x00a1ff, 0x008fff, 0x0080ff, 0x006bff, 0x545cf2, 0x785ce3, 0x8a4fe3, 0xa136d4,
    0xb31fd4, 0xb31fba, 0xb30da6, 0xbd0d87, 0xc70066, 0xcc0059, 0xd1004f, 0xd90045, 0xe00038,
    0xe6002e, 0xeb0026, 0xb4b4b4, 0xb4b4b4, 0xb4b4b4, 0xb4b4b4, 0xb4b4b4, 0xb4b4b4, 0xb4b4b4,
    0xb4b4b4, 0xb4b4b4,
];

/// Atomic number by symbol: `27 * first letter + second letter`, letters counted from 1 and 0 for
/// "no second letter". A table, because this is looked up once for every atom of a file.
const NUMBER_BY_LETTERS: [u8; 27 * 27] = {
    let mut table = [0; 27 * 27];
    let mut number = 1;
    while number < SYMBOLS.len() {
        let symbol = SYMBOLS[number].as_bytes();
        let first = (symbol[0] - b'A' + 1) as usize;
        let second = if symbol.len() > 1 {
            (symbol[1] - b'a' + 1) as usize
        } else {
            0
        };
        table[27 * first + second] = number as u8;
        number += 1;
    }
    // Deuterium and tritium.
    table[27 * 4] = 1;
    table[27 * 20] = 1;
    table
};

/// Returns 1 to 26 for a letter in any case, 0 for anything else.
fn letter_rank(byte: u8) -> usize {
    if byte.is_ascii_alphabetic() {
        usize::from(byte.to_ascii_uppercase() - b'A' + 1)
    } else {
        0
    }
}

impl Element {
    /// Unknown element.
    pub const UNKNOWN: Self = Self(0);
    /// Hydrogen (deuterium and tritium too).
    pub const H: Self = Self(1);
    /// Boron.
    pub const B: Self = Self(5);
    /// Carbon.
    pub const C: Self = Self(6);
    /// Nitrogen.
    pub const N: Self = Self(7);
    /// Oxygen.
    pub const O: Self = Self(8);
    /// Fluorine.
    pub const F: Self = Self(9);
    /// Sodium.
    pub const NA: Self = Self(11);
    /// Magnesium.
    pub const MG: Self = Self(12);
    /// Silicon.
    pub const SI: Self = Self(14);
    /// Phosphorus.
    pub const P: Self = Self(15);
    /// Sulfur.
    pub const S: Self = Self(16);
    /// Chlorine.
    pub const CL: Self = Self(17);
    /// Potassium.
    pub const K: Self = Self(19);
    /// Calcium.
    pub const CA: Self = Self(20);
    /// Manganese.
    pub const MN: Self = Self(25);
    /// Iron.
    pub const FE: Self = Self(26);
    /// Cobalt.
    pub const CO: Self = Self(27);
    /// Nickel.
    pub const NI: Self = Self(28);
    /// Copper.
    pub const CU: Self = Self(29);
    /// Zinc.
    pub const ZN: Self = Self(30);
    /// Arsenic.
    pub const AS: Self = Self(33);
    /// Selenium.
    pub const SE: Self = Self(34);
    /// Bromine.
    pub const BR: Self = Self(35);
    /// Cadmium.
    pub const CD: Self = Self(48);
    /// Iodine.
    pub const I: Self = Self(53);
    /// Mercury.
    pub const HG: Self = Self(80);

    /// Returns the element of an atomic number, 1 to 118.
    #[must_use]
    pub fn from_atomic_number(number: u8) -> Option<Self> {
        (1..=118).contains(&number).then_some(Self(number))
    }

    /// Returns the element of a symbol in any case (`CL`, `Cl`, `cl`), without white space and
    /// digits. `D` and `T` are hydrogen.
    #[must_use]
    pub fn from_symbol(symbol: &[u8]) -> Option<Self> {
        let index = match *symbol {
            [first] => 27 * letter_rank(first),
            // A second byte that is not a letter makes the symbol invalid.
            [first, second] if second.is_ascii_alphabetic() => {
                27 * letter_rank(first) + letter_rank(second)
            }
            _ => return None,
        };
        // An invalid first letter has rank 0, and the first row of the table is empty.
        match NUMBER_BY_LETTERS[index] {
            0 => None,
            number => Some(Self(number)),
        }
    }

    /// Returns the atomic number; 0 for the unknown element.
    #[must_use]
    pub fn atomic_number(self) -> u8 {
        self.0
    }

    /// Returns the symbol in its usual case; `X` for the unknown element.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        SYMBOLS[self.0 as usize]
    }

    /// Returns the van der Waals radius in angstrom: 1.0 (hydrogen) to 3.48 (francium); 2.0 if no
    /// source gives one.
    ///
    /// Tsai et al. 1999 (H, C, N, O, P, S), Mantina et al. 2009 (main groups), Alvarez 2013 (the
    /// rest).
    #[must_use]
    pub fn vdw_radius_angstrom(self) -> f32 {
        VDW_RADIUS_ANGSTROM[self.0 as usize]
    }

    /// Returns the covalent radius in angstrom.
    ///
    /// Two atoms of one residue are bonded if their distance is at most the sum of their radii +
    /// 0.4.
    ///
    /// Values of the Cambridge Structural Database, from Meng & Lewis 1991; 1.5 if it has none.
    #[must_use]
    pub fn covalent_radius_angstrom(self) -> f32 {
        BOND_RADIUS_ANGSTROM[self.0 as usize]
    }

    /// Returns the colour of the element in the Jmol table: red, green, blue (sRGB).
    #[must_use]
    pub fn color_rgb(self) -> [u8; 3] {
        let [_, red, green, blue] = COLOR_RGB[self.0 as usize].to_be_bytes();
        [red, green, blue]
    }

    /// Returns true for metals. Metalloids (B, Si, Ge, As, Sb, Te) and At are non-metals, Po is a
    /// metal; false for the unknown element and elements beyond Rf (104), whose chemistry is not
    /// known.
    #[must_use]
    pub fn is_metal(self) -> bool {
        matches!(self.0, 3..=4 | 11..=13 | 19..=31 | 37..=50 | 55..=84 | 87..=104)
    }

    /// Returns true for fluorine, chlorine, bromine, iodine and astatine.
    #[must_use]
    pub fn is_halogen(self) -> bool {
        matches!(self.0, 9 | 17 | 35 | 53 | 85)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_symbol_leads_back_to_its_element_in_any_case() {
        for number in 1..=118 {
            let element = Element::from_atomic_number(number).expect("in range");
            let symbol = element.symbol();
            for spelling in [
                symbol.to_owned(),
                symbol.to_uppercase(),
                symbol.to_lowercase(),
            ] {
                assert_eq!(Element::from_symbol(spelling.as_bytes()), Some(element));
            }
        }
    }

    #[test]
    fn what_is_no_symbol_is_refused() {
        for text in [
            "", "X", "Du", "C1", "1C", "C ", " C", "Cl1", "LP", "C*", "@", "[", "`", "{",
        ] {
            assert_eq!(Element::from_symbol(text.as_bytes()), None, "{text:?}");
        }
        for first in 0..=255 {
            for second in 0..=255 {
                if let Some(element) = Element::from_symbol(&[first, second]) {
                    assert!(
                        element
                            .symbol()
                            .as_bytes()
                            .eq_ignore_ascii_case(&[first, second])
                    );
                }
            }
        }
        assert_eq!(Element::from_symbol(b"d"), Some(Element::H));
        assert_eq!(Element::from_symbol(b"T"), Some(Element::H));
    }

    #[test]
    fn constants_carry_the_right_symbol() {
        let pairs = [
            (Element::H, "H"),
            (Element::B, "B"),
            (Element::C, "C"),
            (Element::N, "N"),
            (Element::O, "O"),
            (Element::F, "F"),
            (Element::NA, "Na"),
            (Element::MG, "Mg"),
            (Element::SI, "Si"),
            (Element::P, "P"),
            (Element::S, "S"),
            (Element::CL, "Cl"),
            (Element::K, "K"),
            (Element::CA, "Ca"),
            (Element::MN, "Mn"),
            (Element::FE, "Fe"),
            (Element::CO, "Co"),
            (Element::NI, "Ni"),
            (Element::CU, "Cu"),
            (Element::ZN, "Zn"),
            (Element::AS, "As"),
            (Element::SE, "Se"),
            (Element::BR, "Br"),
            (Element::CD, "Cd"),
            (Element::I, "I"),
            (Element::HG, "Hg"),
        ];
        for (element, symbol) in pairs {
            assert_eq!(element.symbol(), symbol);
        }
    }

    #[test]
    fn radii_and_colours_of_well_known_elements() {
        assert!((Element::C.covalent_radius_angstrom() - 0.68).abs() < 1e-6);
        assert!((Element::I.covalent_radius_angstrom() - 1.40).abs() < 1e-6);
        assert!((Element::ZN.covalent_radius_angstrom() - 1.45).abs() < 1e-6);
        assert!((Element::S.vdw_radius_angstrom() - 1.782).abs() < 1e-6);
        assert!((Element::BR.vdw_radius_angstrom() - 1.83).abs() < 1e-6);
        assert_eq!(Element::O.color_rgb(), [0xFF, 0x0D, 0x0D]);
        assert_eq!(Element::FE.color_rgb(), [0xE0, 0x66, 0x33]);
        assert_eq!(
            Element::from_symbol(b"Mt").map(Element::color_rgb),
            Some([0xEB, 0x00, 0x26])
        );
        for number in 0..=118 {
            let radius = Element(number).vdw_radius_angstrom();
            assert!((1.0..3.5).contains(&radius));
            assert!(Element(number).covalent_radius_angstrom() < radius + 0.3);
        }
    }

    #[test]
    fn metals_are_told_from_the_rest() {
        for symbol in [
            "Li", "Na", "Mg", "Al", "K", "Ca", "Fe", "Zn", "Cd", "Sn", "La", "Pt", "Hg", "Pb", "U",
        ] {
            assert!(
                Element::from_symbol(symbol.as_bytes()).is_some_and(Element::is_metal),
                "{symbol}"
            );
        }
        for symbol in [
            "H", "He", "B", "C", "N", "O", "Si", "P", "S", "Cl", "As", "Se", "Te", "I", "Xe", "Rn",
        ] {
            assert!(
                Element::from_symbol(symbol.as_bytes()).is_some_and(|e| !e.is_metal()),
                "{symbol}"
            );
        }
        assert!(!Element::UNKNOWN.is_metal());
    }
}
