"""The wheel holds every module of the folders, under one namespace and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).parent.parent
FOLDERS = {
    "longlag": TOP / "src/longlag",
    "longlag/theory": TOP / "theory",
    "longlag/numerics": TOP / "numerics",
    "longlag/derivations": TOP / "derivations",
}

_SHIPPED = (".py", ".jinja", ".lark", ".c", ".csv", ".npz", ".xz")


def expected_files() -> set[str]:
    files = set()
    for package, folder in FOLDERS.items():
        for path in folder.rglob("*"):
            inside = path.relative_to(folder)
            # src/longlag holds links to the other folders, for type checkers and editors.
            linked = package == "longlag" and inside.parts[0] in (
                "theory",
                "numerics",
                "derivations",
            )
            shipped = path.suffix in _SHIPPED or path.name == "py.typed"
            if shipped and not linked and "__pycache__" not in path.parts:
                files.add(f"{package}/{inside.as_posix()}")
    return files


@pytest.mark.slow
def test_the_wheel_holds_exactly_the_folders(tmp_path: Path) -> None:
    # Built from a copy: a build leaves files behind, and other tests run at the same time.
    source = tmp_path / "source"
    tracked = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=TOP,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    for name in filter(None, tracked):
        origin, target = TOP / name, source / name
        if origin.is_file() and not origin.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(origin.read_bytes())
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--no-build-isolation",
            "--wheel-dir",
            str(tmp_path),
            str(source),
        ],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == expected_files()
