//! Tests of tables of coordinates: they list what the renderer draws, where it draws it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use molshot_renderer::{AdapterChoice, annotate, open};
use molshot_scenes::Plane;

use super::*;
use crate::complexes::ComplexSource;
use crate::picture::PictureSize;
use crate::task::{Split, Task};

const SIZE: PictureSize = PictureSize {
    width_px: 320,
    height_px: 240,
    samples: 1,
};

fn library() -> ComplexSource {
    ComplexSource::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenes/library"))
}

/// Makes the line of a plan of a complex with some pictures.
fn line(source: &ComplexSource, id: &str, pictures: &[PictureSpec]) -> ComplexPlan {
    ComplexPlan {
        id: id.to_owned(),
        split: Split::Test,
        input_sha256: source.hash(id).expect("files"),
        content_sha256: String::new(),
        cut: None,
        renamed: Vec::new(),
        pictures: pictures
            .iter()
            .map(|one| (one.path(id, 0), one.clone()))
            .collect(),
        items: Vec::new(),
        dropped: Vec::new(),
        resampled: BTreeMap::new(),
    }
}

fn complex(id: &str, view: &str, further: &[&str]) -> PictureSpec {
    let further: Vec<String> = further.iter().map(|text| (*text).to_owned()).collect();
    PictureSpec::new(id, PictureKind::Complex, view, &further)
}

/// Returns the texts of the tables of an item that shows these pictures.
fn texts(id: &str, task: Task, pictures: &[PictureSpec]) -> Vec<String> {
    let source = library();
    let line = line(&source, id, pictures);
    let mut tables = PictureTables::new();
    let mut builder = JobBuilder::new(&source, SIZE);
    add_tables(&mut builder, &line, 0, &mut tables).expect("tables");
    let item = Item {
        id: String::new(),
        task,
        answer: String::new(),
        options: Vec::new(),
        images: line.pictures.into_iter().map(|(path, _)| path).collect(),
        facts: BTreeMap::new(),
    };
    item_tables(&item, &tables, &Catalogue::english().expect("a catalogue")).expect("tables")
}

/// A parsed line of a table.
#[derive(Debug, Clone, PartialEq)]
struct Listed {
    section: String,
    name: String,
    /// In tenths of an angstrom.
    at: [i64; 3],
    bonds: Vec<usize>,
}

/// Parses the text of a table; checks its line numbers.
fn parse(text: &str) -> Vec<Listed> {
    let mut lines = text.lines();
    assert!(lines.next().is_some_and(|head| head.starts_with("Table ")));
    assert_eq!(lines.next(), Some("line,atom,x,y,z,bonds"));
    let (mut section, mut found) = (String::new(), Vec::new());
    for line in lines {
        if let Some(heading) = line.strip_suffix(':') {
            heading.clone_into(&mut section);
            continue;
        }
        let cells: Vec<&str> = line.split(',').collect();
        let [number, name, x, y, z, bonds] = cells.as_slice() else {
            panic!("{line}");
        };
        assert_eq!(number.parse(), Ok(found.len() + 1), "{line}");
        let tenths = |text: &str| {
            let (whole, tenth) = text.split_once('.').expect("a decimal");
            assert_eq!(tenth.len(), 1, "{text}");
            format!("{whole}{tenth}").parse().expect("a number")
        };
        let bonds = bonds.split_whitespace();
        found.push(Listed {
            section: section.clone(),
            name: (*name).to_owned(),
            at: [x, y, z].map(|text| tenths(text)),
            bonds: bonds.map(|text| text.parse().expect("a number")).collect(),
        });
    }
    found
}

#[test]
fn a_table_lists_the_atoms_that_are_drawn_where_they_are_drawn() {
    let source = library();
    let residue = PictureKind::Residue("ASP 25 A".into());
    let pictures = [
        complex("1hvr", "front", &[]),
        complex("1hvr", "left", &["move x 3", "roll z 30"]),
        complex("1hvr", "front", &["move z 50"]),
        complex("1hvr", "front", &["move z -4"]).with_ligand_moved(&["move x 9".into()]),
        PictureSpec::new("1hvr", PictureKind::Pocket, "top", &[]),
        PictureSpec::new("1hvr", PictureKind::Ligand, "back", &[]),
        PictureSpec::new("1hvr", residue, "front", &["move z -3".into()]),
        complex("7pbl", "bottom", &[]),
    ];
    let mut backend = open(AdapterChoice::Software).expect("the rasteriser");
    let mut builder = JobBuilder::new(&source, SIZE);
    let (mut confirmed, mut left_out) = (0, 0);
    for picture in &pictures {
        let planned = builder.build(&line(&source, &picture.complex, &[]), picture);
        let planned = planned.expect("a job");
        let table = PictureTable::of(&planned, picture, 7);
        let job = planned.job.with_plane(Plane::AtomId).expect("a job");
        let frame = backend.draw(&job).expect("a picture");
        let ids = frame.atom_id.as_ref().expect("a plane");
        let annotated = annotate(&job, &frame, &[]).expect("annotations");
        let structure = &job.scene().structure;
        let listed: BTreeMap<u32, &ListedAtom> = table
            .sections
            .iter()
            .flat_map(|section| &section.atoms)
            .map(|atom| (atom.atom, atom))
            .collect();
        let mut shown = BTreeSet::new();
        for atom in &annotated.atoms {
            let (Some(x), Some(y)) = (atom.x_px, atom.y_px) else {
                left_out += 1;
                continue;
            };
            let is_inside = (0.0..f64::from(SIZE.width_px)).contains(&x)
                && (0.0..f64::from(SIZE.height_px)).contains(&y)
                && atom.depth_angstrom >= job.view().near_angstrom;
            if !is_inside {
                left_out += 1;
                continue;
            }
            shown.insert(atom.index);
            // The position of the table, projected by hand.
            let at = listed[&atom.index].camera_angstrom;
            let scale = job.view().pixel_scale(job.viewport()) / -at.z;
            let projected = [160.0 + at.x * scale, 120.0 - at.y * scale];
            assert!(
                (projected[0] - x).abs() < 1e-3 && (projected[1] - y).abs() < 1e-3,
                "{projected:?} {x} {y}"
            );
            if atom.visible_fraction > 0.999 {
                let pixel = y as usize * SIZE.width_px as usize + x as usize;
                if ids[pixel] == atom.index + 1 {
                    confirmed += 1;
                }
            }
            let element = structure.atoms().element[atom.index as usize];
            assert_ne!(element.symbol(), "H");
        }
        let keys: BTreeSet<u32> = listed.keys().copied().collect();
        assert_eq!(keys, shown, "{picture:?}");
        // Every drawn bond between listed atoms is listed once.
        let wanted: BTreeSet<[u32; 2]> = job
            .scene()
            .cylinders
            .iter()
            .map(|stick| [stick.start_atom, stick.end_atom])
            .filter(|ends| ends.iter().all(|end| shown.contains(end)))
            .map(|[a, b]| [a.min(b), a.max(b)])
            .collect();
        let lines: Vec<&ListedAtom> = table
            .sections
            .iter()
            .flat_map(|section| &section.atoms)
            .collect();
        let mut bonds = Vec::new();
        for atom in &lines {
            for later in &atom.bonds {
                let other = lines[later - 1].atom;
                bonds.push([atom.atom.min(other), atom.atom.max(other)]);
            }
        }
        assert_eq!(bonds.len(), wanted.len());
        assert_eq!(bonds.into_iter().collect::<BTreeSet<_>>(), wanted);
    }
    assert!(confirmed > 200 && left_out > 50, "{confirmed} {left_out}");
}

#[test]
fn motions_are_differences_of_coordinates() {
    let pictures = [
        complex("1hvr", "front", &[]),
        complex("1hvr", "left", &[]),
        complex("1hvr", "front", &["move x 3"]),
        complex("1hvr", "front", &["roll z 90"]),
    ];
    let tables = texts("1hvr", Task::T1, &pictures);
    let parsed: Vec<Vec<Listed>> = tables.iter().map(|text| parse(text)).collect();
    let [front, left, moved, rolled] = parsed.as_slice() else {
        panic!("{} tables", parsed.len());
    };
    assert!(front.len() > 200);
    let key = |one: &Listed| (one.section.clone(), one.name.clone(), one.bonds.len());
    let mut compared = 0;
    // Atoms at the edges may leave the picture.
    let turned = |by: fn([i64; 3]) -> [i64; 3], other: &[Listed], tolerance: i64| {
        let mut found = 0;
        let places: BTreeSet<[i64; 3]> = other.iter().map(|one| one.at).collect();
        for one in front {
            let at = by(one.at);
            let near = |place: &[i64; 3]| {
                place
                    .iter()
                    .zip(at)
                    .all(|(a, b)| (a - b).abs() <= tolerance)
            };
            found += usize::from(places.iter().any(near));
        }
        found
    };
    for (one, other) in front.iter().zip(moved) {
        if key(one) != key(other) {
            break;
        }
        let [x, y, z] = one.at;
        assert_eq!(other.at, [x + 30, y, z]);
        compared += 1;
    }
    assert!(compared > 100, "{compared}");
    // The centre of rotation is the origin: 90 degrees about z take x to y; the left view turns the
    // left side, -x, towards the viewer, z.
    assert!(turned(|[x, y, z]| [-y, x, z], rolled, 1) * 10 > front.len() * 8);
    assert!(turned(|[x, y, z]| [z, y, -x], left, 1) * 10 > front.len() * 8);
}

#[test]
fn a_table_has_the_labels_of_its_picture_and_no_other_names() {
    let pictures = [
        complex("1hvr", "front", &[]).with_chains(true),
        PictureSpec::new("1hvr", PictureKind::Pocket, "front", &[]).with_chains(true),
        PictureSpec::new(
            "1hvr",
            PictureKind::Residue("ASP 25 A".into()),
            "front",
            &[],
        ),
        complex("1hvr", "top", &[]),
    ];
    let tables = texts("1hvr", Task::T1, &pictures);
    assert!(tables[0].starts_with("Table 1 (front view):\nline,atom,x,y,z,bonds\n"));
    let [complex, pocket, residue] = [0, 1, 2].map(|index| parse(&tables[index]));
    let sections = |table: &[Listed]| -> BTreeSet<String> {
        table.iter().map(|one| one.section.clone()).collect()
    };
    assert!(sections(&complex).contains("ASP 25 A") && sections(&complex).contains("ligand"));
    assert!(sections(&pocket).contains("ASP 25 B") && !sections(&pocket).contains("ligand"));
    assert!(sections(&parse(&tables[3])).contains("ASP 25"));
    let wanted = ["ASP 25 A", "ligand"].map(str::to_owned);
    assert_eq!(sections(&residue), BTreeSet::from(wanted));
    for one in &complex {
        // Only the atoms of the ligand have labels.
        assert_eq!(one.name.contains(' '), one.section == "ligand", "{one:?}");
    }
    let named = |table: &[Listed], name: &str| table.iter().any(|one| one.name == name);
    assert!(named(&residue, "O OD1") && !named(&complex, "O OD1"));
    // The order of the file would tell the names of the atoms: N, CA, C, O, CB, ...
    let orders = |table: &[Listed]| -> Vec<String> {
        let mut orders: BTreeMap<String, String> = BTreeMap::new();
        for one in table.iter().filter(|one| one.section != "ligand") {
            orders
                .entry(one.section.clone())
                .or_default()
                .push_str(&one.name);
        }
        orders.into_values().collect()
    };
    let complex = orders(&complex);
    let in_file_order = complex.iter().filter(|order| order.starts_with("NCCO"));
    assert!(in_file_order.count() * 4 < complex.len());
    assert_eq!(
        complex,
        orders(&pocket),
        "the order is the same in all tables"
    );
    // Another language has its own words.
    let german = crate::messages::builtin::catalogue("de").expect("a catalogue");
    assert!(
        german
            .table_head(1, "Vorderansicht")
            .ends_with("\nZeile,Atom,x,y,z,Bindungen")
    );
}

#[test]
fn tenths_are_rounded_alike_before_and_after_a_move() {
    for start in [-0.05, 0.25, -1.75, 12.05, 0.049_999_99] {
        let difference = tenth(start + 3.0) - tenth(start);
        assert!((difference - 3.0).abs() < 1e-9, "{start}");
    }
    assert!(tenth(-0.01).is_sign_positive());
}
