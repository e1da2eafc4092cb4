//! The colour of every atom.

use molshot_molecule::{
    CancelToken, Cancelled, Element, PartRole, Residue, ResidueClass, SecondaryStructure,
    SecondaryStructureChoice, Structure,
};

use crate::colors::{
    RESIDUE_ORANGE, RESIDUE_PURPLE, Rgb, blue_white_red, hydrophobicity, hydrophobicity_color,
    nucleic_acid_color, plddt_color, rainbow_color, residue_color, secondary_structure_color,
};
use crate::error::SceneError;
use crate::request::{ColorScheme, StyleRequest};

/// Largest confidence of a predicted structure.
const LARGEST_PLDDT: f32 = 100.0;

/// One opaque sRGB colour an atom. The colour of `uniform` and the palette are the style's;
/// `styled` says which atoms the style draws: the temperature factors' range is theirs.
///
/// # Errors
/// [`SceneError::Invalid`] if the scheme is `plddt` and the atoms have no such values, and
/// [`SceneError::Cancelled`].
pub(crate) fn atom_colors(
    structure: &Structure,
    scheme: ColorScheme,
    style: &StyleRequest,
    styled: &[bool],
    cancel: &CancelToken,
) -> Result<Vec<[u8; 4]>, SceneError> {
    let atoms = structure.atoms();
    let in_turn = |number: u32| style.color_in_turn(number);
    Ok(match scheme {
        ColorScheme::Element => atoms.element.iter().map(|e| element_color(*e)).collect(),
        ColorScheme::Uniform => {
            vec![style.color.unwrap_or(Rgb([255; 3])).opaque(); atoms.len()]
        }
        ColorScheme::Chain => by_residue(structure, |residue| in_turn(residue.chain)),
        ColorScheme::Copy => by_residue(structure, |residue| {
            let copy = structure.chains()[residue.chain as usize].copy;
            in_turn(copy.saturating_sub(1))
        }),
        ColorScheme::Model => by_residue(structure, |residue| {
            in_turn(structure.chains()[residue.chain as usize].part)
        }),
        ColorScheme::Residue => by_residue(structure, |residue| residue_color(&residue.name)),
        ColorScheme::BFactor => by_b_factor(structure, styled),
        ColorScheme::Plddt => {
            check_plddt(structure, styled)?;
            let values = atoms.b_factor.iter();
            values.map(|value| plddt_color(*value).opaque()).collect()
        }
        ColorScheme::Hydrophobicity => by_hydrophobicity(structure),
        ColorScheme::SecondaryStructure => {
            let choice = style.secondary_structure.choice();
            by_secondary_structure(structure, choice, cancel)?
        }
        ColorScheme::Rainbow => rainbow(structure),
        ColorScheme::AlternatingResidues => alternating(structure),
    })
}

/// Refuses values that cannot be confidences: outside of 0 to 100, or all at most 1, as in files
/// without the column and in those with fractions.
fn check_plddt(structure: &Structure, styled: &[bool]) -> Result<(), SceneError> {
    let atoms = structure.atoms();
    let drawn = || {
        let values = atoms.b_factor.iter().zip(styled).enumerate();
        values.filter(|(_, (_, styled))| **styled)
    };
    let refused = |problem: String| {
        let remedy = "give a predicted structure with pLDDT (0 to 100) in the column of temperature factors, or use b-factor";
        Err(SceneError::invalid("/style/colors", problem, remedy.into()))
    };
    let is_sound = |value: f32| (0.0..=LARGEST_PLDDT).contains(&value);
    if let Some((atom, (value, _))) = drawn().find(|(_, (value, _))| !is_sound(**value)) {
        let residue = structure.residue_of(atom as u32);
        return refused(format!(
            "the temperature factor {value} of {} {} {} is not a pLDDT",
            residue.name, residue.number, atoms.name[atom]
        ));
    }
    if drawn().all(|(_, (value, _))| *value <= 1.0) {
        return refused("no drawn atom has a pLDDT above 1".into());
    }
    Ok(())
}

fn by_hydrophobicity(structure: &Structure) -> Vec<[u8; 4]> {
    let residues = structure.residues().iter();
    let colors = residues.map(|residue| hydrophobicity(&residue.name).map(hydrophobicity_color));
    by_residue_or_element(structure, colors)
}

fn by_secondary_structure(
    structure: &Structure,
    choice: SecondaryStructureChoice,
    cancel: &CancelToken,
) -> Result<Vec<[u8; 4]>, Cancelled> {
    let found = SecondaryStructure::of_cancellable(structure, choice, cancel)?;
    let residues = std::iter::zip(structure.residues(), found.kinds());
    let colors = residues.map(|(residue, kind)| match residue.class {
        ResidueClass::AminoAcid => Some(secondary_structure_color(*kind)),
        ResidueClass::Nucleotide => Some(nucleic_acid_color(is_dna(structure, residue))),
        _ => None,
    });
    Ok(by_residue_or_element(structure, colors))
}

/// Nucleotides of DNA lack the oxygen O2'.
fn is_dna(structure: &Structure, residue: &Residue) -> bool {
    let mut names = residue.atoms.clone();
    !names.any(|atom| matches!(&*structure.atoms().name[atom as usize], "O2'" | "O2*"))
}

/// By the place among the chain's residues of polymers.
fn rainbow(structure: &Structure) -> Vec<[u8; 4]> {
    let residues = structure.residues();
    let mut counts = vec![0_u32; structure.chains().len()];
    let places: Vec<Option<u32>> = residues
        .iter()
        .map(|residue| {
            let count = &mut counts[residue.chain as usize];
            residue.class.is_polymer().then(|| {
                *count += 1;
                *count - 1
            })
        })
        .collect();
    let colors = std::iter::zip(residues, places).map(|(residue, place)| {
        let last = counts[residue.chain as usize].saturating_sub(1).max(1);
        Some(rainbow_color(place? as f32 / last as f32))
    });
    by_residue_or_element(structure, colors)
}

/// The colour of each residue; atoms of residues without one have that of their element.
fn by_residue_or_element(
    structure: &Structure,
    colors: impl Iterator<Item = Option<Rgb>>,
) -> Vec<[u8; 4]> {
    let of_residue: Vec<Option<Rgb>> = colors.collect();
    let atoms = structure.atoms();
    std::iter::zip(&atoms.element, &atoms.residue)
        .map(|(element, residue)| {
            of_residue[*residue as usize].map_or_else(|| element_color(*element), Rgb::opaque)
        })
        .collect()
}

fn element_color(element: Element) -> [u8; 4] {
    Rgb(element.color_rgb()).opaque()
}

fn by_residue(structure: &Structure, color: impl Fn(&Residue) -> Rgb) -> Vec<[u8; 4]> {
    let of_residue: Vec<[u8; 4]> = structure
        .residues()
        .iter()
        .map(|residue| color(residue).opaque())
        .collect();
    structure
        .atoms()
        .residue
        .iter()
        .map(|residue| of_residue[*residue as usize])
        .collect()
}

fn by_b_factor(structure: &Structure, styled: &[bool]) -> Vec<[u8; 4]> {
    let b_factors = &structure.atoms().b_factor;
    let (lowest, highest) = b_factors
        .iter()
        .zip(styled)
        .filter(|(b, styled)| **styled && b.is_finite())
        .fold((f32::INFINITY, f32::NEG_INFINITY), |(low, high), (b, _)| {
            (low.min(*b), high.max(*b))
        });
    // Halves, because the difference of two finite numbers need not be finite.
    let range = highest * 0.5 - lowest * 0.5;
    b_factors
        .iter()
        .map(|b| {
            // Without a range every atom is at its middle: 0 / 0 is not a number, which the
            // gradient takes so.
            blue_white_red((b * 0.5 - lowest * 0.5) / range).opaque()
        })
        .collect()
}

/// MiSI-Bench's colours. In each file the residues are counted in file order, through chains and
/// over gaps, water left out; carbons of the first, third ... are purple, those of the second,
/// fourth ... orange. In a pocket file every residue counts; in any other the polymer's residues
/// do, and the rest keeps its elements' colours, which make carbon gray. So do ligand files.
fn alternating(structure: &Structure) -> Vec<[u8; 4]> {
    let residues = structure.residues();
    let mut carbon: Vec<Option<Rgb>> = vec![None; residues.len()];
    for part in structure.parts() {
        let mut count = 0_usize;
        for index in part.residues.start as usize..part.residues.end as usize {
            let counts = match part.role {
                PartRole::Pocket => residues[index].class != ResidueClass::Water,
                PartRole::Ligand => false,
                _ => residues[index].class.is_polymer(),
            };
            if counts {
                carbon[index] = Some(if count.is_multiple_of(2) {
                    RESIDUE_PURPLE
                } else {
                    RESIDUE_ORANGE
                });
                count += 1;
            }
        }
    }
    let atoms = structure.atoms();
    atoms
        .element
        .iter()
        .zip(&atoms.residue)
        .map(|(element, residue)| match carbon[*residue as usize] {
            Some(color) if *element == Element::C => color.opaque(),
            _ => element_color(*element),
        })
        .collect()
}
