//! Colours: text forms and the palettes of the colour schemes.

use std::fmt;
use std::str::FromStr;

use molshot_molecule::SecondaryStructureKind;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// An sRGB colour. Text form: `#RRGGBB`, `#RGB` or one of CSS's 16 basic names and `orange`, in any
/// case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgb(pub [u8; 3]);

/// CSS Color Module Level 4, section 6.1: the sixteen basic colours of HTML 4, `orange` of CSS 2.1,
/// and the other spellings of gray, aqua and fuchsia.
const NAMES: [(&str, u32); 20] = [
    ("aqua", 0x00_FF_FF),
    ("black", 0x00_00_00),
    ("blue", 0x00_00_FF),
    ("cyan", 0x00_FF_FF),
    ("fuchsia", 0xFF_00_FF),
    ("gray", 0x80_80_80),
    ("green", 0x00_80_00),
    ("grey", 0x80_80_80),
    ("lime", 0x00_FF_00),
    ("magenta", 0xFF_00_FF),
    ("maroon", 0x80_00_00),
    ("navy", 0x00_00_80),
    ("olive", 0x80_80_00),
    ("orange", 0xFF_A5_00),
    ("purple", 0x80_00_80),
    ("red", 0xFF_00_00),
    ("silver", 0xC0_C0_C0),
    ("teal", 0x00_80_80),
    ("white", 0xFF_FF_FF),
    ("yellow", 0xFF_FF_00),
];

/// The remedy of a text that is not a colour.
pub(crate) const COLOR_REMEDY: &str =
    "give #RRGGBB, #RGB or a basic CSS name such as white, black, red or gray";

impl Rgb {
    /// Black.
    pub const BLACK: Self = Self([0, 0, 0]);

    /// Colour of `0xRRGGBB`; higher bits are ignored.
    #[must_use]
    pub const fn from_hex(hex: u32) -> Self {
        Self([(hex >> 16) as u8, (hex >> 8) as u8, hex as u8])
    }

    /// With a fourth byte of 255.
    #[must_use]
    pub fn opaque(self) -> [u8; 4] {
        let [r, g, b] = self.0;
        [r, g, b, 255]
    }

    /// Mixes two colours channel by channel in sRGB; `share` 0 gives `self`, 1 gives `other`.
    fn mix(self, other: Self, share: f32) -> Self {
        let mut mixed = self.0;
        for (channel, end) in mixed.iter_mut().zip(other.0) {
            let value = f32::from(*channel) + (f32::from(end) - f32::from(*channel)) * share;
            *channel = value.round().clamp(0.0, 255.0) as u8;
        }
        Self(mixed)
    }
}

impl FromStr for Rgb {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("\"{}\" is not a colour; {COLOR_REMEDY}", shorten(text));
        let trimmed = text.trim();
        if let Some(digits) = trimmed.strip_prefix('#') {
            if !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                return Err(wrong());
            }
            let value = u32::from_str_radix(digits, 16).map_err(|_| wrong())?;
            return match digits.len() {
                6 => Ok(Self::from_hex(value)),
                3 => Ok(Self(
                    [value >> 8 & 15, value >> 4 & 15, value & 15].map(|n| (n * 17) as u8),
                )),
                _ => Err(wrong()),
            };
        }
        NAMES
            .iter()
            .find(|(name, _)| trimmed.eq_ignore_ascii_case(name))
            .map(|&(_, hex)| Self::from_hex(hex))
            .ok_or_else(wrong)
    }
}

/// The first 60 characters, for messages.
pub(crate) fn shorten(text: &str) -> String {
    let mut short: String = text.chars().take(60).collect();
    if short.len() < text.len() {
        short.push_str("...");
    }
    short
}

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b] = self.0;
        write!(f, "#{r:02x}{g:02x}{b:02x}")
    }
}

impl Serialize for Rgb {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rgb {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for Rgb {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Color".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "An sRGB colour: #RRGGBB, #RGB or a basic CSS colour name.",
            "examples": ["#bf99f2", "#fff", "white"]
        })
    }
}

/// Carbons of every first, third, fifth ... residue of a chain in MiSI-Bench's pictures
/// (`#BF99F2`).
pub const RESIDUE_PURPLE: Rgb = Rgb::from_hex(0xBF_99_F2);
/// Carbons of every second residue of a chain in MiSI-Bench's pictures (`#F2B366`).
pub const RESIDUE_ORANGE: Rgb = Rgb::from_hex(0xF2_B3_66);

/// Chain colours in order of the chains' first appearance, over and over: the palette of Okabe and
/// Ito, "Color Universal Design" (2008), which is safe for colour-blind viewers, without its black.
#[must_use]
pub fn chain_color(chain: usize) -> Rgb {
    const PALETTE: [u32; 7] = [
        0x56_B4_E9, 0xE6_9F_00, 0x00_9E_73, 0xF0_E4_42, 0x00_72_B2, 0xD5_5E_00, 0xCC_79_A7,
    ];
    Rgb::from_hex(PALETTE[chain % PALETTE.len()])
}

/// Colour of a residue by its name: amino acids by character as in `RasMol`'s "amino" scheme,
/// nucleotides by base as in its "shapely" one (`RasMol` 2.7 manual, "Colour Schemes"); everything
/// else tan.
#[must_use]
pub fn residue_color(name: &str) -> Rgb {
    let hex = match name.to_ascii_uppercase().as_str() {
        "ASP" | "GLU" | "ASH" | "GLH" => 0xE6_0A_0A,
        "CYS" | "CYX" | "CYM" | "MET" | "MSE" => 0xE6_E6_00,
        "LYS" | "LYN" | "ARG" => 0x14_5A_FF,
        "SER" | "THR" => 0xFA_96_00,
        "PHE" | "TYR" => 0x32_32_AA,
        "ASN" | "GLN" => 0x00_DC_DC,
        "GLY" => 0xEB_EB_EB,
        "LEU" | "VAL" | "ILE" => 0x0F_82_0F,
        "ALA" => 0xC8_C8_C8,
        "TRP" => 0xB4_5A_B4,
        "HIS" | "HID" | "HIE" | "HIP" => 0x82_82_D2,
        "PRO" => 0xDC_96_82,
        "A" | "DA" => 0xA0_A0_FF,
        "C" | "DC" => 0xFF_8C_4B,
        "G" | "DG" => 0xFF_70_70,
        "T" | "DT" => 0xA0_FF_A0,
        "U" | "DU" => 0xFF_80_80,
        _ => 0xBE_A0_6E,
    };
    Rgb::from_hex(hex)
}

/// Colour of a predicted structure's confidence (pLDDT, 0 to 100): the four bands and colours of
/// the `AlphaFold` Protein Structure Database (<https://alphafold.ebi.ac.uk>, Varadi et al.,
/// Nucleic Acids Res. 50 (2022) D439): very high above 90, high above 70, low above 50, else very
/// low.
#[must_use]
pub fn plddt_color(plddt: f32) -> Rgb {
    const BANDS: [(f32, u32); 3] = [(90.0, 0x00_53_D6), (70.0, 0x65_CB_F3), (50.0, 0xFF_DB_13)];
    let band = BANDS.iter().find(|(above, _)| plddt > *above);
    Rgb::from_hex(band.map_or(0xFF_7D_45, |(_, hex)| *hex))
}

/// Hydrophobicity of an amino acid by the name of its residue, -4.5 to 4.5: Kyte & Doolittle, J.
/// Mol. Biol. 157 (1982) 105. `None` for everything else.
#[must_use]
pub fn hydrophobicity(name: &str) -> Option<f32> {
    Some(match name.to_ascii_uppercase().as_str() {
        "ILE" => 4.5,
        "VAL" => 4.2,
        "LEU" => 3.8,
        "PHE" => 2.8,
        "CYS" | "CYX" | "CYM" => 2.5,
        "MET" | "MSE" => 1.9,
        "ALA" => 1.8,
        "GLY" => -0.4,
        "THR" => -0.7,
        "SER" => -0.8,
        "TRP" => -0.9,
        "TYR" => -1.3,
        "PRO" => -1.6,
        "HIS" | "HID" | "HIE" | "HIP" => -3.2,
        "GLU" | "GLH" | "GLN" | "ASP" | "ASH" | "ASN" => -3.5,
        "LYS" | "LYN" => -3.9,
        "ARG" => -4.5,
        _ => return None,
    })
}

/// Colour of a hydrophobicity of Kyte and Doolittle: dodger blue (-4.5) over white (0) to orange
/// red (4.5), the colours of `UCSF Chimera` for this scale.
#[must_use]
pub fn hydrophobicity_color(value: f32) -> Rgb {
    const POLAR: Rgb = Rgb::from_hex(0x1E_90_FF);
    const WHITE: Rgb = Rgb::from_hex(0xFF_FF_FF);
    const HYDROPHOBIC: Rgb = Rgb::from_hex(0xFF_45_00);
    let share = (value / 4.5).clamp(-1.0, 1.0);
    let end = if share < 0.0 { POLAR } else { HYDROPHOBIC };
    WHITE.mix(end, share.abs())
}

/// Colour of a residue by its secondary structure: Jmol's colours of protein structures
/// (<https://jmol.sourceforge.net/jscolors/>, "Protein secondary structure").
#[must_use]
pub fn secondary_structure_color(kind: SecondaryStructureKind) -> Rgb {
    Rgb::from_hex(match kind {
        SecondaryStructureKind::AlphaHelix | SecondaryStructureKind::OtherHelix => 0xFF_00_80,
        SecondaryStructureKind::Helix310 => 0xA0_00_80,
        SecondaryStructureKind::PiHelix => 0x60_00_80,
        SecondaryStructureKind::Strand => 0xFF_C8_00,
        SecondaryStructureKind::Turn => 0x60_80_FF,
        _ => 0xFF_FF_FF,
    })
}

/// Colour of DNA and RNA beside [`secondary_structure_color`], of the same source.
#[must_use]
pub fn nucleic_acid_color(is_dna: bool) -> Rgb {
    Rgb::from_hex(if is_dna { 0xAE_00_FE } else { 0xFD_01_62 })
}

/// Blue, cyan, green, yellow and red for `share` from 0 to 1 (clamped), linear in sRGB between:
/// `ChimeraX`'s palette `rainbow` from the start to the end of a chain (user guide, `rainbow`).
#[must_use]
pub fn rainbow_color(share: f32) -> Rgb {
    const STOPS: [Rgb; 5] = [
        Rgb([0, 0, 255]),
        Rgb([0, 255, 255]),
        Rgb([0, 255, 0]),
        Rgb([255, 255, 0]),
        Rgb([255, 0, 0]),
    ];
    let place = share.clamp(0.0, 1.0) * (STOPS.len() - 1) as f32;
    let before = (place.floor() as usize).min(STOPS.len() - 2);
    STOPS[before].mix(STOPS[before + 1], place - before as f32)
}

/// Blue over white to red for `share` from 0 to 1 (clamped; not a number counts as 0.5).
#[must_use]
pub fn blue_white_red(share: f32) -> Rgb {
    const BLUE: Rgb = Rgb::from_hex(0x00_00_FF);
    const WHITE: Rgb = Rgb::from_hex(0xFF_FF_FF);
    const RED: Rgb = Rgb::from_hex(0xFF_00_00);
    let share = if share.is_nan() {
        0.5
    } else {
        share.clamp(0.0, 1.0)
    };
    if share < 0.5 {
        BLUE.mix(WHITE, share * 2.0)
    } else {
        WHITE.mix(RED, share * 2.0 - 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Rgb, blue_white_red, chain_color, hydrophobicity, hydrophobicity_color, plddt_color,
        rainbow_color,
    };
    use proptest::prelude::{prop_assert_eq, proptest};

    #[test]
    fn text_forms() {
        assert_eq!("#F2b366".parse(), Ok(Rgb([0xF2, 0xB3, 0x66])));
        assert_eq!("#fa0".parse(), Ok(Rgb([0xFF, 0xAA, 0x00])));
        assert_eq!("White".parse(), Ok(Rgb([255; 3])));
        for wrong in [
            "",
            "#",
            "#12",
            "#12345",
            "#1234567",
            "#+12345",
            "#ggg",
            "reddish",
            "#\u{e9}\u{e9}",
        ] {
            let error = wrong.parse::<Rgb>().expect_err(wrong);
            assert!(error.contains("#RRGGBB"), "{error}");
        }
    }

    #[test]
    fn the_gradient_meets_its_three_colours() {
        assert_eq!(blue_white_red(0.0), Rgb([0, 0, 255]));
        assert_eq!(blue_white_red(0.5), Rgb([255; 3]));
        assert_eq!(blue_white_red(7.0), Rgb([255, 0, 0]));
        assert_eq!(blue_white_red(f32::NAN), Rgb([255; 3]));
    }

    #[test]
    fn confidences_have_the_bands_of_the_alphafold_database() {
        let colors = [100.0, 90.1, 90.0, 70.1, 70.0, 50.1, 50.0, 0.0].map(plddt_color);
        let [very_high, high, low, very_low] =
            [0x00_53_D6, 0x65_CB_F3, 0xFF_DB_13, 0xFF_7D_45].map(Rgb::from_hex);
        let bands = [
            very_high, very_high, high, high, low, low, very_low, very_low,
        ];
        assert_eq!(colors, bands);
    }

    #[test]
    fn hydrophobicities_go_from_blue_over_white_to_orange() {
        assert_eq!(hydrophobicity("arg"), Some(-4.5));
        assert_eq!(hydrophobicity("GTP"), None);
        assert_eq!(hydrophobicity_color(-4.5), Rgb([0x1E, 0x90, 0xFF]));
        assert_eq!(hydrophobicity_color(0.0), Rgb([255; 3]));
        assert_eq!(hydrophobicity_color(4.5), Rgb([0xFF, 0x45, 0]));
    }

    #[test]
    fn the_rainbow_goes_from_blue_to_red() {
        assert_eq!(rainbow_color(-1.0), Rgb([0, 0, 255]));
        assert_eq!(rainbow_color(0.125), Rgb([0, 128, 255]));
        assert_eq!(rainbow_color(0.5), Rgb([0, 255, 0]));
        assert_eq!(rainbow_color(1.0), Rgb([255, 0, 0]));
    }

    #[test]
    fn neighbouring_chains_differ() {
        for chain in 0..50 {
            assert_ne!(chain_color(chain), chain_color(chain + 1));
        }
    }

    proptest! {
        #[test]
        fn display_round_trips(bytes: [u8; 3]) {
            let color = Rgb(bytes);
            prop_assert_eq!(color.to_string().parse(), Ok(color));
        }

        #[test]
        fn no_text_panics(text: String) {
            let _ = text.parse::<Rgb>();
        }
    }
}
