"""A spectrum as a person types it: a registered name, ``Beta(a, b)``, or a density of one's own."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sympy import Expr, Rational, S, Symbol, oo

from longlag.theory.errors import LonglagError
from longlag.theory.spectra import SPECTRA
from longlag.theory.spectra.spectrum import Spectrum, Variable, nu, tau
from longlag.theory.typed.parse import parse_expression, parse_number

_CALL = re.compile(r"\s*([A-Za-z_]\w*)\s*\((.*)\)\s*", re.DOTALL)


def read_spectrum(
    text: str, values: Mapping[str, Rational], support: str | None = None
) -> tuple[Spectrum, dict[str, Rational]]:
    """Return the spectrum that ``text`` names or spells out, and the numbers of its parameters.

    Args:
        text: a registered name; a call such as ``Beta(a, b)`` or ``Beta(2, b)``, its arguments
            the parameters in alphabetic order; or a density over ``nu`` or ``tau``.
        values: numbers that are known.
        support: ``LOW,HIGH`` of a density of one's own; (0, inf) without it.

    Raises:
        LonglagError: an unknown name, a wrong number of arguments, what the whitelist refuses.

    >>> read_spectrum("Beta(2, b)", {"b": Rational(3)})[1]
    {'b': 3, 'a': 2}
    """
    call, shorts = _CALL.fullmatch(text), {_short(name): name for name in SPECTRA}
    word = text.strip() if call is None else call[1]
    name = word if word in SPECTRA else shorts.get(_short(word))
    if name is not None:
        if support is not None:
            raise LonglagError(
                f"--support {support}", f"the spectrum {name} has its own", "leave it out"
            )
        return SPECTRA[name], _bound(SPECTRA[name], None if call is None else call[2], values)
    if not re.search(r"\b(nu|tau)\b", text):
        close = difflib.get_close_matches(_short(word), shorts, n=1)
        hint = (
            f"did you mean {shorts[close[0]]}?" if close else f"choose one of {', '.join(SPECTRA)}"
        )
        raise LonglagError(
            f"spectrum {text.strip()[:60]!r}",
            "it is no registered family, and no density over nu or tau",
            hint,
        )
    density = parse_expression(text, {"nu": nu, "tau": tau}, what="density")
    variable = Variable.TIME_SCALE if density.has(tau) else Variable.RATE
    limits = _support(support)
    # At once: what a person types may be a density at these numbers alone.
    known = {s: values[s.name] for s in density.free_symbols | _symbols(limits) if s.name in values}
    unknown = sorted(set(values) - {symbol.name for symbol in known})
    if unknown:
        raise LonglagError(
            f"--set {unknown[0]}",
            f"the density {density} has no such parameter",
            "remove it or correct its name",
        )
    limits = (limits[0].subs(known), limits[1].subs(known))
    return Spectrum("typed", density.subs(known), variable=variable, support=limits), {}


def read_densities(texts: Sequence[str], support: str | None) -> list[Spectrum]:
    """Return densities of one's own, numbered where there are several.

    Args:
        texts: over ``nu`` or ``tau``; every other letter is a positive parameter.
        support: of all of them, as for ``read_spectrum``.

    Raises:
        LonglagError: a registered family, and what ``read_spectrum`` refuses.

    >>> [each.parameters for each in read_densities(["b*exp(-b*nu)"], None)]
    [(b,)]
    """
    found = []
    for number, text in enumerate(texts, 1):
        spectrum, _ = read_spectrum(text, {}, support)
        if spectrum.name in SPECTRA:
            raise LonglagError(
                f"--density {text}", f"{spectrum.name} is a family", "name it with --family"
            )
        found.append(replace(spectrum, name=f"typed{number}" if len(texts) > 1 else "typed"))
    return found


def _symbols(limits: tuple[Expr, Expr]) -> set[Symbol]:
    return limits[0].free_symbols | limits[1].free_symbols


def family_named(text: str) -> str:
    """Return the registered name of a family; an unknown one raises LonglagError.

    >>> family_named("Gamma")
    'gamma_rates'
    """
    names = {_short(name): name for name in SPECTRA}
    close = difflib.get_close_matches(_short(text), names, n=1)
    if _short(text) not in names and close:
        raise LonglagError(
            f"spectrum {text!r}", "no spectrum has this name", f"did you mean {names[close[0]]!r}?"
        )
    return SPECTRA[names.get(_short(text), text)].name


def _bound(
    spectrum: Spectrum, arguments: str | None, values: Mapping[str, Rational]
) -> dict[str, Rational]:
    """The numbers of parameters, those of a call by their place."""
    found = dict(values)
    if arguments is None:
        return found
    names = sorted((s.name for s in spectrum.parameters), key=lambda name: (name.lower(), name))
    given = [part.strip() for part in arguments.split(",")] if arguments.strip() else []
    if len(given) != len(names):
        raise LonglagError(
            f"{spectrum.name} with {len(given)} arguments",
            f"its parameters are {', '.join(names)}",
            "give one for each, or the name alone with --set",
        )
    for name, text in zip(names, given, strict=True):
        if text.isidentifier():
            if text in values:
                found[name] = values[text]
            if text != name and text not in names:
                found.pop(text, None)
        else:
            found[name] = parse_number(text, f"{name} of {spectrum.name}")
    return found


def _support(text: str | None) -> tuple[Expr, Expr]:
    if text is None:
        return S.Zero, oo
    low, comma, high = (part.strip() for part in text.partition(","))
    if not comma:
        raise LonglagError(f"--support {text}", "it takes two ends", "write --support 0,1 or 1,inf")
    return _end(low), _end(high)


def _end(text: str) -> Expr:
    if text in ("inf", "oo"):
        return oo
    if text.isidentifier():
        return Symbol(text, positive=True)
    return parse_number(text, "--support")


def _short(name: str) -> str:
    """A name without what all of them have: ``log_uniform_rates`` and ``LogUniform`` are one."""
    return re.sub(r"_(rates|time_scales?)$", "", name).replace("_", "").lower()
