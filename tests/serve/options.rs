//! Every option changes the image or the file.

use super::client::Server;

#[test]
#[allow(clippy::too_many_lines, reason = "a table of options")]
fn every_url_parameter_changes_the_image() {
    let server = Server::start("options", &[]);
    let base = "/v1/structures/sample-hiv-protease/image";
    // The query without and with the parameter; some parameters need others to be visible.
    let pairs = [
        ("size=96x96", "size=96x64"),
        ("size=96x96", "size=96x96&commands=view%20left"),
        ("size=96x96", "size=96x96&select=ligand"),
        ("size=96x96", "size=96x96&style=spacefill"),
        (
            "size=96x96",
            "size=96x96&style=misi-residue&residue=ASP+25+A",
        ),
        (
            "size=96x96&style=misi-residue&residue=ASP+25+A",
            "size=96x96&style=misi-residue&residue=ASP+25+B",
        ),
        ("size=96x96", "size=96x96&colors=chain"),
        (
            "size=96x96&colors=uniform&color=red",
            "size=96x96&colors=uniform&color=blue",
        ),
        ("size=96x96", "size=96x96&labels=none"),
        ("size=96x96", "size=96x96&background=white"),
        ("size=96x96", "size=96x96&hydrogens=true"),
        ("size=96x96", "size=96x96&depth-cue=false"),
        ("size=96x96", "size=96x96&stick-radius=0.5"),
        (
            "size=96x96&style=ball-and-stick",
            "size=96x96&style=ball-and-stick&ball-scale=0.5",
        ),
        ("size=96x96", "size=96x96&pseudobonds=hydrogen-bonds"),
        ("size=96x96", "size=96x96&projection=orthographic"),
        ("size=96x96", "size=96x96&fov=60"),
        ("size=96x96", "size=96x96&samples=1"),
        ("size=96x96", "size=96x96&label-size=14px"),
        ("size=96x96&label-size=14px", "size=96x96&label-size=2"),
        ("size=96x96", "size=96x96&label-color=red"),
        ("size=96x96", "size=96x96&label-outline=2"),
        ("size=96x96", "size=96x96&label-chains=true"),
        ("size=96x96", "size=96x96&hide-labels-behind=true"),
        (
            "size=96x96&label-size=14px",
            "size=96x96&label-size=14px&declutter-labels=true",
        ),
        (
            "size=96x96&pseudobonds=hydrogen-bonds",
            "size=96x96&pseudobonds=hydrogen-bonds&pseudobond-distances=1",
        ),
        (
            "size=96x96&style=spacefill&background=white",
            "size=96x96&style=spacefill&background=white&silhouettes=true",
        ),
        (
            "size=96x96&style=spacefill&silhouettes=true&silhouette-color=red",
            "size=96x96&style=spacefill&silhouettes=true&silhouette-color=red&silhouette-width=4",
        ),
        (
            "size=96x96&style=spacefill&silhouette-color=red",
            "size=96x96&style=spacefill&silhouette-color=blue",
        ),
        (
            "size=96x96&style=spacefill&silhouette-color=red",
            "size=96x96&style=spacefill&silhouette-color=red&silhouette-depth-jump=0.9",
        ),
        (
            "size=96x96&style=spacefill",
            "size=96x96&style=spacefill&shadows=true",
        ),
        (
            "size=96x96&style=spacefill",
            "size=96x96&style=spacefill&ambient-occlusion=true",
        ),
        (
            "size=96x96&style=spacefill&ambient-occlusion=true",
            "size=96x96&style=spacefill&ambient-occlusion=true&ambient-occlusion-strength=3",
        ),
        (
            "size=96x96&style=spacefill&ambient-occlusion=true",
            "size=96x96&style=spacefill&ambient-occlusion-radius=20",
        ),
        (
            "size=96x96",
            "size=96x96&transform=ligand%3A+roll+x+90%3B+move+y+5",
        ),
        (
            "size=96x96&transform=ligand%3A+move+y+5",
            "size=96x96&transform=ligand%3A+move+y+5&transform=pocket%3A+roll+z+30",
        ),
    ];
    for (plain, changed) in pairs {
        let [plain_picture, picture] =
            [plain, changed].map(|query| server.get(&format!("{base}.png?{query}")).png());
        // Not `assert_ne!`, which would print every pixel.
        assert!(plain_picture != picture, "{changed} changes nothing");
    }
    let file = [(
        "w.pdb",
        b"HETATM    1  C1  LIG A   1       0.000   0.000   0.000  1.00  0.00           C\nHETATM    2  C2  LIG A   1       1.500   0.000   0.000  1.00  0.00           C\nHETATM    3  O   HOH A   2       3.000   3.000   0.000  1.00  0.00           O\nEND\n".as_slice(),
    )];
    let id = server.upload(&file).json()["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    let water = |query: &str| {
        server
            .get(&format!("/v1/structures/{id}/image.png?size=48x48{query}"))
            .png()
    };
    assert!(
        water("&style=spacefill") != water("&style=spacefill&solvent=true"),
        "solvent changes nothing"
    );
    // The same pixels, encoded as other bytes.
    let sizes = |plain: &str, changed: &str| {
        [plain, changed].map(|query| server.get(&format!("{base}.{query}")).body.len())
    };
    let [fast, small] = sizes("png?size=256x256", "png?size=256x256&compression=small");
    assert!(small < fast, "{small} bytes are not fewer than {fast}");
    let [fine, coarse] = sizes("jpg?size=96x96", "jpg?size=96x96&quality=30");
    assert!(coarse < fine);
    server.end();
}
