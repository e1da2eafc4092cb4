//! Contacts of PLIP 3.0.1, found with `plip` of the Python Package Index (`scripts/contacts-comparison`).
//!
//! Needs the folder named by `MOLSHOT_TEST_DATA`: entries of the Protein Data Bank in `structures/`.

use std::path::PathBuf;

use super::super::{Contact, ContactKind, ContactOptions, ContactSide, find};
use crate::{ReadOptions, Structure, read_file};

/// File, kind, residue and atoms of the ligand, residue and atoms of the rest, distance in angstrom
/// to three decimals. Of a group one atom is listed; of hydrophobic contacts the three shortest.
const PLIP: &str = "\
1acj; hydrophobic-contacts; THA 999 A C6; TRP 432 A CZ2; 3.499
1acj; hydrophobic-contacts; THA 999 A C14; TRP 84 A CE3; 3.771
1acj; hydrophobic-contacts; THA 999 A C2; TYR 442 A CE1; 3.791
1acj; pi-stacking; THA 999 A C10; TRP 84 A CD1; 3.583
1acj; pi-stacking; THA 999 A C1; PHE 330 A CD1; 3.768
1acj; pi-stacking; THA 999 A C10; TRP 84 A CD2; 4.082
1acj; pi-stacking; THA 999 A C10; PHE 330 A CD1; 4.329
1bju; hydrophobic-contacts; GP6 910 A C13; LEU 99 A CD2; 3.674
1bju; pi-stacking; GP6 910 A C10; HIS 57 A CD2; 3.840
1bju; salt-bridges; SO4 901 A O1; HIS 57 A ND1; 5.109
1eve; hydrophobic-contacts; E20 2001 A C12; PHE 331 A CE2; 3.522
1eve; hydrophobic-contacts; E20 2001 A C18; TRP 84 A CG; 3.726
1eve; hydrophobic-contacts; E20 2001 A C10; TYR 334 A CG; 3.787
1eve; pi-cation; E20 2001 A N14; PHE 330 A CD1; 4.060
1eve; pi-stacking; E20 2001 A C18; TRP 84 A CD2; 3.882
1eve; pi-stacking; E20 2001 A C1; TRP 279 A CD2; 4.116
1hpx; hydrophobic-contacts; KNI 900 B C30; VAL 82 A CG1; 3.430
1hpx; hydrophobic-contacts; KNI 900 B C32; ILE 50 B CG1; 3.740
1hpx; hydrophobic-contacts; KNI 900 B C24; ILE 47 A CD1; 3.938
1vsn; halogen-bonds; NFT 283 A F37; LEU 157 A O; 3.236
1vsn; halogen-bonds; NFT 283 A F36; TYR 67 A OH; 3.374
1vsn; hydrophobic-contacts; NFT 283 A C47; ASP 61 A CB; 3.670
1vsn; hydrophobic-contacts; NFT 283 A C07; TYR 67 A CE1; 3.734
1vsn; hydrophobic-contacts; NFT 283 A C21; TYR 67 A CD2; 3.844
1xdn; pi-stacking; ATP 501 A C2; PHE 209 A CD1; 3.706
1xdn; salt-bridges; ATP 501 A O1A; LYS 307 A NZ; 3.554
1xdn; salt-bridges; ATP 501 A O1A; LYS 87 A NZ; 3.741
1xdn; salt-bridges; ATP 501 A O1B; LYS 87 A NZ; 4.032
1xdn; salt-bridges; ATP 501 A O1B; ARG 309 A NE; 4.801
1xdn; salt-bridges; ATP 501 A O1A; ARG 309 A NE; 4.826
1xdn; salt-bridges; ATP 501 A O1G; ARG 111 A NE; 4.919
2q8q; hydrophobic-contacts; HEM 300 A CHD; ILE 99 A CG2; 3.362
2q8q; hydrophobic-contacts; HEM 300 A C3C; ILE 270 A CD1; 3.392
2q8q; hydrophobic-contacts; HEM 300 A CAD; PRO 77 A CB; 3.453
2q8q; salt-bridges; HEM 300 A O1D; LYS 62 A NZ; 4.991
2q8q; salt-bridges; HEM 300 A O1A; LYS 62 A NZ; 5.145
2reg; pi-cation; CHT 1 A N1; TRP 205 A CD1; 4.177
2reg; pi-cation; CHT 1 B N1; TRP 90 B CD1; 4.197
2reg; pi-cation; CHT 1 B N1; TRP 205 B CD1; 4.201
2reg; pi-cation; CHT 1 B N1; TRP 43 B CD2; 4.218
2reg; pi-cation; CHT 1 B N1; TRP 90 B CD2; 4.229
2reg; pi-cation; CHT 1 A N1; TRP 90 A CD1; 4.241
2reg; pi-cation; CHT 1 A N1; TRP 90 A CD2; 4.261
2reg; pi-cation; CHT 1 A N1; TRP 43 A CD2; 4.331
2reg; pi-cation; CHT 1 A N1; TYR 119 A CD1; 4.335
2reg; pi-cation; CHT 1 B N1; TYR 119 B CD1; 4.374
2reg; pi-cation; CHT 1 A N1; TRP 205 A CD2; 4.437
2reg; pi-cation; CHT 1 B N1; TRP 205 B CD2; 4.452
2reg; pi-cation; CHT 1 B N1; TRP 43 B CD1; 4.456
2reg; pi-cation; CHT 1 A N1; TRP 43 A CD1; 4.507
2reg; salt-bridges; CHT 1 A N1; ASP 45 A OD1; 4.750
2reg; salt-bridges; CHT 1 B N1; ASP 45 B OD1; 4.766
3og7; hydrophobic-contacts; 032 1 A C32; LEU 505 A CD2; 3.471
3og7; hydrophobic-contacts; 032 1 A C32; PHE 595 A CE1; 3.549
3og7; hydrophobic-contacts; 032 1 A C23; LYS 483 A CB; 3.597
3og7; pi-cation; 032 1 A C18; LYS 483 A NZ; 4.361
3pxf; hydrophobic-contacts; 2AN 304 A C10; LEU 76 A CD2; 3.417
3pxf; hydrophobic-contacts; 2AN 305 A C8; VAL 64 A CG1; 3.458
3pxf; hydrophobic-contacts; 2AN 305 A C5; LEU 55 A CG; 3.461
3pxf; pi-stacking; 2AN 304 A C11; HIS 71 A CD2; 4.815
3pxf; pi-stacking; 2AN 305 A C10; PHE 80 A CD1; 5.023
3pxf; salt-bridges; 2AN 305 A O1; LYS 33 A NZ; 3.841
3pxf; salt-bridges; 2AN 304 A O1; LYS 56 A NZ; 3.898
3pxf; salt-bridges; 2AN 304 A O1; HIS 71 A ND1; 5.028
4alw; hydrophobic-contacts; HY7 1308 A C14; LEU 174 A CD1; 3.444
4alw; hydrophobic-contacts; HY7 1308 A C14; ALA 65 A CB; 3.552
4alw; hydrophobic-contacts; HY7 1308 A C15; ILE 104 A CG1; 3.965
4alw; pi-cation; IMD 1309 A C2; HIS 219 A ND1; 5.268
4alw; pi-stacking; IMD 1307 A C2; PHE 130 A CD1; 4.349
4alw; salt-bridges; HY7 1308 A N3; ASP 186 A OD1; 3.672
4alw; salt-bridges; HY7 1308 A N2; ASP 186 A OD1; 4.946
4alw; salt-bridges; HY7 1308 A N3; GLU 171 A OE1; 5.427
4dst; hydrophobic-contacts; 9LI 201 A C10; LEU 56 A CB; 3.695
4dst; hydrophobic-contacts; 9LI 201 A C8; LEU 56 A CD2; 3.942
4dst; hydrophobic-contacts; 9LI 201 A C4; LEU 56 A CD1; 3.975
4dst; pi-cation; 9LI 201 A C10; LYS 5 A NZ; 5.891
4dst; pi-stacking; GCP 202 A C4; PHE 28 A CD1; 5.147
4dst; pi-stacking; GCP 202 A C2; PHE 28 A CD1; 5.149
4dst; salt-bridges; ACT 207 A O; ARG 97 A NE; 4.876";

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("MOLSHOT_TEST_DATA").map(PathBuf::from);
    if folder.is_none() {
        // Past the capture of the test harness, which counts skipped tests by it.
        std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: MOLSHOT_TEST_DATA is not set\n",
        )
        .expect("standard error");
    }
    folder
}

/// Residue, number, chain and one atom, such as `ASP 189 A OD1`, for each atom of a side.
fn labels(structure: &Structure, side: &ContactSide) -> Vec<String> {
    let label = |&atom: &u32| {
        let residue = structure.residue_of(atom);
        let chain = &structure.chains()[residue.chain as usize].id;
        let name = &structure.atoms().name[atom as usize];
        format!("{} {} {chain} {name}", residue.name, residue.number)
    };
    side.atoms.iter().map(label).collect()
}

#[test]
fn contacts_of_plip_are_found_at_its_distances() {
    let Some(data) = data() else { return };
    let rows: Vec<[&str; 5]> = PLIP
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split("; ").collect();
            cells.try_into().expect("five cells")
        })
        .collect();
    for of_file in rows.chunk_by(|a, b| a[0] == b[0]) {
        let file = of_file[0][0];
        let path = ["pdb", "pdb.gz"]
            .map(|extension| data.join(format!("structures/plip_{file}.{extension}")))
            .into_iter()
            .find(|path| path.exists())
            .expect(file);
        let structure = read_file(&path, &ReadOptions::default()).expect(file);
        let found = find(&structure, &ContactOptions::default()).contacts;
        for &[_, kind, ligand, rest, distance] in of_file {
            let distance: f32 = distance.parse().expect("a number");
            let kind = ContactKind::from_name(kind).expect(kind);
            let has = |side: &ContactSide, label: &str| {
                labels(&structure, side).iter().any(|found| found == label)
            };
            let is_it = |contact: &&Contact| {
                contact.kind == kind
                    && has(&contact.ligand, ligand)
                    && has(&contact.rest, rest)
                    && (contact.distance_angstrom - distance).abs() < 0.002
            };
            let count = found.iter().filter(is_it).count();
            assert_eq!(count, 1, "{file}: {kind} of {ligand} and {rest}");
        }
        // None of these files has more stacked rings, cations or halogen bonds than PLIP finds.
        for kind in ["pi-stacking", "pi-cation", "halogen-bonds"] {
            let known = of_file.iter().filter(|row| row[1] == kind).count();
            let count = found.iter().filter(|contact| contact.kind.name() == kind);
            assert_eq!(count.count(), known, "{file}: {kind}");
        }
    }
}
