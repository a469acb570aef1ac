"""From a gated cell to its effective learning rates, each displayed equation checked.

Cell → one-step Jacobian → product over a lag → expansion → remainder → rates. Source of the
programme: arXiv 2508.12121 and 2512.05790; every formula here is derived from the cell's update.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy

from longlag.derivations.rates import readings
from longlag.derivations.rates.expansion_figure import expansion_error
from longlag.derivations.rates.wrong_versions import (
    doubled_update,
    factor_dropped,
    half_bound,
    identity_in_the_expansion,
    leak_for_open_gate,
    mistakes,
    negative_correction,
    nothing_leaks,
    one_factor_short,
    rates_of_twice_the_leak,
    sign_flipped,
    transposed,
)
from longlag.numerics.checks import CHECKS, combine, expansion_verdict, jacobian_verdict, subject
from longlag.numerics.checks.check import Subject
from longlag.numerics.checks.modules import MODULES, module_verdict
from longlag.theory.cells import CELLS
from longlag.theory.cells.cell import Cell, cell_latex
from longlag.theory.language.letters import index_tex
from longlag.theory.notation import TRANSPORT, ell, in_letters, lag_tex, local_norm, recurrent_norm
from longlag.theory.statement import (
    Claim,
    Derivation,
    Figure,
    Kind,
    Level,
    Settings,
    Source,
    Statement,
    Text,
    Verdict,
)
from longlag.theory.transport.induction import bounds_at_every_lag, expands_at_every_lag
from longlag.theory.transport.jacobian import jacobian_latex
from longlag.theory.transport.product import (
    Transport,
    expansion_equation,
    product_latex,
    remainder_equation,
    transport_name,
)
from longlag.theory.transport.rates import (
    EffectiveRates,
    Rate,
    effective_learning_rates,
    rate_definitions,
    rate_latex,
)
from longlag.theory.typeset.author import at_now, at_time, clock, emboldened, letter
from longlag.theory.typeset.prose import lettered
from longlag.theory.typeset.shown import aligned

#: How the expansion and the bound of its remainder are proved.
_ONE_FACTOR_MORE = "induction on ℓ, one factor D or R more, for every ℓ, every order and every H"
_PASCAL = "induction on ℓ, B_k(ℓ+1) = d B_k(ℓ) + r B_{k−1}(ℓ), for every ℓ"
#: Lags at which a bound that does not follow is compared with what is left out.
_PROVED_LAGS = range(1, 9)

Route = Callable[[Subject, Settings], Verdict]


def derive_cell(cell: Cell, order: int = 1) -> Derivation:
    """Derive a cell's effective learning rates as a document of checked equations.

    Args:
        cell: the cell.
        order: the highest order of the expansion over a lag.

    Returns:
        The derivation; ``.check()`` gives every equation its verdict.
    """
    found = subject(cell, order)
    transport = found.derived_transport
    rates = effective_learning_rates(cell)
    return Derivation(
        name=cell.name,
        glossary=in_letters(TRANSPORT),
        title=f"Effective learning rates of {cell.name}",
        items=(
            Text(_introduction(cell)),
            _update(found),
            _jacobian(found),
            _product(found, transport),
            _expansion(found, transport),
            _remainder(found, transport),
            _rates(found, rates),
            _factors(found, rates),
            *_readings(found, rates),
            Figure(
                f"{cell.name}_expansion",
                "Diagonal of the transport: the exact product beside its zeroth and first order, "
                f"block ${index_tex(rates.new)} \\to {index_tex(rates.previous)}$, "
                "mean of absolute values over neurons. "
                "First order is a short-lag tool: past the lag where the curves part, only the "
                "exact product tells the truth.",
                lambda settings: expansion_error(cell, settings),
            ),
        ),
    )


def _introduction(cell: Cell) -> str:
    description = cell.description or "a cell of the user's own"
    source = f" Source: {cell.source}." if cell.source else ""
    states = "one state" if len(cell.states) == 1 else f"{len(cell.states)} states"
    return f"The cell {cell.name} ({description}) has {states} per neuron.{source}"


def _routes(names: Sequence[str], *others: Route) -> Callable[..., Verdict]:
    """Return one check out of several routes to the same statement."""

    def check(settings: Settings, *, found: Subject) -> Verdict:
        verdicts = [route(found, settings) for route in others]
        verdicts += [CHECKS[name].run(found, settings) for name in names]
        return combine(verdicts)

    return check


def _update(found: Subject) -> Claim:
    cell = found.cell
    # A user's cell may bear the name of a registered one without being it.
    shipped = cell.name in MODULES and CELLS[cell.name] == cell
    routes = [lambda _, settings: module_verdict(cell.name, settings)] if shipped else []
    return Claim(
        Statement(
            "update",
            Kind.DEFINITION,
            cell_latex(cell),
            source=_source(cell),
            reading=readings.of_update(cell),
        ),
        _routes(["update", "backends"], *routes),
        title="Update",
        text="The definition. Its generated functions are compared with the update as written"
        + (f" and with torch.nn.{MODULES[cell.name].__name__}." if shipped else "."),
        stated={"found": found},
        wrong=mistakes(found, doubled_update),
    )


def _jacobian(found: Subject) -> Claim:
    def symbolic(found: Subject, settings: Settings) -> Verdict:
        return jacobian_verdict(found.jacobian, settings)

    return Claim(
        Statement(
            "jacobian",
            Kind.IDENTITY,
            jacobian_latex(found.jacobian),
            reading=readings.of_jacobian(found.jacobian),
        ),
        _routes(["jacobian", "parts", "float32"], symbolic),
        title="One-step Jacobian",
        text=lettered(
            "$J_t = D_t + R_t$: the local part $D$ crosses no linear map, the recurrent part $R$ "
            "at least one. Derived from the update by SymPy."
        ),
        stated={"found": found},
        wrong=mistakes(found, sign_flipped, factor_dropped, nothing_leaks),
    )


def _product(found: Subject, transport: Transport) -> Claim:
    name = transport_name(transport)
    state = letter("h", emboldened("h"))
    before = at_time(state, f"{clock()}-{lag_tex()}")
    quotient = rf"\frac{{\partial {at_now(state)}}}{{\partial {before}}}"
    tex = f"{name} = {quotient} = {product_latex(transport.lag)}"
    return Claim(
        Statement("product", Kind.IDENTITY, tex, reading=readings.of_product(transport)),
        _routes(["product"]),
        title="Transport over a lag",
        text="The chain rule: the newest factor stands on the left.",
        stated={"found": found},
        wrong=mistakes(found, one_factor_short, transposed),
    )


def _expansion(found: Subject, transport: Transport) -> Claim:
    def symbolic(found: Subject, settings: Settings) -> Verdict:
        if expands_at_every_lag(found.derived_transport):
            return Verdict(level=Level.PROVED, method=_ONE_FACTOR_MORE)
        return expansion_verdict(found.derived_transport, settings)

    return Claim(
        Statement(
            "expansion",
            Kind.IDENTITY,
            aligned(expansion_equation(transport)),
            assumptions=(lettered(f"terms up to order {transport.order} in $R$"),),
            reading=readings.of_expansion(transport),
        ),
        _routes(["expansion", "slope"], symbolic),
        title="Expansion in the recurrent part",
        text=lettered(
            "Each term is the coefficient of a power of $\\varepsilon$ in "
            "$\\prod_j (D_j + \\varepsilon R_j)$; the error falls at least like "
            f"$\\varepsilon^{{{transport.order + 1}}}$."
        ),
        stated={"found": found},
        wrong=mistakes(found, identity_in_the_expansion),
    )


def _remainder(found: Subject, transport: Transport) -> Claim:
    return Claim(
        Statement(
            "remainder",
            Kind.BOUND,
            aligned([remainder_equation(transport)]),
            assumptions=(
                lettered(r"$d = \max_j \|D_j\|_2$, $r = \max_j \|R_j\|_2$ over the steps"),
            ),
            reading=readings.of_remainder(transport),
        ),
        _routes(["remainder"], lambda found, _: tail_verdict(found.derived_transport)),
        title="Remainder",
        text=lettered(
            "What is left out crosses $R$ more often than the order; there are "
            r"$\binom{\ell}{i}$ products that cross it $i$ times."
        ),
        stated={"found": found},
        wrong=mistakes(found, half_bound),
    )


def tail_verdict(transport: Transport) -> Verdict:
    """Prove that the remainder bound holds, by induction on the lag; what does not is refuted.

    A bound that does not follow is compared, lag by lag, with the sum of the norms of what is left
    out, which is attained where D and R are multiples of the identity.
    """
    if bounds_at_every_lag(transport):
        return Verdict(level=Level.PROVED, method=_PASCAL)
    d, r = local_norm, recurrent_norm
    for number in _PROVED_LAGS:
        left_out = range(transport.order + 1, number + 1)
        tail = sum(sympy.binomial(number, i) * d ** (number - i) * r**i for i in left_out)
        bound = transport.remainder_bound.subs(ell, number)
        if sympy.expand(bound - tail) != 0:
            return Verdict(
                level=Level.REFUTED,
                method="the binomial theorem",
                counterexample=f"ell = {number}: bound {sympy.expand(bound)}, left out {tail}",
            )
    scope = f"ℓ = {_PROVED_LAGS[0]}…{_PROVED_LAGS[-1]}"
    return Verdict(level=Level.PROVED, method=f"the binomial theorem for {scope}")


def _rates(found: Subject, rates: EffectiveRates) -> Claim:
    tex = aligned([rate_latex(rates.zeroth), rate_latex(rates.first_order)])
    block = f"the block ${index_tex(rates.new)} \\to {index_tex(rates.previous)}$"
    return Claim(
        Statement(
            "rates",
            Kind.IDENTITY,
            tex,
            source=Source("arXiv 2512.05790", "effective learning rates"),
            reading=readings.of_rates(rates.zeroth, rates.first_order),
        ),
        _routes(["rates"]),
        title="Effective learning rates",
        text=f"Zeroth and first order of {block}, neuron $q$, without division.",
        stated={"found": found},
        wrong=mistakes(found, negative_correction, rates_of_twice_the_leak),
    )


def _factors(found: Subject, rates: EffectiveRates) -> Claim:
    return Claim(
        Statement(
            "factors",
            Kind.IDENTITY,
            aligned(rate_definitions(rates.first_order)),
            reading=readings.of_factors(rates),
        ),
        _routes(["parts"]),
        title="The factors of one neuron",
        text=lettered("The entries of $D$ and the diagonal of $R$ at neuron $q$."),
        stated={"found": found},
        wrong=mistakes(found, sign_flipped, nothing_leaks),
    )


def _readings(found: Subject, rates: EffectiveRates) -> list[Claim]:
    names = {"leak_product": "Leak product", "open_gate_product": "Open-gate product"}
    checks = {"leak_product": "parts", "open_gate_product": "open_gate"}
    wrong = {"leak_product": nothing_leaks, "open_gate_product": leak_for_open_gate}
    texts = {
        "leak_product": "What neuron $q$ keeps of its own value at every step.",
        "open_gate_product": "What neuron $q$ takes in of its candidate at every step. The papers "
        "call both products the effective rate; they are different functions.",
    }

    def claim(reading: Rate) -> Claim:
        return Claim(
            Statement(
                reading.reading,
                Kind.DEFINITION,
                rate_latex(reading).replace("&=", "="),
                reading=readings.of_rate(reading),
            ),
            _routes([checks[reading.reading]]),
            title=names[reading.reading],
            text=texts[reading.reading],
            stated={"found": found},
            wrong=mistakes(found, wrong[reading.reading]),
        )

    return [claim(reading) for reading in rates.readings if reading.reading in names]


def _source(cell: Cell) -> Source:
    return Source(cell.source) if cell.source else Source("the user's own")


def derivations(order: int = 1) -> list[Derivation]:
    """Return the derivation of every registered cell."""
    return [derive_cell(cell, order) for cell in CELLS.values()]
