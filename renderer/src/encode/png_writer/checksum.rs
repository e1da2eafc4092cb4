//! Adler-32 (RFC 1950, section 8.2) of rows of which most bytes are zero: these only count.

/// Largest prime below 65,536.
const MODULUS: u64 = 65_521;

/// The sum so far.
#[derive(Debug, Clone, Copy)]
pub(super) struct Adler32 {
    /// 1 and all bytes.
    sum: u64,
    /// All values that `sum` took.
    sum_of_sums: u64,
}

impl Adler32 {
    pub(super) fn new() -> Self {
        Self {
            sum: 1,
            sum_of_sums: 0,
        }
    }

    /// Adds a row of `length` bytes.
    ///
    /// After n bytes d the second sum has grown by n times the first sum, and by each byte as often
    /// as it was in the first.
    pub(super) fn add(&mut self, length: usize, row: RowSums) {
        self.sum_of_sums = (self.sum_of_sums + length as u64 * self.sum + row.weighted) % MODULUS;
        self.sum = (self.sum + row.sum) % MODULUS;
    }

    pub(super) fn value(self) -> u32 {
        (self.sum_of_sums << 16 | self.sum) as u32
    }
}

/// What a row adds. No row that fits into memory makes these overflow: the weighted sum of 2^28
/// bytes is below 2^63.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct RowSums {
    /// All bytes.
    sum: u64,
    /// Each byte times the number of bytes from it to the row's end, itself counted.
    weighted: u64,
}

impl RowSums {
    /// Adds neighbouring bytes: their sum, the number of bytes from the first of them to the row's
    /// end, and the sum of each byte times its distance from the first.
    #[inline(always)]
    pub(super) fn add(&mut self, left: usize, sum: u64, late: u64) {
        self.sum += sum;
        self.weighted += left as u64 * sum - late;
    }
}
