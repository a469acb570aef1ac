"""What the displays of a cell came from, for them to be read back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sympy import Add, Expr, Mul, Product, S, Sum, Symbol

from longlag.theory.cells.cell import Defined, cell_definitions
from longlag.theory.language.graph import Graph, MapNode
from longlag.theory.language.letters import block_tex, intermediate_tex, neurons_between
from longlag.theory.language.matrix import (
    ZERO,
    Diagonal,
    Intermediate,
    Matrix,
    RankOne,
    Weight,
    blocks,
    intermediates,
)
from longlag.theory.language.matrix import Product as MatrixProduct
from longlag.theory.language.matrix import Sum as MatrixSum
from longlag.theory.notation import ell, lag_tex, learning_rate, neurons
from longlag.theory.readback import (
    TIME,
    CellLetters,
    CellMatrix,
    CellValue,
    Chain,
    Chains,
    Factor,
    Gap,
    Name,
    Printed,
    Quotient,
    ReadBack,
    Reader,
    Said,
    Verbatim,
    ones_of,
    read_back,
    said,
    weight_entry,
)
from longlag.theory.transport.jacobian import PART_LETTERS, Jacobian
from longlag.theory.transport.product import Transport
from longlag.theory.transport.rates import EffectiveRates, Rate, factors_of_a_neuron
from longlag.theory.typeset.author import at_now, at_time, clock, current, emboldened, letter

_MARKS = {
    "zeroth": "0",
    "first_order": "1",
    "leak_product": r"\mathrm{leak}",
    "open_gate_product": r"\mathrm{open}",
}


def _matrix_letter(name: str) -> str:
    return letter(name, emboldened(name))


def of_update(cell: Defined) -> ReadBack:
    """Return the reading of a cell's update."""
    letters = CellLetters(cell.graph, (neurons,))
    lines = []
    for value, defined in cell_definitions(cell):
        if isinstance(defined, MapNode):
            meant = ones_of(letters.meant(defined.argument)) / neurons
        else:
            meant = letters.meant(defined)
        lines.append(said(CellValue(letters, letters.meant(value)), "=", CellValue(letters, meant)))
    return read_back(*lines)


def of_jacobian(found: Jacobian) -> ReadBack:
    """Return the reading of the local and the recurrent part of a Jacobian."""
    letters = CellLetters(found.cell.graph, (neurons,))
    reader, printed = _reader_of_one(letters), Printed(letters)
    lines = []
    letters_of_parts = PART_LETTERS[found.split]
    for name, part in zip(letters_of_parts, (found.local, found.recurrent), strict=True):
        told = [
            said(Name(_at_now(name, block)), "=", CellMatrix(reader, printed.chains(entry)))
            for block, entry in _entries(found, part)
        ]
        lines += told or [said(Name(_at_now(name, "")), "=", CellMatrix(reader, frozenset()))]
    return read_back(*lines, *_said_behind(letters, found))


def _reader_of_one(letters: CellLetters) -> Reader:
    """A reader of the matrices of one step, who knows the letter of intermediate ones."""
    return Reader(letters, ((_matrix_letter("V"), "V"),))


def _said_behind(letters: CellLetters, found: Jacobian) -> list[Said]:
    """What the intermediate matrices of a Jacobian are said to be."""
    reader, printed = _reader_of_one(letters), Printed(letters)
    return [
        said(
            Name(intermediate_tex(each.number, clock())),
            "=",
            CellMatrix(reader, printed.chains(each.definition)),
        )
        for each in intermediates(found.local, found.recurrent)
    ]


def _at_now(name: str, block: str) -> str:
    above = f"^{{{block}}}" if block else ""
    if current().time == "argument":
        return at_now(_matrix_letter(name) + above)
    return at_now(_matrix_letter(name)) + above


def _entries(found: Jacobian, part: Matrix) -> Iterable[tuple[str, Matrix]]:
    """Each block that is displayed, with its indices."""
    states = found.cell.states
    several = len(states) > 1
    for new, row in zip(states, blocks(part), strict=True):
        for previous, entry in zip(states, row, strict=True):
            if not several or entry != ZERO:
                yield block_tex(states, new, previous) if several else "", entry


def _names(transport: Transport) -> tuple[str, str]:
    """M at its lag, and its expansion."""
    name = at_time(_matrix_letter("M"), f"{clock()},{_lag(transport)}")
    kept = rf"\le {transport.order}"
    if transport.jacobian.split == "gate":
        kept += r",\,\mathrm{gate}"
    return name, name if transport.is_exact else f"{name}^{{{kept}}}"


def _lag(transport: Transport) -> str:
    return lag_tex() if transport.lag == ell else str(transport.lag)


def _reader(transport: Transport) -> tuple[Reader, Printed]:
    found = transport.jacobian
    letters = CellLetters(found.cell.graph, (neurons, ell))
    first, second = PART_LETTERS[found.split]
    parts = [(found.local, first), (found.recurrent, second)]
    labels = [(part, name) for part, name in parts if part != ZERO] + [(found.matrix, "J")]
    named = tuple((_matrix_letter(name), name) for name in (first, second, "J"))
    return Reader(letters, named), Printed(letters, tuple(labels))


def of_product(transport: Transport) -> ReadBack:
    """Return the reading of a transport as an ordered product of Jacobians."""
    reader, _ = _reader(transport)
    state = letter("h", emboldened("h"))
    before = at_time(state, f"{clock()}-{lag_tex()}")
    return read_back(
        said(
            Name(_names(transport)[0]),
            "=",
            Quotient(Name(at_now(state)), Name(before)),
            "=",
            CellMatrix(reader, _product_of_letters(transport)),
        )
    )


def _product_of_letters(transport: Transport) -> Chains:
    letters = _reader(transport)[1].letters
    return Printed(letters, ((transport.jacobian.matrix, "J"),)).chains(transport.exact)


def of_expansion(transport: Transport) -> ReadBack:
    """Return the reading of an expansion in the recurrent part."""
    reader, printed = _reader(transport)
    terms = MatrixSum(tuple(term for term in transport.terms if term != ZERO))
    meant = CellMatrix(reader, printed.chains(terms))
    return read_back(said(Name(_names(transport)[1]), "=", meant))


def of_remainder(transport: Transport) -> ReadBack:
    """Return the reading of the bound of what an expansion leaves out."""
    gap = Gap(*map(Name, _names(transport)))
    return read_back(said(gap, "≤", transport.remainder_bound))


def of_gate_rates(equations: Sequence[str]) -> ReadBack:
    """Return the reading of rates as entries of ordered products, which are read by spelling.

    Args:
        equations: as they are displayed, one a line.
    """
    sides = (equation.split("&=") for equation in equations)
    return read_back(*(said(Name(left.strip()), "=", Verbatim(right)) for left, right in sides))


def of_rate(rate: Rate) -> ReadBack:
    """Return the reading of one effective learning rate."""
    return read_back(_said_rate(rate))


def of_rates(*rates: Rate, also: Sequence[Said] = ()) -> ReadBack:
    """Return the reading of several rates, one a line, and of what is said behind them."""
    return read_back(*map(_said_rate, rates), *also)


def _said_rate(rate: Rate) -> Said:
    mark = rf"^{{(q)}}_{{{_MARKS[rate.reading]}}}({clock()},{lag_tex()})"
    left = Name(letter("mu", r"\mu") + mark)
    graph = rate.rates.cell.graph
    if rate.factor is not None:
        letters = CellLetters(graph, (ell, learning_rate))
        j = Symbol("j", integer=True)
        kept = Product(letters.meant(rate.factor, j, "q"), (j, 0, ell - 1))
        return said(left, "=", CellValue(letters, learning_rate * kept))
    several = len(rate.rates.cell.states) > 1
    letters = CellLetters(Graph((), {}), (ell, learning_rate))
    named = tuple((letter(name, rf"\mathbf{{{name}}}" if several else name), name) for name in "DR")
    states = rate.rates.cell.states
    block = block_tex(states, rate.rates.new, rate.rates.previous) if several else ""
    return said(left, "=", CellMatrix(Reader(letters, named), _rate_chains(rate, block)))


def _rate_chains(rate: Rate, block: str) -> Chains:
    """η times the products of D and R along the lag, or the entry of their blocks."""

    def local(low: Expr, high: Expr, index: Symbol) -> Factor:
        inner = Chain(S.One, (("letter", "D(q)", TIME - index),))
        return ("run", ((index, low, high),), frozenset([inner]))

    i, j = Symbol("i", integer=True), Symbol("j", integer=True)
    terms = [Chain(S.One, (local(S.Zero, ell - 1, j),))]
    if rate.reading == "first_order":
        crossing = (
            local(S.Zero, j - 1, i),
            ("letter", "R(qq)", TIME - j),
            local(j + 1, ell - 1, i),
        )
        limits = ((j, S.Zero, ell - 1),)
        terms.append(Chain(S.One, (("positions", limits, frozenset([Chain(S.One, crossing)])),)))
    chains = frozenset(terms)
    if block:
        return frozenset([Chain(learning_rate, (("entry", block, chains),))])
    if len(terms) == 1:
        return frozenset([Chain(learning_rate, terms[0].factors)])
    return frozenset([Chain(learning_rate, (("sum", chains),))])


def of_factors(rates: EffectiveRates) -> ReadBack:
    """Return the reading of the entries of D and the diagonal of R at one neuron."""
    found = rates.jacobian
    numbers = [each.number for each in intermediates(found.recurrent)]
    letters = CellLetters(found.cell.graph, (neurons,), tuple(numbers))
    several = len(found.cell.states) > 1
    lines = []
    for name, mark, part in factors_of_a_neuron(found):
        for block, entry in _entries(found, part):
            above = f"{mark},{block}" if several else mark
            left = Name(at_now(f"{letter(name, name)}^{{{above}}}"))
            lines.append(said(left, "=", CellValue(letters, _diagonal_entry(letters, entry))))
    return read_back(*lines, *_said_behind(letters, found))


def _diagonal_entry(letters: CellLetters, node: Matrix) -> Expr:
    """The entry (q, q) of a sum of chains, a sum over the neurons between for each crossing."""
    if isinstance(node, MatrixSum):
        return Add(*(_diagonal_entry(letters, term) for term in node.terms))
    factors = node.factors if isinstance(node, MatrixProduct) else (node,)
    if isinstance(node, Diagonal):
        return letters.meant(node.entry, S.Zero, "q")
    crossings = sum(not isinstance(factor, Diagonal) for factor in factors)
    path = ["q", *neurons_between(letters.graph, crossings - 1), "q"]
    entries: list[Expr] = []
    here = 0
    for factor in factors:
        if isinstance(factor, Diagonal):
            entries.append(letters.meant(factor.entry, S.Zero, path[here]))
            continue
        here += 1
        if isinstance(factor, Weight):
            entries.append(weight_entry(factor.symbol, path[here - 1], path[here]))
        elif isinstance(factor, Intermediate):
            entries.append(
                letters.entry_of_intermediate(factor.number, path[here - 1] + path[here])
            )
        elif isinstance(factor, RankOne):
            entries.append(letters.meant(factor.column, S.Zero, path[here - 1]))
            entries.append(letters.meant(factor.row, S.Zero, path[here]))
    value = Mul(*entries)
    for neuron in reversed(path[1:-1]):
        value = Sum(value, (Symbol(neuron, integer=True), 1, neurons))
    return value
