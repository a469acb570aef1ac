"""From a gated cell to its effective learning rates, each displayed equation checked.

Cell → one-step Jacobian → product over a lag → expansion → remainder → rates. Source of the
programme: arXiv 2508.12121 and 2512.05790; every formula here is derived from the cell's update.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy

from longlag.derivations.rates import readings
from longlag.derivations.rates.complex_update import complex_update
from longlag.derivations.rates.entries import by_entries, with_sums
from longlag.derivations.rates.expansion_figure import expansion_error
from longlag.derivations.rates.side_by_side import side_by_side
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
    updated_state,
)
from longlag.numerics.checks import CHECKS, combine, expansion_verdict, jacobian_verdict, subject
from longlag.numerics.checks.check import Subject
from longlag.numerics.checks.modules import MODULES, module_verdict
from longlag.theory.cells import PAPER_CELLS
from longlag.theory.cells.cell import Cell, cell_latex
from longlag.theory.language.displays import print_scalar
from longlag.theory.language.flat import has_axes
from longlag.theory.language.letters import index_tex
from longlag.theory.language.matrix import intermediates
from longlag.theory.notation import TRANSPORT, ell, in_letters, lag_tex, local_norm, recurrent_norm
from longlag.theory.statement import (
    DERIVED_HERE,
    Claim,
    Derivation,
    Figure,
    Item,
    Kind,
    Level,
    Settings,
    Source,
    Statement,
    Text,
    Verdict,
)
from longlag.theory.transport.alike import alike_along
from longlag.theory.transport.induction import bounds_at_every_lag, expands_at_every_lag
from longlag.theory.transport.jacobian import PART_LETTERS, Jacobian, jacobian, jacobian_latex
from longlag.theory.transport.product import (
    DIAGONAL_IS_PRODUCT,
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
    gate_rate_equations,
    rate_definitions,
    rate_latex,
)
from longlag.theory.typeset.author import at_now, at_time, clock, emboldened, letter
from longlag.theory.typeset.prose import lettered
from longlag.theory.typeset.shown import aligned

#: How the expansion and the bound of its remainder are proved.
_ONE_FACTOR_MORE = (
    "induction on ℓ, one factor of either part more, for every ℓ, every order and every H"
)
_PASCAL = "induction on ℓ, B_k(ℓ+1) = d B_k(ℓ) + r B_{k−1}(ℓ), for every ℓ"
#: Lags at which a bound that does not follow is compared with what is left out.
_PROVED_LAGS = range(1, 9)

#: Of what every cell's section is one.
FAMILY = "Cells, from their update to their effective learning rates"

Route = Callable[[Subject, Settings], Verdict]


def derive_cell(cell: Cell, order: int = 1) -> Derivation:
    """Derive a cell's effective learning rates as a document of checked equations.

    Args:
        cell: the cell.
        order: the highest order of the expansion over a lag.

    Returns:
        The derivation; ``.check()`` gives every equation its verdict.
    """
    found, gates = subject(cell, order), subject(cell, order, split="gate")
    transport = found.derived_transport
    rates = effective_learning_rates(cell)
    items: list[Item] = [
        Text(_introduction(cell)),
        *complex_update(cell),
        _update(found),
        _jacobian(found),
        _product(found, transport),
        *_expanded(found),
        _rates(found, rates),
        _factors(found, rates),
        *_readings(found, rates),
        *_gates_held(found, gates),
        Figure(
            f"{cell.name}_expansion",
            _figure_caption(found, rates),
            lambda settings: expansion_error(cell, settings),
        ),
    ]
    title = f"Effective learning rates of {cell.name}"
    if not has_axes(cell.update):
        return Derivation(cell.name, title, tuple(items), in_letters(TRANSPORT), FAMILY)
    # The introduction repeats what its author says.
    told = (items[0], *map(by_entries, items[1:]))
    return Derivation(cell.name, title, told, in_letters(with_sums(cell, items)), FAMILY)


def _introduction(cell: Cell) -> str:
    description = cell.description or "a cell of the user's own"
    source = f" Source: {cell.source}." if cell.source else ""
    states = "one state" if len(cell.states) == 1 else f"{len(cell.states)} states"
    if not has_axes(cell.update):
        return f"The cell {cell.name} ({description}) has {states} per neuron.{source}"
    axes = ", ".join(each.name for each in cell.axes)
    of = f"the axis {axes}" if len(cell.axes) == 1 else f"several axes, {axes}"
    told = f"The cell {cell.name} ({description}) has {states} of {of}.{source}"
    told += " Arrays are vectors of entries; what sums over an axis spreads the sum over it again."
    alike = " and ".join(each.name for each in alike_along(cell))
    if alike:
        told += f" Along {alike} every entry is transported alike: $M = G \\otimes I$."
    return told


def _figure_caption(found: Subject, rates: EffectiveRates) -> str:
    block = f"block ${index_tex(rates.new)} \\to {index_tex(rates.previous)}$"
    over = f"{block}, mean of absolute values over neurons"
    if found.jacobian.is_local:
        return f"Diagonal of the transport, {over}: {DIAGONAL_IS_PRODUCT}."
    return (
        f"Diagonal of the transport: the exact product beside its zeroth and first order, {over}. "
        "First order is a short-lag tool: past the lag where the curves part, only the exact "
        "product tells the truth."
    )


def _gates_held(found: Subject, gates: Subject) -> list[Text | Claim]:
    """The gate split; without a recurrent part no gate moves with the state by a map."""
    if found.jacobian.is_local and gates.jacobian.is_local:
        return []
    return [
        Text(_gate_split(found.cell), title="The gate split"),
        _jacobian(gates),
        *_expanded(gates),
        _gate_rates(gates),
    ]


def _gate_split(cell: Cell) -> str:
    gates = sorted(index_tex(value.name) for value in cell.graph.gates)
    if not gates:
        return lettered(
            "No value of this cell is a gate: the Jacobian with the gates held fixed, $A$, is the "
            "whole Jacobian, and the expansion in what their derivatives add, $G$, is exact."
        )
    listed = ", ".join(f"${gate}$" for gate in gates)
    full = "" if jacobian(cell).is_local else ", a full matrix"
    return lettered(
        f"With the gates {listed} held fixed, the Jacobian is $A${full}; $G$ is what the "
        "derivatives of the gates add. The expansion in $G$ is another one than that in $R$ above, "
        "with another zeroth order, another remainder and other rates."
    )


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
    shipped = cell.name in MODULES and PAPER_CELLS[cell.name] == cell
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

    of_gates = found.jacobian.split == "gate"
    text = (
        "$J_t = A_t + G_t$: $A$ is derived with the gates held fixed, $G$ by paths over a gate."
        if of_gates
        else "$J_t = D_t + R_t$: the local part $D$ crosses no linear map, the recurrent part $R$ "
        "at least one. Derived from the update by SymPy." + _missing_part(found.jacobian)
    )
    if intermediates(found.jacobian.matrix):
        text += " $V$ with a number holds the paths from where several meet: it is told once."
    candidates = [sign_flipped, factor_dropped, nothing_leaks, *[updated_state] * of_gates]
    return Claim(
        Statement(
            _named("jacobian", found),
            Kind.IDENTITY,
            jacobian_latex(found.jacobian),
            source=Source("arXiv 2508.12121", "gate-derivative terms")
            if of_gates
            else DERIVED_HERE,
            reading=readings.of_jacobian(found.jacobian),
        ),
        _routes(["jacobian", "parts", "float32"], symbolic),
        title=_titled("One-step Jacobian", found),
        text=lettered(text),
        stated={"found": found},
        wrong=mistakes(found, *candidates),
    )


def _missing_part(found: Jacobian) -> str:
    """What there is to say where the local or the recurrent part is zero."""
    if not found.keeps and found.is_local:
        return " The new state does not depend on the old one: nothing crosses a lag."
    if found.is_local:
        return " No path crosses a map: $R$ is zero."
    return "" if found.keeps else " $D$ is zero: there is no leak."


def _named(name: str, found: Subject) -> str:
    """The name of a claim, which tells the gate split from the leak split."""
    return name if found.jacobian.split == "leak" else f"gate_{name}"


def _titled(title: str, found: Subject) -> str:
    return f"{title}, {found.jacobian.split} split"


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


def _expanded(found: Subject) -> list[Claim]:
    """The expansion, and what it leaves out where that is something."""
    exact = found.derived_transport.is_exact
    return [_expansion(found), *([] if exact else [_remainder(found)])]


def _expansion(found: Subject) -> Claim:
    def symbolic(found: Subject, settings: Settings) -> Verdict:
        if expands_at_every_lag(found.derived_transport):
            return Verdict(level=Level.PROVED, method=_ONE_FACTOR_MORE)
        return expansion_verdict(found.derived_transport, settings)

    transport = found.derived_transport
    first, second = PART_LETTERS[found.jacobian.split]
    power = transport.error_order
    text = (
        f"Exact: ${second}$ is zero, and the product of the ${first}$ is the transport; "
        f"{DIAGONAL_IS_PRODUCT}."
        if power is None and found.jacobian.split == "leak"
        else f"Exact: ${second}$ is zero, and the product of the ${first}$ is the transport."
        if power is None
        else "Each term is the coefficient of a power of $\\varepsilon$ in "
        f"$\\prod_j ({first}_j + \\varepsilon {second}_j)$; the error falls like "
        f"$\\varepsilon^{{{print_scalar(power)}}}$ or faster."
    )
    kept = f"terms up to order {transport.order} in ${second}$"
    return Claim(
        Statement(
            _named("expansion", found),
            Kind.IDENTITY,
            aligned(expansion_equation(transport)),
            assumptions=() if power is None else (lettered(kept),),
            reading=readings.of_expansion(transport),
        ),
        _routes(["expansion", "slope"], symbolic),
        title=_titled("Expansion", found),
        text=lettered(text),
        stated={"found": found},
        wrong=mistakes(found, identity_in_the_expansion),
    )


def _remainder(found: Subject) -> Claim:
    first, second = PART_LETTERS[found.jacobian.split]
    norms = rf"$d = \max_j \|{first}_j\|_2$, $r = \max_j \|{second}_j\|_2$ over the steps"
    return Claim(
        Statement(
            _named("remainder", found),
            Kind.BOUND,
            aligned([remainder_equation(found.derived_transport)]),
            assumptions=(lettered(norms),),
            reading=readings.of_remainder(found.derived_transport),
        ),
        _routes(["remainder"], lambda found, _: tail_verdict(found.derived_transport)),
        title=_titled("Remainder", found),
        text=lettered(
            f"What is left out crosses ${second}$ more often than the order; there are "
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
    expanded = [rates.zeroth] if found.jacobian.is_local else [rates.zeroth, rates.first_order]
    block = f"the block ${index_tex(rates.new)} \\to {index_tex(rates.previous)}$"
    text = f"Zeroth and first order of {block}, neuron $q$, without division."
    if found.jacobian.is_local:
        text = f"Of {block}, neuron $q$; first order is zeroth order, and exact."
    elif not found.jacobian.keeps:
        text += " Without a leak both are zero beyond lag 1; the exact product need not be."
    return Claim(
        Statement(
            "rates",
            Kind.IDENTITY,
            aligned([rate_latex(rate) for rate in expanded]),
            source=Source("arXiv 2512.05790", "effective learning rates"),
            reading=readings.of_rates(*expanded),
        ),
        _routes(["rates"]),
        title="Effective learning rates, leak split",
        text=text,
        stated={"found": found},
        wrong=mistakes(found, negative_correction, rates_of_twice_the_leak),
    )


def _gate_rates(found: Subject) -> Claim:
    equations = gate_rate_equations(found.derived_transport)
    return Claim(
        Statement(
            "gate_rates",
            Kind.DEFINITION,
            aligned(equations),
            reading=readings.of_gate_rates(equations),
        ),
        _routes(["expansion"]),
        title="Effective learning rates, gate split",
        text=lettered(
            "Rates are diagonal entries of the ordered products."
            if jacobian(found.cell).is_local
            else "$A$ is a full matrix, so that even the zeroth order is no product over one "
            "neuron: rates are diagonal entries of the ordered products."
        ),
        stated={"found": found},
        wrong=mistakes(found, identity_in_the_expansion),
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
        text=lettered(
            "The entries of $D$ at neuron $q$."
            if found.jacobian.is_local
            else "The entries of $D$ and the diagonal of $R$ at neuron $q$."
        ),
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
    """Return the derivation of every registered cell, and a table of them before."""
    return [side_by_side(), *(derive_cell(cell, order) for cell in PAPER_CELLS.values())]
