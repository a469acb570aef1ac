"""What is published of how two cells begin: chrono's time scales, and RG-LRU in text and code."""

from __future__ import annotations

from sympy import Integer, Interval, Symbol, exp, log, oo

from longlag.derivations.results.judged import live_claim
from longlag.theory.initialisations import INITIALISATIONS
from longlag.theory.initialisations.catalogue.chrono import T
from longlag.theory.notation import ell
from longlag.theory.readback import of_relation
from longlag.theory.scalar.evaluate import evaluate
from longlag.theory.statement import Claim, Kind, Level, Relation, Settings, Source, Verdict, judged
from longlag.theory.verify import claim

_CHRONO = Source("Tallec and Ollivier 2018, arXiv 1804.11188")
_GRIFFIN = Source("De et al. 2024, arXiv 2402.19427")
#: The lag at which text and code are compared, and how far they may be apart.
_LAG, _CLOSE = 100, 0.01
_DRAWN = Symbol("v", real=True)
_OF_TEXT, _OF_CODE = (
    Symbol(r"f_{\mathrm{text}}", real=True),
    Symbol(r"f_{\mathrm{code}}", real=True),
)


def start_claims() -> tuple[Claim, ...]:
    """Return both claims."""
    kept = 1 / (1 + exp(-log(1 + (T - 2) * _DRAWN)))
    domains = {T: Interval.Lopen(2, oo), _DRAWN: Interval(0, 1)}
    times = Relation(Kind.IDENTITY, 1 / (1 - kept), 2 + (T - 2) * _DRAWN, domains)
    return (
        claim(
            "chrono_times",
            times,
            title="Chrono: times even on [2, T]",
            text=r"$v$ is uniform on $(0, 1)$, so that $1 + (T-2) v$ is on $[1, T-1]$; its "
            r"logarithm is the bias, $f = \sigma(b_f)$, and $1/(1-f)$ runs evenly from 2 to $T$.",
            source=_CHRONO,
            wrong={
                "from 1 to T − 1": 1 + (T - 2) * _DRAWN,
                "even in the logarithm": 2 * (T / 2) ** _DRAWN,
            },
            reading=of_relation(times, own={T: "T", _DRAWN: "v"}),
        ),
        live_claim(
            "text_and_code",
            _OF_CODE,
            "=",
            _OF_TEXT,
            text_and_code_verdict,
            title="RG-LRU: text and code",
            text=f"Envelopes at lag {_LAG} of what both draw, each with its gates as they begin: "
            "half open in the code, open in the text.",
            source=_GRIFFIN,
            kind=Kind.IDENTITY,
            expected_to_hold=False,
            stated={"drawn": "rg_lru_code"},
            wrong={},
        ),
    )


def text_and_code_verdict(settings: Settings, *, drawn: str) -> Verdict:
    """Compare the envelope of an initialisation with that of the text of RG-LRU, at one lag.

    Args:
        settings: not used.
        drawn: the initialisation.
    """
    code, text = (
        float(evaluate(INITIALISATIONS[name].envelope, {ell: Integer(_LAG)}))
        for name in (drawn, "rg_lru_text")
    )
    return judged(
        Level.COMPUTED,
        f"both envelopes in closed form at lag {_LAG}",
        abs(code / text - 1),
        _CLOSE,
        f"f({_LAG}) = {code:.3f} by the code, {text:.3f} by the text",
        points=1,
    )


__all__ = ["start_claims", "text_and_code_verdict"]
