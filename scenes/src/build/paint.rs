//! The colour of every atom.

use molshot_molecule::{Element, PartRole, Residue, ResidueClass, Structure};

use crate::colors::{
    RESIDUE_ORANGE, RESIDUE_PURPLE, Rgb, blue_white_red, chain_color, residue_color,
};
use crate::request::ColorScheme;

/// One opaque sRGB colour an atom. `uniform` is the colour of that scheme; `styled` says which
/// atoms the style draws: the temperature factors' range is theirs.
pub(crate) fn atom_colors(
    structure: &Structure,
    scheme: ColorScheme,
    uniform: Option<Rgb>,
    styled: &[bool],
) -> Vec<[u8; 4]> {
    let atoms = structure.atoms();
    match scheme {
        ColorScheme::Element => atoms.element.iter().map(|e| element_color(*e)).collect(),
        ColorScheme::Uniform => {
            vec![uniform.unwrap_or(Rgb([255; 3])).opaque(); atoms.len()]
        }
        ColorScheme::Chain => by_residue(structure, |residue| chain_color(residue.chain as usize)),
        ColorScheme::Residue => by_residue(structure, |residue| residue_color(&residue.name)),
        ColorScheme::BFactor => by_b_factor(structure, styled),
        ColorScheme::AlternatingResidues => alternating(structure),
    }
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
