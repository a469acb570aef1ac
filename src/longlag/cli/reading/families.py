"""A family of laws as a person types it, with the domains of its parameters."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sympy import Expr, Interval, Rational, Set, Symbol, oo

from longlag.cli.reading.objects import find_source
from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.initialisations.initialisation import chance
from longlag.theory.notation import ell
from longlag.theory.phases import FAMILIES, Family
from longlag.theory.phases.certified import Rectangle
from longlag.theory.phases.family import of_cell, of_initialisation, of_law, of_spectrum
from longlag.theory.spectra.share_average import ShareAverage
from longlag.theory.typed.parse import parse_expression, parse_number

_DOMAIN = re.compile(r"\s*([\[(])\s*([^,]+?)\s*,\s*([^,]+?)\s*([\])])\s*")
_INFINITE = {"inf": oo, "oo": oo, "-inf": -oo, "-oo": -oo}


def read_family(
    text: str, init: str | None, cell: str | None, drawn: Sequence[str], domains: Sequence[str]
) -> Family:
    """Return the family that is named or spelt out.

    Args:
        text: a registered family, law, spectrum or initialisation, or f in ``ell``; or empty.
        init: a share in ``u`` that units keep; or None.
        cell: a cell whose units draw what their gates hear; or None.
        drawn: of the cell, ``name=expression in u``.
        domains: ``name=[low,high)`` for parameters; those left out are positive.

    Raises:
        LonglagError: none of the three or several, names that are unknown, domains that are none.

    >>> read_family("ell**-b", None, None, [], ["b=[0,inf)"]).domains
    {b: Interval(0, oo)}
    """
    given = [each for each in (text, init, cell) if each]
    if len(given) != 1:
        raise LonglagError(
            f"{len(given)} families",
            "one is searched at a time",
            "name a family or type f in ell, or give --init, or --cell with --draw",
        )
    if drawn and not cell:
        raise LonglagError(
            f"--draw {drawn[0]}", "it says what units of a cell draw", "give --cell NAME too"
        )
    limits = _domains(domains)

    def symbol(name: str) -> Symbol:
        """Positive where nothing else is said, so that SymPy takes roots of it."""
        low = limits[name].inf if name in limits else 0
        is_positive = low >= 0 and 0 not in limits.get(name, Interval.open(0, 1))
        return Symbol(name, positive=True) if is_positive else Symbol(name, real=True)

    if cell:
        found = find_source(cell)
        if not isinstance(found, Cell):
            raise LonglagError(
                f"--cell {cell}", "a law has no gates", "name a cell: longlag list tells them"
            )
        parts = dict(_drawn(pair, symbol) for pair in drawn)
        family = of_cell(found, parts)
    elif init:
        family = Family("own", ShareAverage(_share(init, symbol), chance, ell))
    else:
        family = _named(text.strip()) or Family("own", _expression(text, symbol))
    known = {str(s.name): s for s in family.domains}
    for name in limits:
        if name not in known:
            raise LonglagError(
                f"--domain {name}",
                f"the parameters are {', '.join(known) or 'none'}",
                "remove it or correct its name",
            )
    changed = {known[name]: domain for name, domain in limits.items()}
    return replace(family, domains={**family.domains, **changed})


def read_rectangle(
    family: Family, over: Sequence[str], given: Mapping[str, Rational]
) -> Rectangle | None:
    """Return the rectangle of ``--map name=LOW:HIGH`` options; None without any.

    Args:
        family: whose parameters they are.
        over: as typed.
        given: numbers for the others.

    Raises:
        LonglagError: a name or a number that cannot be read, a parameter that the family lacks.
    """
    if not over:
        return None
    known = {str(symbol.name): symbol for symbol in family.domains}
    sides = []
    for pair in over:
        name, equals, span = (part.strip() for part in pair.partition("="))
        low, colon, high = span.partition(":")
        if not (equals and colon):
            raise LonglagError(f"--map {pair!r}", "it takes name=LOW:HIGH", "write --map b=0.1:2")
        what = f"--map {name}"
        sides.append((_of(known, name, what), parse_number(low, what), parse_number(high, what)))
    held = tuple((_of(known, name, f"--set {name}"), number) for name, number in given.items())
    return Rectangle(tuple(sides), held)


def _of(known: Mapping[str, Symbol], name: str, what: str) -> Symbol:
    if name not in known:
        raise LonglagError(
            what, f"the parameters are {', '.join(known) or 'none'}", "correct its name"
        )
    return known[name]


def _named(text: str) -> Family | None:
    """A registered family, law, spectrum or initialisation."""
    from longlag.theory.initialisations import INITIALISATIONS
    from longlag.theory.laws import LAWS
    from longlag.theory.spectra import SPECTRA

    if text in FAMILIES:
        return FAMILIES[text]
    if text in LAWS:
        return of_law(LAWS[text])
    if text in SPECTRA:
        return of_spectrum(SPECTRA[text])
    if text in INITIALISATIONS:
        return of_initialisation(INITIALISATIONS[text])
    if not text.isidentifier() or text == ell.name:
        return None
    names = [*FAMILIES, *LAWS, *SPECTRA, *INITIALISATIONS]
    close = difflib.get_close_matches(text, names, n=1)
    raise LonglagError(
        f"family {text!r}",
        "no family, law, spectrum or initialisation has this name",
        f"did you mean {close[0]}?" if close else f"choose one of {', '.join(FAMILIES)}",
    )


def _expression(text: str, symbol: Callable[[str], Symbol]) -> Expr:
    found = parse_expression(text, {ell.name: ell}, new_symbol=symbol, what="family of laws")
    if not found.has(ell):
        raise LonglagError(
            f"family {text!r}", "an envelope depends on the lag ell", "write it in ell"
        )
    return found


def _share(text: str, symbol: Callable[[str], Symbol]) -> Expr:
    names = {str(chance): chance}
    return parse_expression(text, names, new_symbol=symbol, what="share of a unit")


def _drawn(pair: str, symbol: Callable[[str], Symbol]) -> tuple[str, Expr]:
    name, equals, text = (part.strip() for part in pair.partition("="))
    if not (equals and name and text):
        raise LonglagError(
            f"--draw {pair!r}", "it takes name=expression in u", "write --draw 'f=s*log(u/(1-u))'"
        )
    return name, _share(text, symbol)


def _domains(pairs: Sequence[str]) -> dict[str, Set]:
    found: dict[str, Set] = {}
    for pair in pairs:
        name, _, text = pair.partition("=")
        match = _DOMAIN.fullmatch(text)
        if match is None:
            raise LonglagError(
                f"--domain {pair!r}", "it takes name=[low,high)", "write --domain 'b=[0,inf)'"
            )
        left, low, high, right = match.groups()
        ends = [
            _INFINITE[end] if end in _INFINITE else parse_number(end, f"--domain {name.strip()}")
            for end in (low, high)
        ]
        if not ends[0] < ends[1]:
            raise LonglagError(
                f"--domain {pair!r}", "the lower end comes first", "write --domain 'b=[0,inf)'"
            )
        found[name.strip()] = Interval(*ends, left == "(", right == ")")
    return found


__all__ = ["read_family", "read_rectangle"]
