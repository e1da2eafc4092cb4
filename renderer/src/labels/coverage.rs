//! Coverage of pixels by a glyph.

/// Size of an em in the pictures of glyphs from which small ones are sampled, pixels.
pub(super) const MASTER_EM_PX: f32 = 64.0;

/// How much of each pixel of a rectangle is covered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Coverage {
    /// First column, pixels right of that of the origin.
    pub(super) left: i32,
    /// First row, pixels below that of the origin.
    pub(super) top: i32,
    /// Columns.
    pub(super) width: usize,
    /// Rows of `width`, 0 to 255.
    pub(super) levels: Vec<u8>,
}

impl Coverage {
    /// Without empty rows and columns at its edges.
    pub(super) fn trimmed(self) -> Self {
        let height = self.levels.len() / self.width.max(1);
        let row_is_empty = |y: usize| {
            self.levels[y * self.width..][..self.width]
                .iter()
                .all(|l| *l == 0)
        };
        let column_is_empty = |x: usize| {
            self.levels
                .iter()
                .skip(x)
                .step_by(self.width)
                .all(|l| *l == 0)
        };
        let Some(first_row) = (0..height).find(|y| !row_is_empty(*y)) else {
            return Self::default();
        };
        let end_row = (0..height)
            .rfind(|y| !row_is_empty(*y))
            .map_or(0, |y| y + 1);
        let first = (0..self.width).find(|x| !column_is_empty(*x)).unwrap_or(0);
        let end = (0..self.width)
            .rfind(|x| !column_is_empty(*x))
            .map_or(0, |x| x + 1);
        let rows = (first_row..end_row).flat_map(|y| &self.levels[y * self.width..][first..end]);
        Self {
            left: self.left + first as i32,
            top: self.top + first_row as i32,
            width: end - first,
            levels: rows.copied().collect(),
        }
    }
}
