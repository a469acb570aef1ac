"""What an object says of itself in a session: what it is, and what one may ask it next."""

from __future__ import annotations


def described(what: str, *members: str) -> str:
    r"""Return what ``repr`` prints.

    Args:
        what: the object in a line, or in several where it is a formula.
        members: what to ask it, methods with their brackets.

    >>> print(described("law polynomial: f(ell) = c/ell**b", "latex()", "domains"))
    <law polynomial: f(ell) = c/ell**b; ask .latex(), .domains>
    >>> print(described("D = 1\nR = 0", "latex()"))
    D = 1
    R = 0
    <ask .latex()>
    """
    asked = "ask " + ", ".join(f".{member}" for member in members) if members else ""
    if "\n" in what:
        return f"{what}\n<{asked}>" if asked else what
    return f"<{what}; {asked}>" if asked else f"<{what}>"
