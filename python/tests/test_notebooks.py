"""The notebooks run. scripts/check-python --all installs what they need."""

import os
import pathlib

import nbclient
import nbformat
import pytest

NOTEBOOKS = pathlib.Path(os.environ.get("MOLSHOT_NOTEBOOKS", pathlib.Path(__file__).parents[1] / "notebooks"))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["first_pictures", "masks_and_depth", "train_on_views"])
def test_a_notebook_runs(name: str, library: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOLSHOT_LIBRARY", str(library))
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "outputs are not committed"
    client = nbclient.NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(tmp_path)}})
    client.execute()
