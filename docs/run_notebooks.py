"""Run the notebooks of the documentation and keep what they show: python docs/run_notebooks.py"""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent / "notebooks"


def run(path: Path) -> nbformat.NotebookNode:
    """The notebook with the outputs of its cells, in order; a cell that raises is an error here, too."""
    notebook = nbformat.read(path, as_version=4)
    NotebookClient(notebook, timeout=120, kernel_name="python3", record_timing=False).execute()
    notebook.metadata = nbformat.from_dict(
        {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    )
    return notebook


def written(notebook: nbformat.NotebookNode) -> str:
    """The file of a notebook."""
    return nbformat.writes(notebook) + "\n"


if __name__ == "__main__":
    for path in sorted(FOLDER.glob("*.ipynb")):
        path.write_text(written(run(path)), encoding="utf-8")
        print(path)
