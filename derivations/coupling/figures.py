"""The figures of the chapter, drawn from shipped numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from longlag.derivations.results import curve, shipped
from longlag.numerics.canvas import canvas
from longlag.theory.statement import Settings

_GATED = ("shared_gate", "diag_gate")
_CELLS = ("leaky", *_GATED)
_MODELS = ("plain", *_GATED)
#: Lags in training, the last update of either series, and what is left to rounding.
_SHOWN, _LAST, _LAST_OF_TASKS, _ROUNDING = (4, 12, 40), 800, 1200, 1e-12


def products_over_lag(settings: Settings) -> Any:
    """Draw the logarithms of the norm, of leak and of gate products over the lag."""
    table = shipped("gate_profiles")
    figure, axes = canvas(len(_CELLS), size=(6.5, 2.9))
    styles = {"norm": "k", "leak product": "C0", "gate product": "C1"}
    for panel, cell in zip(axes, _CELLS, strict=True):
        lags = table.lags(quantity="ln norm", cell=cell)
        for what, colour in styles.items():
            labels: dict[str, Any] = {"quantity": f"ln {what}", "cell": cell}
            curve(panel, table, "lag", lags, f"{colour}:", update=0, **labels)
            curve(panel, table, "lag", lags, f"{colour}-", update=_LAST, label=what, **labels)
        panel.set(xlabel=r"lag $\ell$", title=cell)
    axes[0].set_ylabel("median logarithm")
    axes[-1].legend(frameon=False, fontsize=8)
    return figure


def r_squared_over_lag(settings: Settings) -> Any:
    """Draw R² per lag of a cell's own leaks, of its gates, of an unrelated cell, and of chance."""
    table = shipped("gate_profiles")
    figure, axes = canvas(len(_GATED), size=(6.5, 3.0))
    styles = {"leak": "C0.-", "gate": "C1.-", "unrelated": "C7.-", "leak, chance": "k:"}
    for panel, cell in zip(axes, _GATED, strict=True):
        lags = table.lags(quantity="R2 on leak", cell=cell)
        for what, style in styles.items():
            labels: dict[str, Any] = {"quantity": f"R2 on {what}", "cell": cell, "update": _LAST}
            told = "95 % of chance" if "chance" in what else what
            curve(panel, table, "lag", lags, style, label=told, **labels)
        panel.set(xlabel=r"lag $\ell$", title=cell, xscale="log", ylim=(0, 1))
    axes[0].set_ylabel(r"$R^2$ at one lag")
    axes[-1].legend(frameon=False, fontsize=8)
    return figure


def r_squared_over_training(settings: Settings) -> Any:
    """Draw slope and R² on the cell's own leak product over training, at three lags and pooled."""
    table = shipped("gate_profiles")
    figure, axes = canvas(2, size=(6.5, 3.0))
    updates = table.updates(quantity="pooled R2 on leak", cell="diag_gate")
    for panel, what in zip(axes, ("slope", "R2"), strict=True):
        labels: dict[str, Any] = {"quantity": f"{what} on leak", "cell": "diag_gate"}
        for number, lag in enumerate(_SHOWN):
            style = f"C{number}.-"
            curve(panel, table, "update", updates, style, lag=lag, label=f"lag {lag}", **labels)
        labels["quantity"] = f"pooled {what} on leak"
        curve(panel, table, "update", updates, "k--", label="pooled", **labels)
        panel.set(xlabel="updates", title=r"$R^2$" if what == "R2" else what)
    axes[-1].legend(frameon=False, fontsize=8)
    return figure


def remainders_over_lag(settings: Settings) -> Any:
    """Draw what both splits leave out over the lag, to zeroth and first order."""
    table = shipped("gate_profiles")
    figure, axes = canvas(len(_CELLS), size=(6.5, 3.3))
    styles = {
        "zeroth order, leak split": "C0:",
        "first order, leak split": "C0-",
        "zeroth order, gate split": "C1:",
        "first order, gate split": "C1-",
        "first order, published gate term": "C3--",
    }
    for panel, cell in zip(axes, _CELLS, strict=True):
        for what, style in styles.items():
            labels: dict[str, Any] = {"quantity": what, "cell": cell, "update": _LAST}
            lags = table.lags(quantity=what, cell=cell)
            curve(panel, table, "lag", lags, style, label=what, floor=_ROUNDING, **labels)
        panel.set(yscale="log", xscale="log", xlabel=r"lag $\ell$", title=cell)
    axes[0].set_ylabel(r"$\|M - M_k\|_F / \|M\|_F$")
    handles, names = axes[-1].get_legend_handles_labels()
    figure.legend(handles, names, frameon=False, fontsize=8, ncol=2, loc="outside lower center")
    return figure


def anisotropy_over_lag(settings: Settings) -> Any:
    """Draw ln AI over the lag with the slope that the exponents predict."""
    table = shipped("anisotropy")
    tasks = ("Adding", "DelaySum")
    figure, axes = canvas(len(tasks), size=(6.5, 3.2))
    for panel, task in zip(axes, tasks, strict=True):
        for number, cell in enumerate(_MODELS):
            labels: dict[str, Any] = {"task": task, "cell": cell, "update": _LAST_OF_TASKS}
            lags = table.lags(quantity="ln AI", task=task, cell=cell)
            style = f"C{number}.-"
            mean = curve(panel, table, "lag", lags, style, label=cell, quantity="ln AI", **labels)
            slope = table.interval(quantity="ln AI, predicted slope", **labels).mean
            middle = len(lags) // 2
            line = mean[middle] + slope * (np.asarray(lags) - lags[middle])
            panel.plot(lags, line, ":", color=f"C{number}")
        panel.set(xlabel=r"lag $\ell$", title=task)
    axes[0].set_ylabel(r"$\ln\,\mathrm{AI}_{10}$")
    axes[-1].legend(frameon=False, fontsize=8)
    return figure


__all__ = [
    "anisotropy_over_lag",
    "products_over_lag",
    "r_squared_over_lag",
    "r_squared_over_training",
    "remainders_over_lag",
]
