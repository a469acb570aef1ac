"""Checks of derived objects against independent routes. A new check is one line in a registry."""

from longlag.numerics.checks.check import Check, Subject, combine, networks, subject
from longlag.numerics.checks.lag import LAG_CHECKS
from longlag.numerics.checks.one_step import ONE_STEP_CHECKS
from longlag.numerics.checks.stated import check_jacobian, check_rates, stated_claim
from longlag.numerics.checks.stated_bound import check_transport_bound
from longlag.numerics.checks.symbolic import expansion_verdict, explicit_verdict, jacobian_verdict
from longlag.theory.registry import Registry

CHECKS: Registry[Check] = Registry("check")
for _check in (*ONE_STEP_CHECKS, *LAG_CHECKS):
    CHECKS.register(_check.name, _check)

__all__ = [
    "CHECKS",
    "Check",
    "Subject",
    "check_jacobian",
    "check_rates",
    "check_transport_bound",
    "combine",
    "expansion_verdict",
    "explicit_verdict",
    "jacobian_verdict",
    "networks",
    "stated_claim",
    "subject",
]
