"""A family of laws: an envelope with free parameters, given by itself or by the units behind it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sympy import Expr, S, Set, Symbol

from longlag.theory.cells.cell import Cell
from longlag.theory.errors import LonglagError
from longlag.theory.initialisations.initialisation import Initialisation, chance
from longlag.theory.language.maps import MapValue
from longlag.theory.language.symbols import (
    CellSymbol,
    Drive,
    NeuronParameter,
    Parameter,
    State,
    Value,
)
from longlag.theory.laws.law import DecayLaw
from longlag.theory.notation import ell
from longlag.theory.phases.region import Region
from longlag.theory.scalar.parameters import POSITIVE, validate_name
from longlag.theory.spectra.share_average import ShareAverage, require_monotone
from longlag.theory.spectra.spectrum import Spectrum, envelope_of
from longlag.theory.transport.jacobian import jacobian
from longlag.theory.transport.rates import carrier
from longlag.theory.window.decay import decay_of
from longlag.theory.window.tails import Decay


@dataclass(frozen=True)
class Family:
    """An envelope whose parameters are free, over the set that each lives in.

    Args:
        name: an identifier.
        envelope: f over ``ell`` and the parameters: an expression, or an average over units.
        domains: for every parameter, the interval it lives in; those left out are positive.
        description: a few words.
        source: where it is used.

    Raises:
        LonglagError: domains of what is no parameter; a share that is not monotone.
    """

    name: str
    envelope: Expr
    domains: Mapping[Symbol, Set] = field(default_factory=dict)
    description: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        validate_name("family", self.name)
        free = sorted(self.envelope.free_symbols - {ell}, key=lambda symbol: str(symbol.name))
        strangers = sorted(str(symbol) for symbol in set(self.domains) - set(free))
        if strangers:
            raise LonglagError(
                f"domains of {', '.join(strangers)} in family {self.name!r}",
                f"its parameters are {', '.join(map(str, free)) or 'none'}",
                "remove them or correct their names",
            )
        domains = {symbol: self.domains.get(symbol, POSITIVE) for symbol in free}
        object.__setattr__(self, "domains", domains)
        point = self.region.witness
        if isinstance(self.envelope, ShareAverage) and point is not None:
            require_monotone(self.envelope.share, self.envelope.bound, point)

    def __hash__(self) -> int:
        return hash((self.name, self.envelope))

    @property
    def region(self) -> Region:
        """All of its parameters."""
        return Region(self.domains)

    def decay(self, region: Region) -> Decay:
        """Return what its envelope is at long lags in a region.

        Raises:
            UndecidedError: where a sign is asked for that nobody tells, or a form is not covered.
        """
        return decay_of(self.envelope.subs(region.fixed))


def of_law(law: DecayLaw) -> Family:
    """Return the family of a decay law, its parameters in their domains."""
    return Family(law.name, law.envelope, law.domains, law.description, law.source)


def of_spectrum(spectrum: Spectrum) -> Family:
    """Return the family of a spectrum: of a density the average over its rates.

    >>> from longlag.theory.spectra import SPECTRA
    >>> of_spectrum(SPECTRA["gamma_rates"]).domains
    {b: Interval.open(0, oo), theta: Interval.open(0, oo)}
    """
    if spectrum.density is None:
        return Family(
            spectrum.name,
            envelope_of(spectrum),
            spectrum.domains,
            spectrum.description,
            spectrum.source,
        )
    return Family(
        spectrum.name,
        spectrum.rate_average,
        spectrum.domains,
        spectrum.description,
        spectrum.source,
    )


def of_initialisation(scheme: Initialisation) -> Family:
    """Return the family of an initialisation: the average over the shares of its units.

    Shares that jump, such as those of two populations, are taken by their envelope.
    """
    smooth = scheme.jumps == 1
    envelope = ShareAverage(scheme.kept, chance, ell) if smooth else scheme.envelope
    domains = {s: each for s, each in scheme.domains.items() if s in envelope.free_symbols}
    if not scheme.kept.has(chance):
        envelope = scheme.kept**ell
    return Family(scheme.name, envelope, domains, scheme.description, scheme.source)


def of_cell(
    cell: Cell,
    drawn: Mapping[str, Expr],
    *,
    domains: Mapping[Symbol, Set] | None = None,
    name: str | None = None,
    description: str = "",
    source: str = "",
) -> Family:
    """Return the family of a cell whose drives or parameters are drawn by each unit.

    Weights are zero, and so are drives that are not drawn: what a unit keeps of its carrying state
    in a step is the local part of the exact Jacobian.

    Args:
        cell: of the catalogue, or of one's own.
        drawn: drive or parameter ↦ its value over ``chance`` and free parameters.
        domains: for every free parameter, the interval it lives in; those left out are positive.
        name: of the family, by default that of the cell.
        description: a few words.
        source: where it is used, by default the cell's.

    Raises:
        LonglagError: names that the cell does not have; a share that depends on the state.

    >>> from sympy import log
    >>> from longlag.theory import CELLS
    >>> from longlag.theory.scalar.parameters import positive
    >>> of_cell(CELLS["lstm"], {"f": positive("s") * log(chance)}).envelope.share
    sigmoid(s*log(u))
    """
    found = jacobian(cell)
    state = carrier(found)
    kept = found.coefficients.local.get((state, state))
    if kept is None:
        raise LonglagError(
            f"cell {cell.name!r}",
            "without its recurrent weights a unit keeps nothing of its state",
            "choose a cell with a leak or a gate that keeps",
        )
    share = _without_weights(cell, kept)
    known = {s.name: s for s in cell.graph.symbols(CellSymbol) if isinstance(s, _DRAWN)}
    strangers = sorted(set(drawn) - set(known))
    if strangers:
        raise LonglagError(
            f"{strangers[0]} of cell {cell.name!r}",
            f"what a unit may draw are its {', '.join(sorted(known))}",
            "name one of them",
        )
    left = {s: Symbol(s.name, positive=True) for s in share.free_symbols if s.name not in drawn}
    given = {known[name]: value for name, value in drawn.items()}
    silent = {s: S.Zero for s in left if isinstance(s, Drive)}
    share = share.subs({**left, **silent, **given})
    if share.has(State) or not share.has(chance):
        what = "depends on the state" if share.has(State) else f"does not depend on {chance}"
        raise LonglagError(
            f"what a unit of cell {cell.name!r} keeps, {share}",
            f"it {what}",
            "draw what its carrying gate hears, over u",
        )
    envelope = ShareAverage(share, chance, ell)
    return Family(name or cell.name, envelope, domains or {}, description, source or cell.source)


#: What a unit may draw for itself.
_DRAWN = (Drive, Parameter, NeuronParameter)


def _without_weights(cell: Cell, kept: Expr) -> Expr:
    """A local derivative with gates written out and what comes by weights zero."""
    while kept.has(Value):
        kept = kept.subs({v: cell.graph.definition(v) for v in kept.atoms(Value)})
    return kept.subs({v: S.Zero for v in kept.atoms(MapValue)})


__all__ = ["Family", "of_cell", "of_initialisation", "of_law", "of_spectrum"]
