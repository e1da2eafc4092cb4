//! Bodies that coincide with an earlier one.
//!
//! Of equally deep surfaces that with the lower id is shown, so a body with the place and the size
//! of an earlier one is never seen: it need not be drawn, and a file of many atoms at one point
//! takes no longer than one of few.

/// A body's place and size, bit by bit.
pub(crate) type Shape<const N: usize> = [u32; N];

/// An empty place in the table.
const EMPTY: u32 = u32::MAX;
/// Places that are tried for a body. It bounds the time for shapes that were chosen so that all
/// have one hash; a duplicate that is not found is drawn in vain.
const TRIES: usize = 32;

/// Calls `hide` with the index of each of `count` shapes that equals an earlier one. Takes time
/// linear in their number.
pub(crate) fn find_duplicates<const N: usize>(
    count: usize,
    shape: impl Fn(usize) -> Shape<N>,
    mut hide: impl FnMut(usize),
) {
    if count < 2 || count >= EMPTY as usize {
        return;
    }
    let slots = (count * 2).next_power_of_two();
    let mut table = vec![EMPTY; slots];
    let shift = u64::BITS - slots.trailing_zeros();
    for index in 0..count {
        let own = shape(index);
        let first = (hash(&own) >> shift) as usize;
        for step in 0..TRIES {
            let place = &mut table[(first + step) & (slots - 1)];
            if *place == EMPTY {
                *place = index as u32;
                break;
            }
            if shape(*place as usize) == own {
                hide(index);
                break;
            }
        }
    }
}

/// Multiplies by an odd constant with well mixed high bits (the golden ratio's).
#[inline]
fn hash<const N: usize>(shape: &Shape<N>) -> u64 {
    shape
        .iter()
        .fold(0, |hash: u64, bits| {
            let mixed = (hash ^ u64::from(*bits)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
            mixed ^ mixed >> 29
        })
        .wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(shapes: &[Shape<1>]) -> Vec<usize> {
        let mut found = Vec::new();
        find_duplicates(shapes.len(), |at| shapes[at], |at| found.push(at));
        found
    }

    #[test]
    fn every_shape_but_the_first_of_its_kind_is_hidden() {
        assert!(hidden(&[]).is_empty());
        assert!(hidden(&[[7]]).is_empty());
        assert_eq!(hidden(&[[7], [8], [7], [7], [9], [8]]), [2, 3, 5]);
        let many: Vec<Shape<1>> = (0..5000).map(|index| [index % 1000]).collect();
        assert_eq!(hidden(&many), (1000..5000).collect::<Vec<_>>());
    }
}
