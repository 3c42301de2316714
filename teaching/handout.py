"""What students get in one file: the notebooks, the chapters beside them, and the package; nothing of the teacher's."""

import io
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FOLDER = "convolutional-networks"
# Patterns of what goes in, and the folder that it goes to.
PARTS = (
    ("assignments/notebooks/*.ipynb", "assignments"),
    ("chapters/*.ipynb", "chapters"),
    ("appendices/arrays.md", "appendices"),
    ("cnnlib/**/*", None),  # where it is
    ("pyproject.toml", ""),
    ("LICENSE", ""),
)
SAME_DATE = (1980, 1, 1, 0, 0, 0)  # so that equal files make an equal archive
README = """# Convolutional networks: the assignments

Once, in this folder, with Python 3.11 or newer:

    pip install . jupyterlab matplotlib

Then, whenever you work:

    jupyter lab

The assignments are in `assignments`, the chapters that they belong to in `chapters`. To run the chapters, too:
`pip install ".[book]"`. Nothing is sent anywhere; without a network all works, once it is installed.

Work in a copy of the notebook, `lenet-mine.ipynb`, say, and hand that in. Save often (Ctrl+S, or ⌘S). After *Restart
Kernel* nothing is known any more: run the cells again from the top. If a cell does not end, *Interrupt Kernel*. Read an
error from below: its last line says what happened, and the lines above it where.
"""


def handout(root=ROOT):
    """Pack the students' copy.

    Parameters
    ----------
    root : Path
        Folder of the project.

    Returns
    -------
    bytes
        A zip archive.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        _write(archive, "README.md", README.encode())
        for pattern, folder in PARTS:
            for path in sorted(root.glob(pattern)):
                if path.is_file() and "__pycache__" not in path.parts:
                    place = path.relative_to(root) if folder is None else Path(folder, path.name)
                    _write(archive, place.as_posix(), path.read_bytes())
    return packed.getvalue()


def _write(archive, name, content):
    entry = zipfile.ZipInfo(f"{FOLDER}/{name}", SAME_DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)
