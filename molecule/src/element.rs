//! The periodic table as far as drawing and bonding need it.

/// A chemical element by atomic number; 0 stands for "unknown" (dummy atoms, `X`, `Du`, `LP`).
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

impl Element {
    /// Unknown element.
    pub const UNKNOWN: Self = Self(0);
    /// Hydrogen (deuterium and tritium too).
    pub const H: Self = Self(1);
    /// Carbon.
    pub const C: Self = Self(6);
    /// Nitrogen.
    pub const N: Self = Self(7);
    /// Oxygen.
    pub const O: Self = Self(8);
    /// Phosphorus.
    pub const P: Self = Self(15);
    /// Sulfur.
    pub const S: Self = Self(16);

    /// Element of an atomic number, 1 to 118.
    #[must_use]
    pub fn from_atomic_number(number: u8) -> Option<Self> {
        (1..=118).contains(&number).then_some(Self(number))
    }

    /// Element of a symbol in any case (`CL`, `Cl`, `cl`); `D` and `T` are hydrogen. No white space, no digits.
    #[must_use]
    pub fn from_symbol(symbol: &[u8]) -> Option<Self> {
        if symbol.eq_ignore_ascii_case(b"D") || symbol.eq_ignore_ascii_case(b"T") {
            return Some(Self::H);
        }
        if symbol.is_empty() || symbol.len() > 2 {
            return None;
        }
        (1..119_u8).map(Self).find(|element| {
            SYMBOLS[element.0 as usize]
                .as_bytes()
                .eq_ignore_ascii_case(symbol)
        })
    }

    /// Atomic number; 0 for an unknown element.
    #[must_use]
    pub fn atomic_number(self) -> u8 {
        self.0
    }

    /// Symbol in its usual case; `X` for an unknown element.
    #[must_use]
    pub fn symbol(self) -> &'static str {
        SYMBOLS[self.0 as usize]
    }
}
