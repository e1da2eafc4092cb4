//! The vector instructions that the rasteriser uses.

use fearless_simd::Level;

/// A set of vector instructions. All of them give the same bytes; they differ in speed.
///
/// Each set is one more compiled copy of the inner loops, which are eight pixels wide. SSE4.2 has
/// none: it would gain little over SSE2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InstructionSet {
    /// No vector instructions except those that the compiler makes of plain loops. On x86-64 and
    /// 64-bit ARM it needs the feature `scalar`.
    Scalar,
    /// SSE2, which every x86-64 processor has.
    Sse2,
    /// AVX2 and FMA, as in x86-64-v3. Fused multiplication is never used.
    Avx2,
    /// AVX-512 as in x86-64-v4, with the extensions of Intel Ice Lake and AMD Zen 4.
    Avx512,
    /// NEON, which every 64-bit ARM processor has.
    Neon,
}

/// Whether the scalar rasteriser is compiled: always on processors that need not have vector
/// instructions.
const HAS_SCALAR: bool = cfg!(any(
    feature = "scalar",
    not(any(target_arch = "x86_64", target_arch = "aarch64"))
));

impl InstructionSet {
    /// Every set, slowest first.
    pub const ALL: [Self; 5] = [
        Self::Scalar,
        Self::Sse2,
        Self::Avx2,
        Self::Avx512,
        Self::Neon,
    ];

    /// The fastest set that this processor has.
    #[must_use]
    pub fn best() -> Self {
        Self::ALL
            .into_iter()
            .rev()
            .find(|set| set.level().is_some())
            .unwrap_or(Self::Scalar)
    }

    /// The set's name in its usual spelling.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Scalar => "scalar",
            Self::Sse2 => "SSE2",
            Self::Avx2 => "AVX2",
            Self::Avx512 => "AVX-512",
            Self::Neon => "NEON",
        }
    }

    /// `fearless_simd`'s proof that this processor has the set; `None` when it does not.
    pub(super) fn level(self) -> Option<Level> {
        let best = Level::new();
        match self {
            Self::Scalar => HAS_SCALAR.then(Level::fallback),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Self::Sse2 => best.as_sse2().map(Level::Sse2),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Self::Avx2 => best.as_avx2().map(Level::Avx2),
            #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
            Self::Avx512 => best.as_avx512().map(Level::Avx512),
            #[cfg(target_arch = "aarch64")]
            Self::Neon => best.as_neon().map(Level::Neon),
            #[allow(
                unreachable_patterns,
                reason = "which sets are left depends on the target"
            )]
            _ => {
                let _ = best;
                None
            }
        }
    }
}
