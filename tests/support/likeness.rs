//! How like a picture of another program is: figures over the whole picture, since no two programs
//! agree on every edge pixel.

use super::compare::Picture;

/// How like two pictures on black are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Likeness {
    /// Area that both cover, as a share of the area that either covers.
    pub(crate) overlap: f64,
    /// Mean over the covered area (of either) and the three channels of the absolute difference, in
    /// steps of 8 bits.
    pub(crate) difference: f64,
    /// The same, of pixels that lie inside of what both cover, with all their eight neighbours.
    pub(crate) inner_difference: f64,
    /// Mean of "ours - theirs" for each channel.
    pub(crate) signed: [f64; 3],
}

fn rgb(picture: &Picture) -> Vec<[u8; 3]> {
    picture.visible()
}

/// Compares pictures of one size.
pub(crate) fn likeness(ours: &Picture, theirs: &Picture) -> Likeness {
    let size = |picture: &Picture| (picture.width_px as usize, picture.height_px as usize);
    assert_eq!(size(ours), size(theirs));
    let (width, height) = size(ours);
    let (ours, theirs) = (rgb(ours), rgb(theirs));
    let in_both = |at: usize| ours[at] != [0; 3] && theirs[at] != [0; 3];
    let inner = |at: usize| {
        let (x, y) = (at % width, at / width);
        (x.saturating_sub(1)..=(x + 1).min(width - 1)).all(|x| {
            (y.saturating_sub(1)..=(y + 1).min(height - 1)).all(|y| in_both(y * width + x))
        })
    };
    let (mut either, mut both, mut inside) = (0_usize, 0_usize, 0_usize);
    let (mut sum, mut inner_sum, mut signed) = (0.0, 0.0, [0.0; 3]);
    for at in 0..width * height {
        if ours[at] == [0; 3] && theirs[at] == [0; 3] {
            continue;
        }
        either += 1;
        both += usize::from(in_both(at));
        let mut here = 0.0;
        for c in 0..3 {
            let difference = f64::from(ours[at][c]) - f64::from(theirs[at][c]);
            here += difference.abs() / 3.0;
            signed[c] += difference;
        }
        sum += here;
        if inner(at) {
            inside += 1;
            inner_sum += here;
        }
    }
    let share = |part: f64, whole: usize| part / (whole.max(1) as f64);
    Likeness {
        overlap: share(both as f64, either),
        difference: share(sum, either),
        inner_difference: share(inner_sum, inside),
        signed: signed.map(|sum| share(sum, either)),
    }
}

/// "ours | theirs | eight times the difference".
pub(crate) fn sheet(ours: &Picture, theirs: &Picture) -> [Vec<[u8; 3]>; 3] {
    let (ours, theirs) = (rgb(ours), rgb(theirs));
    let difference = ours
        .iter()
        .zip(&theirs)
        .map(|(a, b)| std::array::from_fn(|c| a[c].abs_diff(b[c]).saturating_mul(8)))
        .collect();
    [ours, theirs, difference]
}
