"""The letters of weights, rows and matrices, the author's where there are some."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Expr, latex

from longlag.theory.errors import LonglagError
from longlag.theory.language.graph import Graph, MapNode
from longlag.theory.language.reductions import FixedWeight
from longlag.theory.language.symbols import CellSymbol
from longlag.theory.language.weights import ExponentialWeight, FreeWeight, TransposedWeight
from longlag.theory.notation import tex_name, tex_parts
from longlag.theory.typeset.author import at_time, emboldened, letter, transposed

#: Letters of constants that mean something else in every display.
_TAKEN = frozenset({"H", "I", "e", "ell", "eta", "i", "j", "pi", "t"})


#: What the parts of a complex number end with.
_PARTS = frozenset({"re", "im"})


def own_letter(symbol: CellSymbol) -> tuple[str, str]:
    r"""Return a symbol's own letter, and what stands above it.

    A constant that would read as the number of neurons or the identity stands in roman type.

    >>> from longlag.theory.language.symbols import parameter
    >>> own_letter(parameter("H")), own_letter(parameter("n_gain"))
    (('\\mathrm{H}', ''), ('\\gamma', 'n'))
    """
    if symbol.tex:
        return symbol.tex, ""
    base, _, part = symbol.name.rpartition("_")
    if base and part in _PARTS and not symbol.constant:
        return tex_parts(base)[0], rf"\mathrm{{{part}}}"
    if symbol.constant and symbol.name in _TAKEN:
        return _roman(symbol.name), ""
    return tex_parts(symbol.name)


def free_letter(symbol: FreeWeight) -> str:
    r"""Return the letter of a weight that is an object, in roman type as that of a constant.

    >>> free_letter(FreeWeight("I")), free_letter(FreeWeight("U"))
    ('\\mathrm{I}', 'U')
    """
    return _roman(symbol.label) if symbol.label in _TAKEN else tex_name(symbol.label)


def _roman(name: str) -> str:
    return rf"\mathrm{{{name}}}"


def block_tex(states: Iterable[str], new: str, previous: str) -> str:
    r"""Return the index of a block of a matrix over states.

    >>> block_tex(["h", "c"], "h", "c"), block_tex(["h", "hh"], "h", "h")
    ('hc', 'h,h')
    """
    short = all(len(name) == 1 for name in states)
    return ("" if short else ",").join((index_tex(new), index_tex(previous)))


def index_tex(name: str) -> str:
    """Return a name as it stands in an index: the author's letter, else that of the name."""
    return letter(name, tex_name(name))


def weight_tex(symbol: CellSymbol) -> str:
    r"""Return a dense weight.

    >>> from longlag.theory.language.maps import DenseWeight
    >>> weight_tex(DenseWeight("z"))
    'W_{z}'
    """
    if isinstance(symbol, TransposedWeight):
        return transposed(weight_tex(symbol.of))
    if isinstance(symbol, FixedWeight):
        return fixed_tex(symbol)
    if isinstance(symbol, ExponentialWeight):
        return f"e^{{{symbol.of.written(weight_tex, scale_tex, ' ')}}}"
    if isinstance(symbol, FreeWeight):
        return letter(symbol.label, symbol.tex or emboldened(free_letter(symbol)))
    own = f"{matrix_tex('W')}_{{{index_tex(symbol.name)}}}"
    return letter(f"W_{symbol.name}", symbol.tex or own)


def fixed_tex(symbol: FixedWeight) -> str:
    r"""Return the matrix of a sum over an axis, of a mean, of sums up to each place, of a spread.

    A spread that adds no axis puts the entries into the order of others.

    >>> from longlag.theory.language.axes import axis
    >>> N, P = axis("N"), axis("P")
    >>> fixed_tex(FixedWeight("total", N, (N, P), (P,)))
    '\\Sigma_{N}'
    """
    if symbol.over is None:
        added = [each.name for each in symbol.target if each not in symbol.source]
        head, told = ("B", added) if added else ("T", [each.name for each in symbol.target])
        return rf"\operatorname{{{head}}}_{{{','.join(map(index_tex, told))}}}"
    mark = {
        "total": r"\Sigma",
        "picked": r"\Sigma",
        "mean": r"\operatorname{E}",
        "cumulative": r"\operatorname{C}",
        "largest": r"\operatorname{max}",
    }
    return f"{mark[symbol.operation]}_{{{index_tex(symbol.over.name)}}}"


def fixed_meaning(symbol: FixedWeight) -> str:
    """Return in words what a matrix of given numbers does to an array.

    >>> from longlag.theory.language.axes import axis
    >>> N, P = axis("N"), axis("P")
    >>> fixed_meaning(FixedWeight("total", N, (N, P), (P,)))
    'sum over the axis N, the same for every entry along it'
    """
    if symbol.over is None:
        added = [each.name for each in symbol.target if each not in symbol.source]
        target = ", ".join(each.name for each in symbol.target)
        if not added:
            return f"the same entries in the order of the axes {target}"
        return f"spread over {', '.join(added)}: the same for every entry along it"
    if symbol.operation == "cumulative":
        return f"sums along the axis {symbol.over.name} up to each entry"
    words = {"total": "sum", "picked": "sum", "mean": "mean", "largest": "largest entry"}
    word = words[symbol.operation]
    return f"{word} over the axis {symbol.over.name}, the same for every entry along it"


def entry_tex(symbol: CellSymbol, row: str, column: str) -> str:
    """Return one entry of a dense weight."""
    if isinstance(symbol, TransposedWeight):
        return entry_tex(symbol.of, column, row)
    mark = "_" if isinstance(symbol, ExponentialWeight) else "^"
    return f"{weight_tex(symbol)}{mark}{{{row}{column}}}"


def scale_tex(size: Expr) -> str:
    """Return the factor before a product of matrices."""
    return (rf"\left({latex(size)}\right)" if size.is_Add else str(latex(size))) + " "


def row_tex(symbol: CellSymbol, *, bold: bool = True) -> str:
    """Return a row of weights, without the mark of its transpose."""
    own = f"{emboldened('u') if bold else 'u'}_{{{index_tex(symbol.name)}}}"
    return letter(f"u_{symbol.name}", symbol.tex or own)


def intermediate_tex(number: int, step: str, entry: str = "") -> str:
    r"""Return an intermediate matrix of a Jacobian at a step, or one of its entries.

    Args:
        number: which of them.
        step: its time.
        entry: the letters of the two neurons; none for the matrix.

    >>> intermediate_tex(1, "t"), intermediate_tex(1, "t", "qp")
    ('V^{(1)}_{t}', 'V^{(1),qp}_{t}')
    """
    mark = ",".join([f"({number})", *([entry] if entry else [])])
    symbol = letter("V", "V") if entry else matrix_tex("V")
    return at_time(symbol, step, mark)


def matrix_tex(name: str) -> str:
    """Return the letter of a matrix, J, D, R, M or W."""
    return letter(name, emboldened(name))


#: Letters of the neurons between two others; i and j count positions, t steps.
_BETWEEN = "pklmrsuvwxyzabcefgABCEFG"


def neurons_between(graph: Graph, count: int) -> list[str]:
    """Return letters for the neurons that a path crosses, none of them a letter of the cell.

    Args:
        graph: of the cell.
        count: how many neurons lie between the two ends.

    Raises:
        LonglagError: the path is longer than there are letters.

    >>> from longlag.theory import CELLS
    >>> neurons_between(CELLS["gru_reset_before"].graph, 2)
    ['p', 'k']
    """
    taken = {symbol.name for symbol in graph.symbols(CellSymbol)}
    taken |= {node.value.name for node in graph.nodes} | set(graph.update)
    free = [name for name in _BETWEEN if name not in taken]
    if count > len(free):
        raise LonglagError(
            f"a path over {count + 1} maps in a row",
            f"there are letters for {len(free)} neurons between its ends",
            "take the update apart into several states",
        )
    return free[:count]


def maps_in_a_row(graph: Graph) -> int:
    """Return how many maps the longest path of a cell crosses.

    >>> from longlag.theory import CELLS
    >>> maps_in_a_row(CELLS["gru_reset_before"].graph)
    2
    """
    crossed: dict[CellSymbol, int] = {}
    for node in graph.nodes:
        inside = node.argument if isinstance(node, MapNode) else node.definition
        before = max((crossed.get(symbol, 0) for symbol in inside.atoms(CellSymbol)), default=0)
        crossed[node.value] = before + isinstance(node, MapNode)
    return max(crossed.values(), default=0)
