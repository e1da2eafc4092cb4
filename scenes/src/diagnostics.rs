//! What a valid request asks for and its scene does not show, which no error reports.

use molshot_molecule::{Selection, Structure};

use crate::colors::{hydrophobicity, shorten};
use crate::labels::LabelSubject;
use crate::mesh::MeshVertex;
use crate::pseudobonds::PseudobondName;
use crate::request::{ColorScheme, Preset, RenderRequest};
use crate::scene::{Cylinder, Scene};

/// What `scene`, built by `request`, lacks of what was asked for: a sentence each, for people,
/// without the structure's name. What keeps a scene from being built is an error, not a diagnostic.
#[must_use]
pub fn diagnostics(scene: &Scene, request: &RenderRequest) -> Vec<String> {
    let style = &request.style;
    let mut found = Vec::new();
    let ligand = has_ligand(&scene.structure);
    if style.preset == Preset::MisiResidue && !ligand {
        found.push(
            "the structure has no ligand: the residue is drawn alone; give the ligand, too"
                .to_owned(),
        );
    }
    if let Some(text) = no_values(scene, style.colors) {
        found.push(text.to_owned());
    }
    for name in &style.pseudobonds {
        // Each kind of dashes has a colour of its own.
        let color = name.color().opaque();
        let is_one =
            |stick: &Cylinder| stick.start_atom == Cylinder::NO_ATOM && stick.start_color == color;
        if !scene.cylinders.iter().any(is_one) {
            found.push(no_dashes(*name, ligand));
        }
    }
    for (index, text) in style.texts.iter().enumerate() {
        let is_it = |subject: &LabelSubject| matches!(subject, LabelSubject::Text(of) if *of as usize == index);
        if let Some(at) = &text.at
            && !scene.labels.list.iter().any(|label| is_it(&label.subject))
        {
            found.push(format!(
                "the text \"{}\" is left out: nothing that is drawn matches \"{}\"",
                shorten(&text.text),
                shorten(at.as_str())
            ));
        }
    }
    found
}

/// Says if the colour scheme has nothing to tell apart in what is drawn.
fn no_values(scene: &Scene, colors: Option<ColorScheme>) -> Option<&'static str> {
    let structure = &scene.structure;
    let of_mesh = || {
        let corners = scene.mesh.vertices.iter().map(|corner| corner.atom);
        corners.filter(|atom| *atom != MeshVertex::NO_ATOM)
    };
    let drawn = || {
        let of_spheres = scene.spheres.iter().map(|sphere| sphere.atom);
        of_spheres.chain(of_mesh())
    };
    match colors? {
        ColorScheme::BFactor => {
            let values = &structure.atoms().b_factor;
            let mut of_drawn = drawn().map(|atom| values[atom as usize].to_bits());
            let first = of_drawn.next()?;
            of_drawn.all(|value| value == first).then_some(
                "all drawn atoms have one temperature factor: they are white; does the file have the column?",
            )
        }
        ColorScheme::Hydrophobicity => drawn()
            .all(|atom| hydrophobicity(&structure.residue_of(atom).name).is_none())
            .then_some("no amino acids are drawn: all atoms have the colours of their elements"),
        _ => None,
    }
}

/// Why there may be no dashes of a kind.
fn no_dashes(name: PseudobondName, ligand: bool) -> String {
    let contacts = match name {
        PseudobondName::MetalCoordination => {
            return "no metal contacts are drawn: they are those that the file itself lists (CONECT or struct_conn), and it lists none between drawn atoms".to_owned();
        }
        PseudobondName::MissingStructure => {
            return "no chain gaps are drawn: there are none between drawn atoms".to_owned();
        }
        PseudobondName::HydrogenBonds => "hydrogen bonds",
        PseudobondName::SaltBridges => "salt bridges",
        PseudobondName::PiStacking => "stacked rings",
        PseudobondName::PiCation => "rings with cations",
        PseudobondName::HalogenBonds => "halogen bonds",
        PseudobondName::HydrophobicContacts => "hydrophobic contacts",
        PseudobondName::WaterBridges if ligand => {
            return "no water bridges are drawn: there are none between the ligand and the rest of what is drawn; water must be drawn, too (solvent)".to_owned();
        }
        PseudobondName::WaterBridges => "water bridges",
    };
    if ligand {
        format!(
            "no {contacts} are drawn: there are none between the ligand and the rest of what is drawn"
        )
    } else {
        format!(
            "no {contacts} are drawn: they are those between the ligand and the rest, and the structure has no ligand"
        )
    }
}

/// Whether any atom belongs to a ligand.
fn has_ligand(structure: &Structure) -> bool {
    Selection::parse("ligand").is_ok_and(|ligand| ligand.evaluate(structure).contains(&true))
}
