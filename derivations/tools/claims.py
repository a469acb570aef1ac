"""Claims that two scalar sides decide."""

from __future__ import annotations

from longlag.theory.statement import Claim, Relation, Source, Statement
from longlag.theory.verify import verify


def relation_claim(
    name: str, relation: Relation, tex: str, *, title: str, text: str = "",
    source: Source | None = None, expected_to_hold: bool = True,
) -> Claim:  # fmt: skip
    """Return a claim that ``verify`` judges.

    Args:
        name: of the statement.
        relation: what is judged.
        tex: what is displayed.
        title: above the display.
        text: behind the title.
        source: where it is published; without one it is derived here.
        expected_to_hold: False for what does not survive.
    """
    statement = Statement(name, relation.kind, tex)
    if source is not None:
        statement = Statement(name, relation.kind, tex, source=source)
    return Claim(
        statement, lambda settings: verify(relation, settings), title, text, expected_to_hold
    )
