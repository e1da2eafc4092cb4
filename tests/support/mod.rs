//! What the tests of the `molshot` package share: a structure to point at, jobs, a source of
//! chance, the oracle, the comparer.
#![allow(
    dead_code,
    reason = "each test file is a program of its own and uses a part of this"
)]

pub(crate) mod compare;
pub(crate) mod complexes;
pub(crate) mod labels;
pub(crate) mod library;
pub(crate) mod likeness;
pub(crate) mod meshes;
pub(crate) mod oracle;
pub(crate) mod pictures;
pub(crate) mod scenes;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use glam::{DQuat, DVec3};
use molshot_molecule::read_bytes;
use molshot_molecule::{Format, PartRole, ReadOptions, Structure};
use molshot_renderer::{AdapterChoice, Backend, Frame};
use molshot_scenes::{
    Background, Cylinder, Lighting, Plane, Pose, Projection, RenderJob, Samples, Scene, SceneParts,
    Sphere, View, Viewport,
};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};

/// Atoms of one residue of [`structure`].
pub(crate) const ATOMS_PER_RESIDUE: u32 = 3;

/// The folder of this repository, also for the tests of a package within it.
pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .find(|folder| folder.join("tests/hashes.txt").is_file())
        .expect("the package is part of the repository")
        .to_owned()
}

/// Opens software Vulkan. A machine without it fails these tests: they are the proof that pictures
/// are right.
pub(crate) fn open() -> Box<dyn Backend> {
    molshot_renderer::open(AdapterChoice::VulkanSoftware)
        .expect("these tests draw with lavapipe: install mesa-vulkan-drivers")
}

/// The folder of the larger test data, or `None` with a word about it.
pub(crate) fn test_data() -> Option<PathBuf> {
    let data = std::env::var_os("MOLSHOT_TEST_DATA").map(PathBuf::from);
    if data.is_none() {
        // Past the capture of the test harness: a reader of the log, and the count of tests, must
        // see it.
        std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: MOLSHOT_TEST_DATA is not set\n",
        )
        .expect("standard error is open");
    }
    data
}

/// Draws, or fails the test.
pub(crate) fn draw(backend: &mut dyn Backend, job: &RenderJob) -> Frame {
    backend
        .draw(job)
        .expect("a job within the limits can be drawn")
}

/// A structure of `atoms` atoms, three to a residue. Its positions do not matter: scenes of tests
/// bring their own.
pub(crate) fn structure(atoms: u32) -> Arc<Structure> {
    let mut text = String::new();
    for atom in 0..atoms {
        let name = ["C1", "N2", "O3"][(atom % ATOMS_PER_RESIDUE) as usize];
        // Ten angstrom apart, so that nothing is bonded.
        let at = |step: u32| f64::from(atom / step % 50) * 10.0;
        writeln!(
            text,
            "HETATM{:>5}  {name}  LIG A{:>4}    {:8.3}{:8.3}{:8.3}  1.00  0.00          {:>2}",
            atom + 1,
            atom / ATOMS_PER_RESIDUE + 1,
            at(1),
            at(50),
            at(2500),
            &name[..1],
        )
        .expect("a String takes all text");
    }
    text.push_str("END\n");
    let options = ReadOptions::default().with_format(Format::Pdb);
    let structure = read_bytes("test.pdb", text.as_bytes(), PartRole::Whole, &options)
        .expect("the text keeps to the format");
    assert_eq!(structure.atoms().len(), atoms as usize);
    Arc::new(structure)
}

/// Black, opaque.
pub(crate) const BLACK: Background = Background {
    color: [0; 3],
    transparent: false,
};

/// A scene with plain light and no depth cue.
pub(crate) fn scene(
    structure: &Arc<Structure>,
    spheres: Vec<Sphere>,
    cylinders: Vec<Cylinder>,
    background: Background,
) -> Arc<Scene> {
    let scene = Scene::from_parts(SceneParts {
        spheres,
        cylinders,
        lighting: Lighting::simple(),
        depth_cue: None,
        background,
        structure: Arc::clone(structure),
    });
    Arc::new(scene.expect("the parts are sound"))
}

/// A camera on the z axis that looks down at the origin from `distance_angstrom`.
pub(crate) fn camera_above(distance_angstrom: f64, projection: Projection) -> View {
    View {
        pose: Pose {
            position_angstrom: DVec3::new(0.0, 0.0, distance_angstrom),
            world_from_camera: DQuat::IDENTITY,
        },
        projection,
        near_angstrom: 0.1,
        far_angstrom: distance_angstrom * 2.0,
    }
}

/// A job with all planes.
pub(crate) fn job(
    scene: &Arc<Scene>,
    view: View,
    viewport: Viewport,
    samples: Samples,
) -> RenderJob {
    RenderJob::new(
        Arc::clone(scene),
        view,
        viewport,
        samples,
        Plane::ALL.into_iter().collect(),
    )
    .expect("the view is valid")
}

/// Checks a property on generated cases, the same ones in every run. It gets one backend for all of
/// them.
pub(crate) fn check_property<S: proptest::strategy::Strategy>(
    cases: u32,
    strategy: &S,
    property: impl Fn(&mut dyn Backend, S::Value) -> Result<(), TestCaseError>,
) {
    let backend = std::cell::RefCell::new(open());
    let config = Config {
        cases,
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let chance = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let tried = TestRunner::new_with_rng(config, chance).run(strategy, |case| {
        property(backend.borrow_mut().as_mut(), case)
    });
    match tried {
        Ok(()) => {}
        Err(TestError::Abort(reason)) => panic!("no case could be generated: {reason}"),
        Err(TestError::Fail(reason, case)) => panic!("{reason}\nsmallest failing case: {case:#?}"),
    }
}

/// `SplitMix64` (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014):
/// the same on every machine.
#[derive(Debug, Clone)]
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    /// 64 random bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Evenly between two numbers.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `end`.
    pub(crate) fn below(&mut self, end: u32) -> u32 {
        (self.bits() % u64::from(end)) as u32
    }

    /// True in `share` of all cases.
    pub(crate) fn hit(&mut self, share: f64) -> bool {
        self.between(0.0, 1.0) < share
    }

    /// Evenly in a cube around the origin.
    pub(crate) fn in_cube(&mut self, half_edge: f64) -> DVec3 {
        let mut side = || self.between(-half_edge, half_edge);
        DVec3::new(side(), side(), side())
    }

    /// A random orientation (not quite evenly spread, which does not matter here).
    pub(crate) fn rotation(&mut self) -> DQuat {
        let axis = self.in_cube(1.0).normalize_or(DVec3::X);
        DQuat::from_axis_angle(axis, self.between(0.0, std::f64::consts::TAU))
    }

    /// A colour without extremes.
    pub(crate) fn color(&mut self) -> [u8; 4] {
        let mut byte = || 30 + self.below(226) as u8;
        [byte(), byte(), byte(), 255]
    }
}
