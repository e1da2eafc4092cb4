//! The number by which a pixel says what it shows.

use bytemuck::TransparentWrapper;
use fearless_simd::prelude::*;
use fearless_simd::{u32x4, u32x8};

/// A sphere or one half of a cylinder (the halves may differ in colour and atom), or nothing.
///
/// Sphere `i` has the number `i`; the first half of cylinder `j` has `sphere_count + 2 j`, its
/// second half one more. A list with one entry per id (colours, atoms, surfaces) is indexed by the
/// number itself. Ids grow in drawing order, so that of equally deep surfaces the lower id wins, as
/// on a GPU; for a whole cylinder stands the id of its first half.
///
/// SIMD lanes hold the bare numbers, which [`Self::splat`], [`Self::numbers`] and
/// [`Self::numbers_mut`] give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, TransparentWrapper)]
#[repr(transparent)]
pub(super) struct PrimitiveId(u32);

impl PrimitiveId {
    /// The id of a pixel that shows the background. Every other id is lower.
    pub(super) const NONE: Self = Self(u32::MAX);

    /// The id of a sphere.
    #[inline(always)]
    pub(super) fn sphere(index: usize) -> Self {
        Self(index as u32)
    }

    /// The id of a cylinder, which is also that of its first half.
    #[inline(always)]
    pub(super) fn cylinder(index: usize, sphere_count: usize) -> Self {
        Self((sphere_count + 2 * index) as u32)
    }

    /// Place in a list with one entry per id.
    #[inline(always)]
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }

    /// Index among the halves of all cylinders; `None` for a sphere, and beyond every list for
    /// [`Self::NONE`].
    #[inline(always)]
    pub(super) fn half_index(self, sphere_count: usize) -> Option<usize> {
        self.index().checked_sub(sphere_count)
    }

    /// Index among the cylinders; `None` for a sphere, and beyond every list for [`Self::NONE`].
    #[inline(always)]
    pub(super) fn cylinder_index(self, sphere_count: usize) -> Option<usize> {
        self.half_index(sphere_count).map(|half| half / 2)
    }

    /// The id's number in eight lanes.
    #[inline(always)]
    pub(super) fn splat<S: Simd>(self, simd: S) -> u32x8<S> {
        u32x8::splat(simd, self.0)
    }

    /// The id's number in four lanes.
    #[inline(always)]
    pub(super) fn splat_quad<S: Simd>(self, simd: S) -> u32x4<S> {
        u32x4::splat(simd, self.0)
    }

    /// The numbers of the first and of the second half of a cylinder in eight lanes each, given the
    /// cylinder's id.
    #[inline(always)]
    pub(super) fn splat_halves<S: Simd>(self, simd: S) -> [u32x8<S>; 2] {
        [u32x8::splat(simd, self.0), u32x8::splat(simd, self.0 + 1)]
    }

    /// The numbers of a list of ids, from which SIMD lanes are loaded.
    #[inline(always)]
    pub(super) fn numbers(ids: &[Self]) -> &[u32] {
        Self::peel_slice(ids)
    }

    /// The numbers of a list of ids, to which SIMD lanes are stored.
    #[inline(always)]
    pub(super) fn numbers_mut(ids: &mut [Self]) -> &mut [u32] {
        Self::peel_slice_mut(ids)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_count_spheres_then_halves_of_cylinders() {
        let ids: Vec<PrimitiveId> = (0..3)
            .map(PrimitiveId::sphere)
            .chain((0..2).flat_map(|index| {
                let first = PrimitiveId::cylinder(index, 3);
                [first, PrimitiveId(first.0 + 1)]
            }))
            .collect();
        assert_eq!(PrimitiveId::numbers(&ids), [0, 1, 2, 3, 4, 5, 6]);
        assert!(ids.iter().map(|id| id.index()).eq(0..7));
        let halves: Vec<Option<usize>> = ids.iter().map(|id| id.half_index(3)).collect();
        assert_eq!(
            halves,
            [None, None, None, Some(0), Some(1), Some(2), Some(3)]
        );
        let cylinders: Vec<Option<usize>> = ids.iter().map(|id| id.cylinder_index(3)).collect();
        assert_eq!(
            cylinders,
            [None, None, None, Some(0), Some(0), Some(1), Some(1)]
        );
        assert!(ids.iter().all(|id| *id < PrimitiveId::NONE));
    }
}
