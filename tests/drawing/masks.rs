//! Masks against the id plane.

use std::collections::BTreeMap;

use crate::support::complexes::{drawn, inhibitor, inhibitor_with};
use crate::support::{draw, open};
use molshot_renderer::Backend;
use molshot_renderer::annotations::classes::class_mask;
use molshot_renderer::annotations::run_length::unpack;
use molshot_renderer::annotations::{MaskKind, annotate};
use molshot_renderer::software::SoftwareBackend;
use molshot_scenes::Plane;
use molshot_scenes::pseudobonds::PseudobondName;

#[test]
fn every_class_mask_is_the_id_plane_in_other_words() {
    let planes = [
        Plane::MaskElement,
        Plane::MaskResidue,
        Plane::MaskChain,
        Plane::MaskRole,
    ];
    let job = inhibitor(&planes, "view left");
    assert!(
        job.planes().contains(&Plane::AtomId),
        "masks are made from it"
    );
    let frame = drawn(&job);
    let ids = frame.atom_id.as_deref().expect("ids");
    let annotations = annotate(&job, &frame, &[]).expect("annotations");
    let by_index: BTreeMap<u32, _> = annotations.atoms.iter().map(|a| (a.index, a)).collect();
    for plane in planes {
        let mask = class_mask(&job, &frame, plane).expect("a mask");
        let names: BTreeMap<u8, &str> = mask
            .legend
            .classes
            .iter()
            .map(|class| (class.index, class.name.as_str()))
            .collect();
        assert_eq!(names.len(), mask.legend.classes.len(), "indices are unique");
        for (id, class) in ids.iter().zip(&mask.indices) {
            let Some(atom) = id.checked_sub(1) else {
                assert_eq!(*class, 0);
                continue;
            };
            let atom = by_index[&atom];
            let expected = match plane {
                Plane::MaskElement => atom.element.as_str(),
                Plane::MaskResidue => atom.residue.name.as_str(),
                Plane::MaskChain => atom.chain.as_str(),
                _ => atom.role.name(),
            };
            assert_eq!(names[class], expected, "{}", plane.name());
        }
        for class in &mask.legend.classes {
            let pixels: u64 = mask
                .indices
                .iter()
                .map(|index| u64::from(*index == class.index))
                .sum();
            assert_eq!(class.pixels, pixels);
        }
        let decoder = png::Decoder::new(std::io::Cursor::new(mask.png().expect("a file")));
        let mut reader = decoder.read_info().expect("a header");
        assert_eq!(reader.info().color_type, png::ColorType::Indexed);
        let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
        reader.next_frame(&mut bytes).expect("pixels");
        assert_eq!(bytes, mask.indices);
        let palette = reader.info().palette.clone().expect("a palette");
        for class in &mask.legend.classes {
            let at = usize::from(class.index) * 3;
            let [r, g, b] = [0, 1, 2].map(|channel| palette[at + channel]);
            assert_eq!(class.color, format!("#{r:02X}{g:02X}{b:02X}"));
        }
    }
}

#[test]
fn every_run_length_mask_is_the_id_plane_in_other_words() {
    let job = inhibitor(
        &[Plane::AtomId, Plane::ResidueId],
        "view top; crop 33 21 250 200",
    );
    let frame = drawn(&job);
    let kinds = [
        MaskKind::Atom,
        MaskKind::Residue,
        MaskKind::Element,
        MaskKind::ResidueName,
        MaskKind::Chain,
        MaskKind::Role,
    ];
    let annotations = annotate(&job, &frame, &kinds).expect("annotations");
    let (width, height) = (frame.width_px as usize, frame.height_px as usize);
    let by_index: BTreeMap<u32, _> = annotations.atoms.iter().map(|a| (a.index, a)).collect();
    let ids = frame.atom_id.as_deref().expect("ids");
    let mut found = BTreeMap::new();
    for mask in annotations.masks.iter().flatten() {
        assert_eq!(mask.size, [frame.height_px, frame.width_px]);
        let counts = unpack(&mask.counts).expect("COCO's form");
        assert_eq!(counts.iter().sum::<u64>(), ids.len() as u64);
        let inside: Vec<bool> = (0_u32..)
            .zip(&counts)
            .flat_map(|(turn, count)| std::iter::repeat_n(turn % 2 == 1, *count as usize))
            .collect();
        let mut area = 0;
        for y in 0..height {
            for x in 0..width {
                let atom = ids[y * width + x]
                    .checked_sub(1)
                    .map(|atom| by_index[&atom]);
                let expected = atom.is_some_and(|atom| match mask.kind {
                    MaskKind::Atom => atom.index == mask.id && atom.name == mask.name,
                    MaskKind::Residue => atom.residue.index == mask.id,
                    MaskKind::Element => atom.element == mask.name,
                    MaskKind::ResidueName => atom.residue.name == mask.name,
                    MaskKind::Chain => atom.chain == mask.name,
                    MaskKind::Role => atom.role.name() == mask.name,
                });
                assert_eq!(inside[x * height + y], expected, "{mask:?} at {x}, {y}");
                area += u64::from(expected);
                let [left, top, w, h] = mask.bbox.map(|edge| edge as usize);
                assert!(!expected || (left..left + w).contains(&x) && (top..top + h).contains(&y));
            }
        }
        assert_eq!(mask.area, area);
        *found.entry(mask.kind).or_insert(0) += area;
    }
    // Each kind shares all that is seen among its masks.
    let seen = ids.iter().filter(|id| **id != 0).count() as u64;
    assert_eq!(found, kinds.into_iter().map(|kind| (kind, seen)).collect());
}

/// Dashes hide what is behind them, and belong to no atom: in all planes of ids, in both backends,
/// and in what atoms cover alone.
#[test]
fn dashes_are_nobodys() {
    let planes = [
        Plane::AtomId,
        Plane::ResidueId,
        Plane::Depth,
        Plane::Normal,
        Plane::MaskRole,
    ];
    let bare = inhibitor(&planes, "zoom 2");
    let dashed = inhibitor_with(&planes, "zoom 2", |request| {
        request
            .style
            .pseudobonds
            .insert(PseudobondName::HydrogenBonds);
    });
    let alone = |job| -> Vec<u64> {
        let annotations = annotate(job, &drawn(job), &[]).expect("annotations");
        annotations
            .atoms
            .iter()
            .map(|a| a.unoccluded_pixels)
            .collect()
    };
    assert_eq!(alone(&bare), alone(&dashed));
    let mut backends: [Box<dyn Backend>; 2] = [Box::new(SoftwareBackend::new()), open()];
    for backend in &mut backends {
        let [without, with] = [&bare, &dashed].map(|job| draw(backend.as_mut(), job));
        let mask = class_mask(&dashed, &with, Plane::MaskRole).expect("a mask");
        let ids = |frame: &molshot_renderer::Frame| frame.atom_id.clone().expect("ids");
        let (before, after) = (ids(&without), ids(&with));
        let depth = with.depth_angstrom.as_deref().expect("depths");
        let normal = with.normal.as_deref().expect("normals");
        let residue = with.residue_id.as_deref().expect("ids");
        let mut dashes = 0;
        for at in 0..after.len() {
            if after[at] == 0 && depth[at].is_finite() {
                dashes += 1;
                assert_eq!((residue[at], mask.indices[at]), (0, 0));
                let length: f32 = normal[at].iter().map(|part| part * part).sum();
                assert!((length - 1.0).abs() < 1e-3, "{:?}", normal[at]);
            } else {
                assert_eq!(after[at], before[at]);
            }
        }
        assert!(dashes > 50, "{dashes} pixels of dashes");
    }
}
