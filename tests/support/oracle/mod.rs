//! The oracle: a ray caster in f64, in world space, by the textbook's quadratics. It shares no code
//! and no formula with the shaders, is slow, and says for each pixel whether its answer can be
//! relied on.

mod nearest;
mod triangle;

use glam::DVec3;
use molshot_scenes::{Cylinder, Projection, RenderJob, Scene, Sphere, View, Viewport};

use self::nearest::Nearest;
use self::triangle::{meet_triangle, shares};

/// Where a ray meets a surface.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hit {
    /// Along the view axis.
    pub(crate) depth_angstrom: f64,
    /// Unit, camera axes, turned to the viewer.
    pub(crate) normal: DVec3,
    /// Lit, with depth cue.
    pub(crate) color: [u8; 3],
    /// Atom index.
    pub(crate) atom: u32,
    /// Which smooth piece of which record's surface: within one, neighbouring rays meet
    /// neighbouring points.
    pub(crate) surface: Surface,
}

impl Hit {
    /// True on a triangle of a mesh.
    pub(crate) fn is_of_triangle(&self) -> bool {
        matches!(self.surface.piece, Piece::Triangle { .. })
    }
}

/// A smooth piece of surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Surface {
    /// Index among the spheres, then the cylinders, then the triangles.
    record: usize,
    /// The stick's second half.
    second_half: bool,
    piece: Piece,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// Sphere, or wall and round caps of a stick: they pass into each other without an edge. Seen
    /// from outside or inside.
    Round { inside: bool },
    /// Flat cap at the first or second end.
    Disc { second: bool },
    /// Triangle, seen from the side of its normals or not.
    Triangle { front: bool },
}

/// What one ray meets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Answer {
    /// The nearest hit of anything opaque.
    pub(crate) hit: Option<Hit>,
    /// The nearest hit of a transparent triangle, where it lies before `hit`, and its opacity.
    pub(crate) veil: Option<(Hit, u8)>,
    /// How much deeper the next other piece of surface lies, angstrom; infinity when there is none.
    pub(crate) lead_angstrom: f64,
}

/// A whole picture by the oracle, row by row.
#[derive(Debug)]
pub(crate) struct Truth {
    /// Through the pixels' centres.
    pub(crate) pixels: Vec<Option<Hit>>,
    /// False where a ray [`JITTER_PX`] aside meets another piece of surface, or two pieces lie
    /// within [`TIE_ANGSTROM`].
    pub(crate) sure: Vec<bool>,
    /// Mean of the samples over the background.
    pub(crate) rgba: Vec<[u8; 4]>,
    /// False where a ray [`JITTER_PX`] beside any sample meets another piece of surface.
    pub(crate) color_sure: Vec<bool>,
}

/// A shift that f32 may well not resolve in a picture some thousand pixels wide.
const JITTER_PX: f64 = 0.02;
/// Surfaces so close may hide each other either way round.
const TIE_ANGSTROM: f64 = 1e-3;

/// A ray's point at depth t is `eye + t * direction`.
#[derive(Debug, Clone, Copy)]
struct Ray {
    eye: DVec3,
    direction: DVec3,
}

/// One camera's rays.
#[derive(Debug, Clone, Copy)]
struct Camera {
    position: DVec3,
    right: DVec3,
    up: DVec3,
    forward: DVec3,
    projection: Projection,
    width_px: f64,
    height_px: f64,
}

impl Camera {
    fn new(view: &View, viewport: &Viewport) -> Self {
        let to_world = view.pose.world_from_camera;
        Self {
            position: view.pose.position_angstrom,
            right: to_world * DVec3::X,
            up: to_world * DVec3::Y,
            forward: to_world * DVec3::NEG_Z,
            projection: view.projection,
            width_px: f64::from(viewport.width_px),
            height_px: f64::from(viewport.height_px),
        }
    }

    /// The ray through a point of the whole picture.
    fn ray(&self, x_px: f64, y_px: f64) -> Ray {
        // Shares of half the picture's width, from its middle.
        let x = 2.0 * x_px / self.width_px - 1.0;
        let y = (self.height_px - 2.0 * y_px) / self.width_px;
        match self.projection {
            Projection::Perspective { fov_x_degrees } => {
                let half = (fov_x_degrees.to_radians() / 2.0).tan();
                Ray {
                    eye: self.position,
                    direction: self.forward + half * (x * self.right + y * self.up),
                }
            }
            Projection::Orthographic { width_angstrom } => Ray {
                eye: self.position + width_angstrom / 2.0 * (x * self.right + y * self.up),
                direction: self.forward,
            },
        }
    }
}

/// Casts all rays of a job.
pub(crate) fn cast(job: &RenderJob) -> Truth {
    let scene = job.scene();
    let camera = Camera::new(job.view(), job.viewport());
    let look = |x: f64, y: f64| answer(scene, job.view(), &camera, camera.ray(x, y));
    let crop = job.viewport().crop;
    let offsets = job.samples().offsets_px();
    let mut truth = Truth {
        pixels: Vec::new(),
        sure: Vec::new(),
        rgba: Vec::new(),
        color_sure: Vec::new(),
    };
    for y_px in crop.y_px..crop.y_px + crop.height_px {
        for x_px in crop.x_px..crop.x_px + crop.width_px {
            let (x, y) = (f64::from(x_px) + 0.5, f64::from(y_px) + 0.5);
            let center = look(x, y);
            let sure = is_sure(center, x, y, look);
            let mut samples = vec![center];
            let mut color_sure = sure;
            if offsets.len() > 1 {
                samples.clear();
                color_sure = true;
                for offset in offsets {
                    let (x, y) = (x + f64::from(offset[0]), y + f64::from(offset[1]));
                    let sample = look(x, y);
                    color_sure = color_sure && is_sure(sample, x, y, look);
                    samples.push(sample);
                }
            }
            truth.pixels.push(center.hit);
            truth.sure.push(sure);
            truth
                .rgba
                .push(blend(scene, &samples, job.samples().rounds()));
            truth.color_sure.push(color_sure);
        }
    }
    truth
}

fn is_sure(answer: Answer, x: f64, y: f64, look: impl Fn(f64, f64) -> Answer) -> bool {
    let piece = |answer: Answer| {
        let veil = answer.veil.map(|(hit, _)| hit.surface);
        (answer.hit.map(|hit| hit.surface), veil)
    };
    answer.lead_angstrom > TIE_ANGSTROM
        && [(-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)]
            .into_iter()
            .all(|(dx, dy)| piece(look(x + dx * JITTER_PX, y + dy * JITTER_PX)) == piece(answer))
}

/// A candidate: depth, outward normal (world axes), piece.
type Meeting = (f64, DVec3, Piece);

/// Every surface in front of the near plane, sorted out.
fn answer(scene: &Scene, view: &View, camera: &Camera, ray: Ray) -> Answer {
    let mut opaque = Nearest::new(view);
    let mut veils = Nearest::new(view);
    let mut take = |record: usize, meeting: Meeting| opaque.take(record, meeting);
    for (record, sphere) in scene.spheres.iter().enumerate() {
        meet_sphere(sphere, ray, |meeting| take(record, meeting));
    }
    for (index, cylinder) in scene.cylinders.iter().enumerate() {
        let record = scene.spheres.len() + index;
        meet_cylinder(cylinder, ray, |meeting| take(record, meeting));
    }
    let first_triangle = scene.spheres.len() + scene.cylinders.len();
    for (index, triangle) in scene.mesh.triangles.iter().enumerate() {
        let corners = triangle.map(|corner| &scene.mesh.vertices[corner as usize]);
        let nearest = match corners[0].color[3] {
            0 => continue,
            255 => &mut opaque,
            _ => &mut veils,
        };
        if let Some(meeting) = meet_triangle(corners, ray) {
            nearest.take(first_triangle + index, meeting);
        }
    }
    let hit = opaque
        .best
        .map(|best| hit_of(scene, view, camera, ray, best));
    let depth = |best: Option<(usize, Meeting)>| best.map_or(f64::INFINITY, |(_, hit)| hit.0);
    let veil = veils
        .best
        .filter(|(_, meeting)| meeting.0 < depth(opaque.best));
    Answer {
        hit,
        veil: veil.map(|best| {
            let triangle = scene.mesh.triangles[best.0 - first_triangle];
            let opacity = scene.mesh.vertices[triangle[0] as usize].color[3];
            (hit_of(scene, view, camera, ray, best), opacity)
        }),
        lead_angstrom: opaque.lead_angstrom().min(veils.lead_angstrom()).min(
            match (opaque.best, veils.best) {
                (Some((_, hit)), Some((_, veil))) => (hit.0 - veil.0).abs(),
                _ => f64::INFINITY,
            },
        ),
    }
}

/// The lit point of a meeting.
fn hit_of(
    scene: &Scene,
    view: &View,
    camera: &Camera,
    ray: Ray,
    (record, (depth, normal, piece)): (usize, Meeting),
) -> Hit {
    let point = ray.eye + depth * ray.direction;
    let (atom, base, second_half) = owner(scene, record, point);
    // The normal of a triangle is on the side that is seen, but may bend away.
    let away = normal.dot(ray.direction);
    let normal = match piece {
        Piece::Triangle { .. } if away > 0.0 => {
            (normal - away / ray.direction.length_squared() * ray.direction).normalize()
        }
        _ if away > 0.0 => -normal,
        _ => normal,
    };
    let axes = [camera.right, camera.up, -camera.forward];
    let [x, y, z] = axes.map(|axis| normal.dot(axis));
    let [vx, vy, vz] = axes.map(|axis| ray.direction.normalize().dot(axis));
    let normal = DVec3::new(x, y, z);
    Hit {
        depth_angstrom: depth,
        normal,
        color: lit(scene, view, base, normal, DVec3::new(vx, vy, vz), depth),
        atom,
        surface: Surface {
            record,
            second_half,
            piece,
        },
    }
}

/// Atom, colour and half of the record that is met at `point`.
fn owner(scene: &Scene, record: usize, point: DVec3) -> (u32, [u8; 4], bool) {
    if let Some(sphere) = scene.spheres.get(record) {
        return (sphere.atom, sphere.color, false);
    }
    let index = record - scene.spheres.len();
    if let Some(triangle) = index.checked_sub(scene.cylinders.len()) {
        let corners =
            scene.mesh.triangles[triangle].map(|corner| scene.mesh.vertices[corner as usize]);
        let shares = shares(
            corners.map(|corner| vector(corner.position_angstrom)),
            point,
        );
        let nearest = (0..3)
            .max_by(|a, b| shares[*a].total_cmp(&shares[*b]))
            .expect("three corners");
        let color = std::array::from_fn(|channel| {
            let mixed: f64 = (0..3)
                .map(|corner| shares[corner] * f64::from(corners[corner].color[channel]))
                .sum();
            mixed.round() as u8
        });
        return (corners[nearest].atom, color, false);
    }
    let cylinder = &scene.cylinders[index];
    let distance = |end: [f32; 3]| point.distance(vector(end));
    if distance(cylinder.start_angstrom) < distance(cylinder.end_angstrom) {
        (cylinder.start_atom, cylinder.start_color, false)
    } else {
        (cylinder.end_atom, cylinder.end_color, true)
    }
}

fn vector(v: [f32; 3]) -> DVec3 {
    DVec3::from_array(v.map(f64::from))
}

/// Both roots of `a t^2 + 2 b t + c`, ascending, where they are real and `a` is not 0.
fn roots(a: f64, b: f64, c: f64) -> Option<[f64; 2]> {
    let discriminant = b * b - a * c;
    (discriminant >= 0.0 && a > 0.0).then(|| {
        let root = discriminant.sqrt();
        [(-b - root) / a, (-b + root) / a]
    })
}

/// `|eye + t direction - center| = radius`.
fn ball_roots(center: DVec3, radius: f64, ray: Ray) -> Option<[f64; 2]> {
    let from_center = ray.eye - center;
    roots(
        ray.direction.length_squared(),
        from_center.dot(ray.direction),
        from_center.length_squared() - radius * radius,
    )
}

fn meet_sphere(sphere: &Sphere, ray: Ray, mut take: impl FnMut(Meeting)) {
    let center = vector(sphere.center_angstrom);
    let radius = f64::from(sphere.radius_angstrom);
    for t in ball_roots(center, radius, ray).into_iter().flatten() {
        let normal = (ray.eye + t * ray.direction - center) / radius;
        take((t, normal, round(normal, ray)));
    }
}

fn round(normal: DVec3, ray: Ray) -> Piece {
    Piece::Round {
        inside: normal.dot(ray.direction) > 0.0,
    }
}

fn meet_cylinder(cylinder: &Cylinder, ray: Ray, mut take: impl FnMut(Meeting)) {
    let start = vector(cylinder.start_angstrom);
    let end = vector(cylinder.end_angstrom);
    let radius = f64::from(cylinder.radius_angstrom);
    let length = start.distance(end);
    let axis = (end - start) / length;
    // Way along the axis from the first end.
    let along = |point: DVec3| (point - start).dot(axis);
    // Distance to the axis is the length of the cross product with it.
    let from = (ray.eye - start).cross(axis);
    let step = ray.direction.cross(axis);
    let wall = roots(
        step.length_squared(),
        from.dot(step),
        from.length_squared() - radius * radius,
    );
    for t in wall.into_iter().flatten() {
        let point = ray.eye + t * ray.direction;
        if (0.0..=length).contains(&along(point)) {
            let normal = (point - (start + along(point) * axis)) / radius;
            take((t, normal, round(normal, ray)));
        }
    }
    for (center, second) in [(start, false), (end, true)] {
        if cylinder.caps == Cylinder::FLAT {
            let t = (center - ray.eye).dot(axis) / ray.direction.dot(axis);
            let point = ray.eye + t * ray.direction;
            if point.is_finite() && point.distance(center) <= radius {
                let normal = if second { axis } else { -axis };
                take((t, normal, Piece::Disc { second }));
            }
        } else if cylinder.caps == Cylinder::ROUND {
            for t in ball_roots(center, radius, ray).into_iter().flatten() {
                let point = ray.eye + t * ray.direction;
                if !(0.0..=length).contains(&along(point)) {
                    let beyond = along(point) > length;
                    // The other end's ball may reach past this end of a short stick; that part
                    // belongs to its own end.
                    if beyond == second {
                        let normal = (point - center) / radius;
                        take((t, normal, round(normal, ray)));
                    }
                }
            }
        }
    }
}

/// The formula of `Lighting`, then that of `DepthCue`. `view_direction` is a unit vector from the
/// camera to the hit.
fn lit(
    scene: &Scene,
    view: &View,
    base: [u8; 4],
    normal: DVec3,
    view_direction: DVec3,
    depth: f64,
) -> [u8; 3] {
    let light = &scene.lighting;
    let key = vector(light.key_direction);
    let fill = vector(light.fill_direction);
    let key_intensity = f64::from(light.key_intensity);
    let lambert = key_intensity * (-normal.dot(key)).max(0.0)
        + f64::from(light.fill_intensity) * (-normal.dot(fill)).max(0.0);
    let reflected = key - 2.0 * normal.dot(key) * normal;
    let highlight = f64::from(light.specular_reflectivity)
        * key_intensity
        * (-reflected.dot(view_direction))
            .max(0.0)
            .powi(light.specular_exponent as i32);
    let faded = scene.depth_cue.map_or(0.0, |cue| {
        let way = (depth - view.near_angstrom) / (view.far_angstrom - view.near_angstrom);
        let (start, end) = (f64::from(cue.start), f64::from(cue.end));
        ((way - start) / (end - start)).clamp(0.0, 1.0)
    });
    std::array::from_fn(|channel| {
        let c = f64::from(base[channel]) / 255.0;
        let ambient = f64::from(light.ambient_reflectivity) * f64::from(light.ambient_intensity);
        let bright = c * ambient + c * f64::from(light.diffuse_reflectivity) * lambert + highlight;
        let cue = f64::from(scene.background.color[channel]) / 255.0;
        let mixed = bright * (1.0 - faded) + cue * faded;
        (mixed.min(1.0) * 255.0).round() as u8
    })
}

/// Mean of the samples: over the background, or with straight alpha.
fn blend(scene: &Scene, samples: &[Answer], rounds: bool) -> [u8; 4] {
    let whole = |mean: f64| if rounds { mean.round() } else { mean.floor() } as u8;
    let background = scene.background;
    // Colours times their share of the pixel, and the sum of the shares.
    let mut sums = [0.0; 3];
    let mut covered = 0.0;
    for sample in samples {
        let mut left = 1.0;
        let veil = sample
            .veil
            .map(|(hit, opacity)| (hit, f64::from(opacity) / 255.0));
        for (hit, share) in veil.into_iter().chain(sample.hit.map(|hit| (hit, 1.0))) {
            for (sum, level) in sums.iter_mut().zip(hit.color) {
                *sum += left * share * f64::from(level);
            }
            covered += left * share;
            left *= 1.0 - share;
        }
    }
    let count = samples.len() as f64;
    // Sums of exact fractions of 255 are whole but for rounding in f64.
    let [r, g, b]: [u8; 3] = std::array::from_fn(|channel| {
        let behind = f64::from(background.color[channel]);
        if covered == 0.0 {
            background.color[channel]
        } else if background.transparent {
            whole(sums[channel] / covered + 1e-9)
        } else {
            whole((sums[channel] + (count - covered) * behind) / count + 1e-9)
        }
    });
    let alpha = if background.transparent {
        whole(255.0 * covered / count + 1e-9)
    } else {
        255
    };
    [r, g, b, alpha]
}
