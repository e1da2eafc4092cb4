//! Names of standard residues, by which a reader recognises the columns of a line.

/// Returns true for the name of a standard residue.
pub(super) fn is_standard(name: &[u8]) -> bool {
    STANDARD.contains(&name)
}

/// Standard names, which fill columns 18-20.
const STANDARD: [&[u8]; 22] = [
    b"ALA", b"ARG", b"ASN", b"ASP", b"CYS", b"GLN", b"GLU", b"GLY", b"HIS", b"ILE", b"LEU", b"LYS",
    b"MET", b"PHE", b"PRO", b"SER", b"THR", b"TRP", b"TYR", b"VAL", b"HOH", b"MSE",
];
