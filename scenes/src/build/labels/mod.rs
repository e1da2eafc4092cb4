//! Structure and style to labels: which atoms, residues and points have one, and what it says.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use glam::DVec3;
use molshot_molecule::{CancelToken, PartRole, Residue, ResidueClass, Structure};
use smol_str::SmolStr;

use crate::error::SceneError;
use crate::labels::{
    ATOM_GAP_ANGSTROM, ATOM_LIFT_ANGSTROM, LABEL_SIZE_ANGSTROM, Label, LabelSize, LabelSubject,
    Labels, MAX_AUTO_RESIDUES, Outline,
};
use crate::pseudobonds::{self, Dashed, PSEUDOBOND_RADIUS_ANGSTROM};
use crate::request::{LabelContent, Preset, StyleRequest, TextRequest};

/// What labels are made from, beside the style.
pub(crate) struct Drawn<'a> {
    /// Structure.
    pub(crate) structure: &'a Structure,
    /// Which atoms are drawn.
    pub(crate) shown: &'a [bool],
    /// Radius of every atom's ball, angstrom.
    pub(crate) ball_radius_angstrom: &'a [f32],
    /// Pseudobonds whose dashes are drawn.
    pub(crate) pseudobonds: &'a [Dashed],
    /// The background's sRGB colour.
    pub(crate) background: [u8; 3],
}

/// Which labels a word asks for.
#[allow(
    clippy::struct_excessive_bools,
    reason = "four kinds of labels, each wanted or not"
)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wanted {
    /// Of residues other than ligands.
    residues: bool,
    /// Of ligands as a whole.
    ligands: bool,
    /// Of the ligands' atoms.
    ligand_atoms: bool,
    /// Of the other residues' atoms.
    residue_atoms: bool,
}

/// The labels of a style.
///
/// # Errors
/// [`SceneError::Selection`] when the place of a text cannot be understood, [`SceneError::Empty`]
/// when it matches no atom.
pub(crate) fn labels(
    drawn: &Drawn<'_>,
    style: &StyleRequest,
    cancel: &CancelToken,
) -> Result<Labels, SceneError> {
    let wanted = wanted(drawn, style);
    let look = &style.label_style;
    let color = look
        .color
        .map_or_else(|| contrast(drawn.background), |color| color.0);
    let template = Label {
        text: SmolStr::default(),
        subject: LabelSubject::Text(0),
        anchor_angstrom: [0.0; 3],
        offset_angstrom: [0.0; 3],
        alignment: look.alignment,
        size: match (look.size_px, look.size_angstrom) {
            (Some(size_px), _) => LabelSize::Pixels(size_px as f32),
            (None, size) => LabelSize::Angstrom(size.unwrap_or(LABEL_SIZE_ANGSTROM) as f32),
        },
        color,
    };
    let mut writer = Writer {
        drawn,
        template,
        offset: look
            .offset_angstrom
            .map(|offset| offset.map(|part| part as f32)),
        chains: look.chains,
        list: Vec::new(),
    };
    let structure = drawn.structure;
    for part in structure.parts() {
        for index in part.residues.clone() {
            let residue = &structure.residues()[index as usize];
            let (whole, atoms) = if is_ligand(part.role, residue.class) {
                (wanted.ligands, wanted.ligand_atoms)
            } else {
                (wanted.residues, wanted.residue_atoms)
            };
            if whole {
                writer.residue(index, residue);
            }
            if atoms {
                for atom in residue.atoms.clone() {
                    writer.atom(atom);
                }
            }
        }
    }
    if let Some(decimals) = style.pseudobond_distances {
        writer.distances(decimals);
    }
    for (index, text) in style.texts.iter().enumerate() {
        writer.text(index, text, cancel)?;
    }
    Ok(Labels {
        list: writer.list,
        outline: (look.outline_px > 0.0).then(|| Outline {
            width_px: look.outline_px as f32,
            color: contrast(color),
        }),
        on_top: look.on_top,
        declutter: look.declutter,
    })
}

/// Whether a residue is labelled atom by atom: ligand files are, pocket files are not, and
/// elsewhere its class decides.
fn is_ligand(role: PartRole, class: ResidueClass) -> bool {
    match role {
        PartRole::Ligand => true,
        PartRole::Pocket => false,
        _ => class == ResidueClass::Ligand,
    }
}

fn wanted(drawn: &Drawn<'_>, style: &StyleRequest) -> Wanted {
    let [residues, ligands, ligand_atoms, residue_atoms] = match style.labels {
        LabelContent::Auto if style.preset == Preset::MisiResidue => [false, false, true, true],
        LabelContent::Auto if style.preset.is_misi() && few_residues(drawn) => {
            [true, false, true, false]
        }
        LabelContent::Auto | LabelContent::None => [false; 4],
        LabelContent::Residues => [true, true, false, false],
        LabelContent::LigandAtoms => [false, false, true, false],
        LabelContent::ResiduesAndLigandAtoms => [true, false, true, false],
        LabelContent::Atoms => [false, false, true, true],
    };
    Wanted {
        residues,
        ligands,
        ligand_atoms,
        residue_atoms,
    }
}

/// Whether no more than [`MAX_AUTO_RESIDUES`] residues are drawn.
fn few_residues(drawn: &Drawn<'_>) -> bool {
    let residues = drawn.structure.residues().iter();
    let shown = residues.filter(|residue| drawn.shows(residue));
    shown.take(MAX_AUTO_RESIDUES + 1).count() <= MAX_AUTO_RESIDUES
}

impl Drawn<'_> {
    /// Whether any atom of a residue is drawn.
    fn shows(&self, residue: &Residue) -> bool {
        let atoms = residue.atoms.start as usize..residue.atoms.end as usize;
        self.shown[atoms].contains(&true)
    }
}

/// Puts labels on a list.
struct Writer<'a> {
    drawn: &'a Drawn<'a>,
    /// What all labels have in common.
    template: Label,
    /// The style's own offset, in place of the subject's usual one.
    offset: Option<[f32; 3]>,
    /// Name the chains of residues.
    chains: bool,
    list: Vec<Label>,
}

impl Writer<'_> {
    fn push(
        &mut self,
        text: SmolStr,
        subject: LabelSubject,
        anchor: [f32; 3],
        usual_offset: [f32; 3],
    ) {
        if !text.is_empty() {
            self.list.push(Label {
                text,
                subject,
                anchor_angstrom: anchor,
                offset_angstrom: self.offset.unwrap_or(usual_offset),
                ..self.template.clone()
            });
        }
    }

    /// `O1B`, right of the atom and before it.
    fn atom(&mut self, atom: u32) {
        let at = atom as usize;
        if !self.drawn.shown[at] {
            return;
        }
        let atoms = self.drawn.structure.atoms();
        let gap = ATOM_GAP_ANGSTROM + self.drawn.ball_radius_angstrom[at];
        self.push(
            atoms.name[at].clone(),
            LabelSubject::Atom(atom),
            atoms.position_angstrom[at],
            [gap, 0.0, ATOM_LIFT_ANGSTROM],
        );
    }

    /// `ARG 45`, at the mean of all its atoms, drawn or not. With the insertion code directly
    /// behind the number, and with the chain last: `ARG 45B A`.
    fn residue(&mut self, index: u32, residue: &Residue) {
        if !self.drawn.shows(residue) {
            return;
        }
        let mut text = format!("{} {}", residue.name, residue.number);
        if residue.insertion_code != b' ' {
            text.push(char::from(residue.insertion_code));
        }
        let chain = &self.drawn.structure.chains()[residue.chain as usize].id;
        if self.chains && !chain.is_empty() {
            // A String takes all text.
            let _ = write!(text, " {chain}");
        }
        let positions = &self.drawn.structure.atoms().position_angstrom
            [residue.atoms.start as usize..residue.atoms.end as usize];
        if let Some(anchor) = mean(positions.iter().copied()) {
            self.push(text.into(), LabelSubject::Residue(index), anchor, [0.0; 3]);
        }
    }

    /// `2.891Å`, at the middle of each drawn pseudobond; a pair of ends that has several is
    /// labelled once.
    fn distances(&mut self, decimals: u8) {
        let drawn = self.drawn;
        let shown = |atom: u32| drawn.shown[atom as usize];
        let mut pairs = BTreeSet::new();
        for (bond, [start, end]) in pseudobonds::drawn(drawn.structure, drawn.pseudobonds, shown) {
            let (Some(a), Some(b)) = (bond.a.first_atom(), bond.b.first_atom()) else {
                continue;
            };
            if !pairs.insert((Ord::min(&bond.a, &bond.b), Ord::max(&bond.a, &bond.b))) {
                continue;
            }
            let distance = start.distance(end);
            let gap = ATOM_GAP_ANGSTROM + PSEUDOBOND_RADIUS_ANGSTROM as f32;
            self.push(
                format!("{distance:.0$}\u{c5}", usize::from(decimals)).into(),
                LabelSubject::Distance([a, b]),
                start.midpoint(end).as_vec3().to_array(),
                [gap, 0.0, ATOM_LIFT_ANGSTROM],
            );
        }
    }

    fn text(
        &mut self,
        index: usize,
        text: &TextRequest,
        cancel: &CancelToken,
    ) -> Result<(), SceneError> {
        cancel.check()?;
        let anchor = if let Some(position) = text.position_angstrom {
            Some(position.map(|part| part as f32))
        } else {
            let Some(at) = &text.at else {
                return Ok(());
            };
            let chosen = at
                .at(|| format!("/style/texts/{index}/at"))?
                .evaluate_cancellable(self.drawn.structure, cancel)?;
            let positions = &self.drawn.structure.atoms().position_angstrom;
            if !chosen.contains(&true) {
                return Err(SceneError::Empty {
                    pointer: format!("/style/texts/{index}/at"),
                    problem: format!(
                        "the place of the text \"{}\" matches no atom",
                        crate::colors::shorten(&text.text)
                    ),
                    remedy: "name atoms that the structure has, or give position_angstrom".into(),
                });
            }
            // A text at atoms is shown where one of them is drawn.
            let visible = chosen.iter().zip(self.drawn.shown).any(|(c, s)| *c && *s);
            let positions = positions.iter().zip(&chosen);
            mean(positions.filter(|(_, c)| **c).map(|(p, _)| *p)).filter(|_| visible)
        };
        if let Some(anchor) = anchor {
            let index = u32::try_from(index).unwrap_or(u32::MAX);
            let offset = [0.0; 3];
            self.push(
                text.text.as_str().into(),
                LabelSubject::Text(index),
                anchor,
                offset,
            );
        }
        Ok(())
    }
}

/// Mean of positions, summed in f64; none of none.
fn mean(positions: impl Iterator<Item = [f32; 3]>) -> Option<[f32; 3]> {
    let (mut sum, mut count) = (DVec3::ZERO, 0_u32);
    for position in positions {
        sum += DVec3::from_array(position.map(f64::from));
        count += 1;
    }
    (count > 0).then(|| (sum / f64::from(count)).as_vec3().to_array())
}

/// White on dark, black on light: by luma (ITU-R BT.601 weights) below or above half.
pub(super) fn contrast(background: [u8; 3]) -> [u8; 3] {
    let [r, g, b] = background.map(u32::from);
    if 299 * r + 587 * g + 114 * b < 127_500 {
        [255; 3]
    } else {
        [0; 3]
    }
}
