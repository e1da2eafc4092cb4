//! NumPy's array file, version 1.0 (NEP 1, <https://numpy.org/neps/nep-0001-npy-format.html>).

/// Header and data: C order, little endian. `descriptor` is NumPy's type string, as `<f4`.
pub(super) fn encode(
    descriptor: &str,
    shape: &[usize],
    data: impl Iterator<Item = [u8; 4]>,
) -> Vec<u8> {
    const ALIGNMENT: usize = 64;
    const FIXED: usize = 10;
    let shape: Vec<String> = shape.iter().map(ToString::to_string).collect();
    let mut header = format!(
        "{{'descr': '{descriptor}', 'fortran_order': False, 'shape': ({}), }}",
        shape.join(", ")
    );
    // The data begin at a multiple of 64; the header ends with a new line.
    let padded = (FIXED + header.len() + 1).next_multiple_of(ALIGNMENT) - FIXED;
    while header.len() + 1 < padded {
        header.push(' ');
    }
    header.push('\n');
    let mut bytes = Vec::with_capacity(FIXED + header.len() + data.size_hint().0 * 4);
    bytes.extend_from_slice(b"\x93NUMPY\x01\x00");
    bytes.extend_from_slice(&(header.len() as u16).to_le_bytes());
    bytes.extend_from_slice(header.as_bytes());
    bytes.extend(data.flatten());
    bytes
}
