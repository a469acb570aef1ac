"""The letters of weights, rows and matrices, the author's where there are some."""

from __future__ import annotations

from longlag.theory.language.symbols import CellSymbol
from longlag.theory.notation import tex_name
from longlag.theory.typeset.author import emboldened, letter


def index_tex(name: str) -> str:
    """Return a name as it stands in an index: the author's letter, else that of the name."""
    return letter(name, tex_name(name))


def weight_tex(symbol: CellSymbol) -> str:
    r"""Return a dense weight.

    >>> from longlag.theory.language.symbols import DenseWeight
    >>> weight_tex(DenseWeight("z"))
    'W_{z}'
    """
    own = f"{matrix_tex('W')}_{{{index_tex(symbol.name)}}}"
    return letter(f"W_{symbol.name}", symbol.tex or own)


def row_tex(symbol: CellSymbol, *, bold: bool = True) -> str:
    """Return a row of weights, without the mark of its transpose."""
    own = f"{emboldened('u') if bold else 'u'}_{{{index_tex(symbol.name)}}}"
    return letter(f"u_{symbol.name}", symbol.tex or own)


def matrix_tex(name: str) -> str:
    """Return the letter of a matrix, J, D, R, M or W."""
    return letter(name, emboldened(name))
