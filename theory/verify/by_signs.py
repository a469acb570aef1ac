"""Show a bound by signs of derivatives, on the whole box or between the points of equality."""

from __future__ import annotations

from collections.abc import Sequence

from longlag.theory.verify.argument import SignProof
from longlag.theory.verify.attempt import Attempt, shown_by
from longlag.theory.verify.nonnegative import DEPTHS, Prover
from longlag.theory.verify.shown import Shown


def by_signs(attempt: Attempt, depths: Sequence[int] = DEPTHS) -> Shown | None:
    """Prove by symbols and derivatives."""
    prover = Prover(attempt.budget)
    for depth in depths:
        for form in attempt.forms():
            proof = prover.nonnegative(form, attempt.box, depth)
            if proof is not None:
                return shown_by(proof)
    return None


def by_signs_in_parts(attempt: Attempt) -> Shown | None:
    """Prove by symbols and derivatives between the points where both sides agree."""
    prover = Prover(attempt.budget)
    cut = [(form, attempt.cut_boxes(form)) for form in attempt.forms()]
    for depth in DEPTHS:
        for form, boxes in cut:
            if len(boxes) == 1:
                continue
            total = SignProof()
            for box in boxes:
                proof = prover.nonnegative(form, box, depth)
                if proof is None:
                    break
                total = total.joined(proof)
            else:
                return shown_by(total.note("the domain cut where both sides agree"))
    return None
