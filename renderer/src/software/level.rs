//! Which of the processor's instructions are used.

use fearless_simd::Level;

/// A set of vector instructions. All of them give the same bytes; they differ in speed.
///
/// Each set is one more copy of the inner loops. Those are eight pixels wide; SSE4.2 would add
/// little to SSE2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InstructionSet {
    /// No vector instructions but what the compiler makes of plain loops. On x86-64 and 64-bit ARM
    /// it is there with the feature `scalar` only.
    Scalar,
    /// Each processor of the x86-64 family has it.
    Sse2,
    /// x86-64-v3.
    Avx2,
    /// x86-64-v4 and what Intel's Ice Lake and AMD's Zen 4 added.
    Avx512,
    /// 64-bit ARM.
    Neon,
}

/// Whether the scalar rasteriser was compiled: always where no vector instructions can be taken for
/// granted.
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

    /// The best set of this processor.
    #[must_use]
    pub fn best() -> Self {
        Self::ALL
            .into_iter()
            .rev()
            .find(|set| set.level().is_some())
            .unwrap_or(Self::Scalar)
    }

    /// Name for people.
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

    /// The library's proof that this processor has the set; `None` when it has not.
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
