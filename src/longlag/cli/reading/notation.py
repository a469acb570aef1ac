"""The author's notation and the width of lines, as a person gives them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from longlag.files import require_file
from longlag.theory.errors import LonglagError
from longlag.theory.typeset.author import Notation, check_width

#: The options of every command that writes mathematics.
NotationOption: TypeAlias = Annotated[
    Path | None, typer.Option("--notation", help="A TOML file with the author's letters.")
]
WidthOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--width", help="Break lines at this width: 8.5cm, 85mm, 240pt; cm without a unit."
    ),
]
#: Bytes of a notation: names of symbols are few.
_LARGEST = 10**6
#: Centimetres of each unit.
_UNITS = {"": 1.0, "cm": 1.0, "mm": 0.1, "in": 2.54, "pt": 2.54 / 72.27}
_LENGTH = re.compile(r"(\d+(?:\.\d+)?)\s*([a-z]*)")


def read_notation(path: Path | None, width: str | None = None) -> Notation:
    """Return the notation of a TOML file, with lines of a width.

    Args:
        path: the file, None for longlag's own notation.
        width: such as 8.5, 85mm, 3.4in or 240pt; centimetres without a unit.

    Raises:
        LonglagError: no such file, no TOML, a setting that there is none of, TeX that would not
            compile, no width.
    """
    notation = Notation()
    if path is not None:
        require_file(path, largest=_LARGEST)
        try:
            settings = tomllib.loads(path.read_text(encoding="utf-8"))
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise LonglagError(
                f"{path}: {error}",
                "a notation is a TOML file, with TeX between single quotes",
                r"write, for instance, names.h = '\mathbf{s}'",
            ) from None
        notation = Notation.of(settings, str(path))
    return notation if width is None else notation.changed(width=read_width(width))


def read_width(text: str) -> float:
    """Return a width in centimetres.

    >>> read_width("85mm")
    8.5
    """
    match = _LENGTH.fullmatch(text.strip())
    if match is None or match[2] not in _UNITS:
        raise LonglagError(
            f"--width {text}", "it is the width of a column", "give such as 8.5, 85mm, 3.4in, 240pt"
        )
    return check_width(float(match[1]) * _UNITS[match[2]])
