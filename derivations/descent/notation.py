"""What the sections on gradient descent share: their source and their glossary."""

from __future__ import annotations

from longlag.theory.notation import Entry, Glossary
from longlag.theory.statement import Source

PAPER = Source("arXiv 2402.12241")

GLOSSARY = Glossary(
    r"$H_t^{(i)} = \sigma(W_{ii} H_{t-1}^{(i)} + \langle U_i, X_t \rangle)$, $H_0 = 0$, "
    r"$F_t = m^{-1/2} \sum_i c_i H_t^{(i)}$ with $c_i = \pm 1$ fixed: neurons do not see each "
    r"other. Norms are Euclidean, $\|X_t\| \le \chi$, and $\chi = 1$ where nothing else is said.",
    (
        Entry(r"s_0,\ s_1,\ s_2", r"$\sup|\sigma|$, $\sup|\sigma'|$, $\sup|\sigma''|$"),
        Entry(
            r"\alpha,\ \alpha_m",
            r"$|W_{ii}|$ at the start; $\alpha_m = \alpha + "
            r"\rho_w/\sqrt m$ in the ball",
        ),
        Entry("r", r"$\alpha_m s_1$, the gain; the cutoff is $r = 1$"),
        Entry(
            r"\ell_t,\ B_t",
            r"bounds on $\|\nabla H_t\|$ and $\|\nabla^2 H_t\|$; "
            r"$\ell^0_t$ with $\alpha$ in place of $\alpha_m$",
        ),
        Entry(
            r"\rho_w,\ \rho_u",
            r"the ball: $|W_{ii} - W_{ii}(0)| \le \rho_w/\sqrt m$, "
            r"$\|U_i - U_i(0)\| \le \rho_u/\sqrt m$; $\rho^2 = \rho_w^2 + \rho_u^2$",
        ),
        Entry(
            r"F_\nu",
            r"targets $f^*_t = \mathbb{E} \langle \nabla H_t(\varphi_0), "
            r"v(\varphi_0) \rangle$ with $|v_w| \le \nu_w$, $\|v_u\| \le \nu_u$; "
            r"$\nu^2 = \nu_w^2 + \nu_u^2$",
        ),
        Entry(r"\bar\Phi", r"$\varphi_i(0) + c_i v(\varphi_i(0))/\sqrt m$ for every neuron $i$"),
        Entry(
            r"R(\Phi)",
            r"mean of $(F_t(X^j; \Phi) - f^*_t(X^j))^2$ over $n$ sequences and "
            "$T$ steps",
        ),
        Entry(r"\eta,\ \tau", "step size and number of steps of gradient descent on $R$"),
        Entry(r"\delta,\ \varepsilon", "probability of failure over the start; risk to reach"),
    ),
)
