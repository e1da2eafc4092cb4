//! Every option does something, to the picture or to the file.

use super::client::Server;

#[test]
fn every_parameter_of_an_address_changes_the_picture() {
    let server = Server::start("options", &[]);
    let base = "/v1/structures/sample-hiv-protease/image";
    // The plain picture, and the change; some changes need company to be visible.
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
    ];
    for (plain, changed) in pairs {
        let [plain_picture, picture] =
            [plain, changed].map(|query| server.get(&format!("{base}.png?{query}")).png());
        assert_ne!(plain_picture, picture, "{changed} changes nothing");
    }
    let water = |query: &str| {
        let file = [(
            "w.xyz",
            b"4\n\nO 0 0 0\nO 3 0 0\nC 0 3 0\nC 1.5 3 0\n".as_slice(),
        )];
        drop(query.to_owned());
        server.upload(&file).json()["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let id = water("");
    assert_eq!(
        server
            .get(&format!(
                "/v1/structures/{id}/image.png?size=32x32&solvent=true"
            ))
            .status,
        200
    );
    // The same pixels in other bytes.
    let sizes = |plain: &str, changed: &str| {
        [plain, changed].map(|query| server.get(&format!("{base}.{query}")).body.len())
    };
    let [fast, small] = sizes("png?size=256x256", "png?size=256x256&compression=small");
    assert!(small < fast, "{small} bytes are not fewer than {fast}");
    let [fine, coarse] = sizes("jpg?size=96x96", "jpg?size=96x96&quality=30");
    assert!(coarse < fine);
    server.end();
}
