//! Molecular surfaces of a request, as a mesh.
//!
//! One surface is computed for the polymer of each chain with selected atoms, as `ChimeraX` does
//! (user guide, command `surface`), so that copies and models have surfaces of their own. Of its
//! triangles those are drawn whose corners all belong to selected atoms: a pocket's surface is a
//! patch of the chain's, not that of the pocket's atoms alone.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use molshot_molecule::perception::vdw_radii_angstrom;
use molshot_molecule::surface::{SurfaceError, SurfaceOptions, resolution_for_atoms, surface};
use molshot_molecule::{CancelToken, ResidueClass, Structure};

use super::paint::atom_colors;
use crate::error::SceneError;
use crate::mesh::{Mesh, MeshVertex};
use crate::request::{ColorScheme, StyleRequest, SurfaceRequest};

/// Atoms with a common surface, and the surfaces' options.
#[derive(Debug)]
pub(super) struct Surfaces {
    groups: Vec<Vec<u32>>,
    radii: Vec<f32>,
    /// Atoms whose part of the surface is drawn, before `select` hides any.
    chosen: Vec<bool>,
    colors: Vec<[u8; 4]>,
    options: SurfaceOptions,
}

impl Surfaces {
    /// The surfaces that a style has; `colors` are those of its atoms.
    pub(super) fn new(
        structure: &Structure,
        style: &StyleRequest,
        styled: &[bool],
        colors: &[[u8; 4]],
        cancel: &CancelToken,
    ) -> Result<Option<Self>, SceneError> {
        let Some(request) = &style.surface else {
            return Ok(None);
        };
        let pointer = || "/style/surface/select".to_owned();
        let selection = request.select.at(pointer)?;
        let mut chosen = selection.evaluate_cancellable(structure, cancel)?;
        let groups = match &request.enclose {
            None => by_chain(structure, style, &chosen),
            Some(enclose) => {
                let enclose = enclose.at(|| "/style/surface/enclose".into())?;
                let enclosed = enclose.evaluate_cancellable(structure, cancel)?;
                by_model(structure, &enclosed)
            }
        };
        let mut is_enclosed = vec![false; chosen.len()];
        for atom in groups.iter().flatten() {
            is_enclosed[*atom as usize] = true;
        }
        for (chosen, is_enclosed) in chosen.iter_mut().zip(is_enclosed) {
            *chosen &= is_enclosed;
        }
        if !chosen.contains(&true) {
            return Err(SceneError::Empty {
                pointer: pointer(),
                problem: format!(
                    "the surface's selection \"{}\" has no atom that a surface encloses",
                    crate::colors::shorten(request.select.as_str())
                ),
                remedy: "select atoms that the structure has".into(),
            });
        }
        let count = groups.iter().map(Vec::len).sum();
        let resolution = request.resolution_angstrom;
        let options = SurfaceOptions::default()
            .with_kind(request.kind.into())
            .with_probe_radius(request.probe_radius_angstrom)
            .with_resolution(resolution.unwrap_or_else(|| resolution_for_atoms(count)));
        Ok(Some(Self {
            groups,
            radii: vdw_radii_angstrom(structure),
            chosen,
            colors: surface_colors(structure, request, style, styled, colors, cancel)?,
            options,
        }))
    }

    /// The mesh with the atoms where this structure has them. All of it is within the picture;
    /// drawn are the parts of `selected` atoms.
    pub(super) fn mesh(
        &self,
        structure: &Structure,
        cancel: &CancelToken,
    ) -> Result<Mesh, SceneError> {
        let positions = &structure.atoms().position_angstrom;
        let mut all = Mesh::default();
        for group in &self.groups {
            let of_group = |atom: &u32| positions[*atom as usize];
            let group_positions: Vec<[f32; 3]> = group.iter().map(of_group).collect();
            let radii: Vec<f32> = group.iter().map(|a| self.radii[*a as usize]).collect();
            let rest = Mesh::MAX_TRIANGLES - all.triangles.len();
            let options = self.options.clone().with_max_triangles(rest);
            let mut mesh =
                surface(&group_positions, &radii, &options, cancel).map_err(scene_error)?;
            mesh.retain_triangles(|corners| {
                let is_chosen = |corner: u32| self.chosen[group[corner as usize] as usize];
                corners.into_iter().all(is_chosen)
            });
            let corners = mesh.position_angstrom.iter().zip(&mesh.normal);
            let vertices = corners.zip(&mesh.atom).map(|((position, normal), corner)| {
                let atom = group[*corner as usize];
                MeshVertex {
                    position_angstrom: *position,
                    color: self.colors[atom as usize],
                    normal: *normal,
                    atom,
                }
            });
            all.append(&Mesh {
                vertices: vertices.collect(),
                triangles: mesh.triangles,
            })?;
        }
        Ok(all)
    }
}

/// The polymer of each chain with chosen atoms of it, and the other chosen atoms of each chain
/// without water that is not drawn.
fn by_chain(structure: &Structure, style: &StyleRequest, chosen: &[bool]) -> Vec<Vec<u32>> {
    let chain_count = structure.chains().len();
    let mut has_chosen = vec![false; chain_count];
    let mut polymers = vec![Vec::new(); chain_count];
    let mut others = vec![Vec::new(); chain_count];
    for atom in 0..chosen.len() as u32 {
        let residue = structure.residue_of(atom);
        let (chain, chosen) = (residue.chain as usize, chosen[atom as usize]);
        if residue.class.is_polymer() {
            polymers[chain].push(atom);
            has_chosen[chain] |= chosen;
        } else if chosen && (style.solvent || residue.class != ResidueClass::Water) {
            others[chain].push(atom);
        }
    }
    let mut groups = Vec::new();
    for ((polymer, other), has_chosen) in polymers.into_iter().zip(others).zip(has_chosen) {
        if has_chosen {
            groups.push(polymer);
        }
        if !other.is_empty() {
            groups.push(other);
        }
    }
    groups
}

/// The atoms of each file or model and of each of its copies.
fn by_model(structure: &Structure, enclosed: &[bool]) -> Vec<Vec<u32>> {
    let mut groups: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
    for atom in (0..enclosed.len() as u32).filter(|atom| enclosed[*atom as usize]) {
        let chain = &structure.chains()[structure.residue_of(atom).chain as usize];
        groups
            .entry((chain.part, chain.copy))
            .or_default()
            .push(atom);
    }
    groups.into_values().collect()
}

fn surface_colors(
    structure: &Structure,
    request: &SurfaceRequest,
    style: &StyleRequest,
    styled: &[bool],
    colors: &[[u8; 4]],
    cancel: &CancelToken,
) -> Result<Vec<[u8; 4]>, SceneError> {
    let scheme = match (request.colors, request.color) {
        (None, None) => return Ok(colors.to_vec()),
        (None, Some(_)) => ColorScheme::Uniform,
        (Some(scheme), _) => scheme,
    };
    let mut style = style.clone();
    style.color = request.color;
    atom_colors(structure, scheme, &style, styled, cancel).map_err(|error| match error {
        SceneError::Invalid {
            problem, remedy, ..
        } => SceneError::invalid("/style/surface/colors", problem, remedy),
        other => other,
    })
}

fn scene_error(error: SurfaceError) -> SceneError {
    match error {
        SurfaceError::Invalid { problem, remedy } => {
            SceneError::invalid("/style/surface", problem, remedy)
        }
        SurfaceError::TooLarge { problem, remedy } => {
            SceneError::invalid("/style/surface/resolution_angstrom", problem, remedy)
        }
        SurfaceError::Cancelled(cancelled) => cancelled.into(),
        other => SceneError::invalid(
            "/style/surface",
            other.to_string(),
            "use other options of the surface".into(),
        ),
    }
}
