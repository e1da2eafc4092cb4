use crate::Plane;
use crate::keyword::Keyword;
use crate::pseudobonds::PseudobondName;
use crate::request::*;
macro_rules! kw { ($t:ty, $($w:literal => $v:ident),*) => { impl Keyword for $t { const KEYWORDS: &'static [(&'static str, Self)] = &[$(($w, Self::$v)),*]; fn keyword(self) -> &'static str { Self::KEYWORDS.iter().find(|(_, v)| *v == self).map_or("", |(w, _)| w) } } } }
kw!(Preset, "misi" => Misi, "misi-residue" => MisiResidue, "misi-pocket" => MisiPocket, "misi-ligand" => MisiLigand, "ball-and-stick" => BallAndStick, "licorice" => Licorice, "spacefill" => Spacefill);
kw!(ColorScheme, "element" => Element, "chain" => Chain, "residue" => Residue, "b-factor" => BFactor, "uniform" => Uniform, "alternating-residues" => AlternatingResidues);
kw!(ProjectionKind, "perspective" => Perspective, "orthographic" => Orthographic);
kw!(LabelContent, "auto" => Auto, "none" => None, "residues" => Residues, "ligand-atoms" => LigandAtoms, "residues-and-ligand-atoms" => ResiduesAndLigandAtoms, "atoms" => Atoms);
kw!(LabelAlignment, "lower-left" => LowerLeft, "center" => Center);
kw!(Compression, "fast" => Fast, "small" => Small);
kw!(PseudobondName, "hydrogen-bonds" => HydrogenBonds, "metal-coordination" => MetalCoordination, "missing-structure" => MissingStructure);
kw!(Plane, "color" => Color, "depth" => Depth, "normal" => Normal, "atom-id" => AtomId, "residue-id" => ResidueId, "mask-element" => MaskElement, "mask-residue" => MaskResidue, "mask-chain" => MaskChain, "mask-role" => MaskRole);
impl Default for RenderRequest {
    fn default() -> Self {
        Self::new(StructureSource::Id { id: "x".into() })
    }
}
