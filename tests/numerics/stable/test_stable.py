"""The stable law against two independent oracles in many digits, a table, and its own axioms."""

from __future__ import annotations

from pathlib import Path

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import gamma

from longlag.numerics.stable import cdf, logpdf, pdf, quantile, sample, sf
from longlag.numerics.stable.half_line import half_line
from longlag.numerics.stable.law import Law
from longlag.numerics.stable.parameters import Real
from longlag.numerics.stable.sampling import transform
from longlag.theory import LonglagError

ALPHAS = st.one_of(st.floats(1.01, 1.99), st.sampled_from([1.001, 1.01, 1.5, 1.999, 2.0]))
BETAS = st.one_of(st.floats(-1, 1), st.sampled_from([-1.0, 0.0, 1.0]))
LAWS = [(1.05, 0.3), (1.2, -1.0), (1.2, 1.0), (1.5, 0.0), (1.8, 0.5), (1.99, -0.4), (2.0, 0.0)]
LINES = Path(__file__).with_name("stable_truth.txt").read_text().splitlines()
TRUTH = [line.split() for line in LINES if not line.startswith("#")]


def zolotarev(x: float, alpha: float, beta: float) -> tuple[mpmath.mpf, mpmath.mpf, mpmath.mpf]:
    """The angle, the scale and z = x / scale."""
    a = mpmath.mpf(alpha)
    angle = mpmath.mpf(0) if a == 2 else mpmath.atan(beta * mpmath.tan(mpmath.pi * a / 2))
    scale = mpmath.cos(angle) ** (-1 / a)
    return angle, scale, x / scale


def by_fourier(x: float, alpha: float, beta: float) -> tuple[float, float]:
    """f(x) and P(X > x), x > 0: the inverted characteristic function on a ray it decays along.

    With t = s e^(-i turn): P(X > x) = 1/2 - turn/pi + 1/pi ∫ Im(e^(-ixt) cf(t)) ds / s.
    """
    with mpmath.workdps(40):
        angle, scale, z = zolotarev(x, alpha, beta)
        turn = min(0.6 * (mpmath.pi / 2 - angle) / alpha, mpmath.pi / 2)
        ray = mpmath.expj(-turn)

        def integrand(s: mpmath.mpf) -> mpmath.mpc:
            t = s * ray
            return mpmath.exp(-1j * z * t - t**alpha * mpmath.expj(-angle))

        end = 92 / (z * mpmath.sin(turn))
        end = min(end, (92 / mpmath.cos(angle + alpha * turn)) ** (1 / mpmath.mpf(alpha)))
        waves = int(max(6, z * end * mpmath.cos(turn) / 9, end**alpha / 9))
        edges = [0, *(end / waves * mpmath.mpf(2) ** -k for k in range(100, 0, -10))]
        edges += [end * k / waves for k in range(1, waves + 1)]
        density = mpmath.quad(lambda s: (integrand(s) * ray).real, edges, method="gauss-legendre")
        survival = mpmath.quad(
            lambda s: integrand(s).imag / s if s else mpmath.mpf(0), edges, method="gauss-legendre"
        )
        half = mpmath.mpf(1) / 2
        return float(density / (scale * mpmath.pi)), float(half + (survival - turn) / mpmath.pi)


def by_series(x: float, alpha: float, beta: float) -> tuple[float, float]:
    """f(x) and P(X > x), x > 0: the power series in x, with digits for all that cancels."""
    with mpmath.workdps(100):
        angle, scale, z = zolotarev(x, alpha, beta)
        a = mpmath.mpf(alpha)
        positivity = mpmath.mpf(1) / 2 + angle / (mpmath.pi * a)
        density = survival = mpmath.mpf(0)
        power, term, k = mpmath.mpf(1), mpmath.mpf(1), 1
        while k < 5 or abs(term) > mpmath.mpf(10) ** -95:
            term = mpmath.gamma(1 + k / a) / mpmath.factorial(k) * power
            signed = -term * (-1) ** k * mpmath.sin(k * mpmath.pi * positivity)
            density += signed
            survival += signed * z / k
            power *= z
            k += 1
        return float(density / (mpmath.pi * scale)), float(positivity - survival / mpmath.pi)


def relative(value: object, truth: object) -> float:
    return float(np.max(np.abs(np.asarray(value) / np.asarray(truth) - 1)))


@pytest.mark.parametrize("entry", TRUTH, ids=" ".join)
def test_values_of_the_table(entry: list[str]) -> None:
    function = {"pdf": pdf, "cdf": cdf, "sf": sf, "ppf": quantile}[entry[0]]
    alpha, beta, x, value = map(float, entry[1:])
    assert function(x, alpha, beta) == pytest.approx(value, rel=1e-12, abs=1e-300)


@pytest.mark.parametrize(
    ("alpha", "beta", "x"),
    [
        (1.01, 0, 0.9),
        (1.01, 0.5, 25.0),
        (1.05, -0.2, 3.0),
        (1.2, 0.5, 0.7),
        (1.5, 0, 1e8),
        (1.5, 0.9, 1e6),
        (1.6, -0.99, 40.0),
        (1.7, 1, 30.0),
        (1.99, 0, 12.0),
        (1.999, 0.3, 1e3),
    ],
)
def test_the_density_inverts_the_characteristic_function(
    alpha: float, beta: float, x: float
) -> None:
    density, survival = by_fourier(x, alpha, beta)
    assert relative(pdf(x, alpha, beta), density) < 1e-12
    assert relative(sf(x, alpha, beta), survival) < 1e-12


@given(st.floats(1.15, 1.9999), BETAS, st.floats(-8, 0))
def test_body_and_light_tails_against_the_power_series(
    alpha: float, beta: float, share: float
) -> None:
    # The series loses about z^power digits.
    power = alpha / (alpha - 1)
    scale = np.exp(Law(alpha, beta).log_scale)
    x = float(scale * (70 * alpha**power / (alpha - 1)) ** (1 / power) * 10**share)
    density, survival = by_series(x, alpha, beta)
    assert relative(pdf(x, alpha, beta), density) < 1e-12
    assert relative(logpdf(x, alpha, beta), np.log(density)) < 1e-12
    assert relative(sf(x, alpha, beta), survival) < 1e-12


@pytest.mark.parametrize(("alpha", "beta"), LAWS[:-1])
@pytest.mark.parametrize("border", ["reach", "start"])
def test_the_formulas_agree_where_they_meet(alpha: float, beta: float, border: str) -> None:
    half = half_line(Law(alpha, beta))
    z = half.central.reach if border == "reach" else half.tail.start
    if np.isfinite(z):
        x = z * np.exp(half.law.log_scale) * np.array([1 - 1e-13, 1 + 1e-13])
        for function in (pdf, sf, cdf):
            assert relative(*function(x, alpha, beta)) < 1e-11


@given(ALPHAS, BETAS, st.floats(-1e3, 1e3))
def test_reflection_and_complement(alpha: float, beta: float, x: float) -> None:
    # At 0 itself the two sides are two series.
    assert pdf(x, alpha, beta) == pytest.approx(float(pdf(-x, alpha, -beta)), rel=1e-12, abs=0)
    assert sf(x, alpha, beta) == cdf(-x, alpha, -beta)
    assert abs(cdf(x, alpha, beta) + sf(x, alpha, beta) - 1) < 1e-13


@given(ALPHAS, BETAS, st.floats(-20, 20))
def test_the_density_is_the_derivative_of_the_distribution_function(
    alpha: float, beta: float, x: float
) -> None:
    nodes, weights = np.polynomial.legendre.leggauss(16)
    grid = x + 0.05 * nodes
    mass = 0.05 * weights @ pdf(grid, alpha, beta)
    assert abs(cdf(x + 0.05, alpha, beta) - cdf(x - 0.05, alpha, beta) - mass) < 1e-12


@given(ALPHAS, BETAS, st.floats(-12, 12))
def test_the_quantile_inverts_the_distribution_function(
    alpha: float, beta: float, logit: float
) -> None:
    small = float(10 ** -abs(logit) / 2)
    if logit < 0:
        assert relative(cdf(quantile(small, alpha, beta), alpha, beta), small) < 2e-10
    else:
        p = 1 - small
        assert relative(sf(quantile(p, alpha, beta), alpha, beta), 1 - p) < 2e-10


def test_the_quantile_near_its_zero_is_exact() -> None:
    step = np.array([0, 2.0**-52, 2.0**-30, 2.0**-13])
    got = quantile(0.5 + step, 1.5)
    assert got[0] == 0
    density = gamma(1 + 1 / 1.5) / np.pi
    assert relative(got[2:3], step[2:3] / density) < 1e-12
    assert np.array_equal(quantile(0.5 - step, 1.5), -got)


@pytest.mark.parametrize(("alpha", "beta"), LAWS)
def test_infinite_points_and_certain_events(alpha: float, beta: float) -> None:
    ends = np.array([-np.inf, np.inf])
    assert pdf(ends, alpha, beta).tolist() == [0, 0]
    assert logpdf(ends, alpha, beta).tolist() == [-np.inf, -np.inf]
    assert cdf(ends, alpha, beta).tolist() == [0, 1]
    assert sf(ends, alpha, beta).tolist() == [1, 0]
    assert quantile([0, 1], alpha, beta).tolist() == [-np.inf, np.inf]


@given(st.floats(-50, 50), st.floats(1e-300, 1 - 1e-16))
def test_alpha_2_is_the_normal_law_of_variance_2(x: float, p: float) -> None:
    normal = stats.norm(scale=np.sqrt(2))
    for beta in (0, 0.7):
        assert logpdf(x, 2, beta) == pytest.approx(normal.logpdf(x), rel=1e-13)
        assert pdf(x, 2, beta) == pytest.approx(normal.pdf(x), rel=1e-12)
        assert sf(x, 2, beta) == pytest.approx(normal.sf(x), rel=1e-12)
        assert quantile(p, 2, beta) == pytest.approx(normal.ppf(p), rel=1e-12, abs=1e-15)


@given(st.floats(-6, 6), BETAS)
def test_the_law_is_continuous_at_alpha_2(x: float, beta: float) -> None:
    assert pdf(x, 2 - 1e-9, beta) == pytest.approx(float(pdf(x, 2)), rel=1e-5)


@pytest.mark.parametrize(("alpha", "beta"), [(1.01, 1.0), (1.2, -1.0), (1.5, 0.0), (1.9, 0.4)])
def test_the_density_at_zero_and_the_leading_tail(alpha: float, beta: float) -> None:
    angle = np.arctan(beta * np.tan(np.pi * alpha / 2))
    at_zero = gamma(1 + 1 / alpha) * np.cos(angle / alpha) * np.cos(angle) ** (1 / alpha) / np.pi
    assert relative(pdf(0, alpha, beta), at_zero) < 1e-12
    tail = gamma(alpha) * np.sin(np.pi * alpha / 2) / np.pi * (1 + beta)
    assert sf(1e80, alpha, beta) == pytest.approx(tail * 1e80**-alpha, rel=1e-12, abs=0)


def test_log_densities_of_a_light_tail_go_on_where_the_density_is_zero() -> None:
    # log f ~ -(alpha - 1) (z / alpha)^(alpha / (alpha - 1)), z = x / scale.
    law = Law(1.5, -1.0)
    for x in (1e3, 1e9, 1e60):
        z = x * np.exp(-law.log_scale)
        assert pdf(x, 1.5, -1) == 0
        assert relative(logpdf(x, 1.5, -1), -0.5 * (z / 1.5) ** 3) < 1e-6


def test_scipy_is_wrong_near_zero() -> None:
    density = gamma(1 + 1 / 1.5) / np.pi
    assert cdf(0.006, 1.5) == pytest.approx(0.5 + 0.006 * density, rel=1e-7)
    assert abs(stats.levy_stable.cdf(0.006, 1.5, 0) - cdf(0.006, 1.5)) > 1e-3


def test_shapes_and_types_follow_the_points() -> None:
    for function in (pdf, logpdf, cdf, sf, quantile):
        assert function(np.full((2, 0, 3), 0.5), 1.5).shape == (2, 0, 3)
        assert function([[0, 1]], 1.5, 0.5).shape == (1, 2)
        assert np.ndim(function(1, 1.5)) == 0
        several = np.linspace(0.01, 0.99, 150).reshape(3, 50)
        one_by_one = [[float(function(p, 1.3, -0.5)) for p in row] for row in several]
        assert np.allclose(function(several, 1.3, -0.5), one_by_one, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize(("alpha", "beta"), LAWS)
def test_draws_follow_the_distribution_function(alpha: float, beta: float) -> None:
    draws = sample(alpha, 20_000, np.random.default_rng(1), beta)
    statistic = stats.kstest(draws, lambda x: cdf(x, alpha, beta)).statistic
    assert statistic < 1.95 / np.sqrt(draws.size)  # one chance in a thousand


@pytest.mark.parametrize(("alpha", "beta"), [(1.1, 0.8), (1.5, 0.0), (1.7, -1.0), (2.0, 0.0)])
def test_a_sum_of_two_draws_is_a_draw_scaled(alpha: float, beta: float) -> None:
    first, second = sample(alpha, (2, 20_000), np.random.default_rng(2), beta)
    total = (first + second) / 2 ** (1 / alpha)
    assert stats.kstest(total, lambda x: cdf(x, alpha, beta)).pvalue > 1e-3


@pytest.mark.parametrize("variant", ["S0", "reflected", "scale of alpha = 2"])
def test_another_parametrisation_would_be_seen(variant: str) -> None:
    alpha, beta = 1.5, 0.5
    shift = {"S0": beta * np.tan(np.pi * alpha / 2)}.get(variant, 0.0)
    sign = -1 if variant == "reflected" else 1
    spread = np.sqrt(2) if variant == "scale of alpha = 2" else 1.0

    def wrong(x: Real) -> Real:
        return np.asarray(cdf(x * spread + shift, alpha, sign * beta))

    truth = [[float(x) for x in e[3:]] for e in TRUTH if e[:3] == ["cdf", "1.5", "0.5"]]
    assert max(abs(wrong(np.asarray(x)) - value) for x, value in truth) > 0.01
    draws = sample(alpha, 20_000, np.random.default_rng(3), beta)
    assert stats.kstest(draws, wrong).pvalue < 1e-6


@given(ALPHAS.filter(lambda alpha: alpha < 2), BETAS)
def test_extreme_uniforms_give_finite_draws(alpha: float, beta: float) -> None:
    uniform, exponential = np.meshgrid(
        [-0.5 + 2.0**-54, -(2.0**-54), 2.0**-54, 0.5 - 2.0**-54], [0.0, 1e-17, 1.0, 745.0]
    )
    draws = np.empty(16)
    transform(Law(alpha, beta), uniform.ravel(), exponential.ravel(), draws)
    assert np.isfinite(draws).all()


def test_draws_are_reproducible_and_have_the_shape_asked_for() -> None:
    for size in (0, 3, (), (2, 0), (4, 5), (100, 100)):
        draws = [sample(1.5, size, np.random.default_rng(0), 0.5) for _ in range(2)]
        assert draws[0].shape == np.empty(size).shape
        assert np.array_equal(*draws)


@pytest.mark.parametrize(
    "alpha", [1, 0.5, 2.0001, -1, np.nan, np.inf, "1.5", None, 1.5j, [1.5, 1.6]]
)
def test_alpha_outside_its_range_is_refused(alpha: object) -> None:
    for function in (pdf, logpdf, cdf, sf, quantile):
        with pytest.raises(LonglagError, match="alpha"):
            function(0.5, alpha)
    with pytest.raises(LonglagError, match="alpha"):
        sample(alpha, 3, np.random.default_rng(0))


def test_alpha_at_most_1_is_told_why() -> None:
    with pytest.raises(LonglagError, match=r"alpha = 1: .*mean does not exist.*; give 1 < alpha"):
        sample(1, 3, np.random.default_rng(0))


def test_a_density_too_close_to_alpha_1_is_refused() -> None:
    with pytest.raises(LonglagError, match=r"alpha >= 1\.00001"):
        pdf(0.5, 1 + 1e-9)
    assert np.isfinite(sample(1 + 1e-9, 100, np.random.default_rng(0))).all()


@pytest.mark.parametrize("beta", [1.001, -2, np.nan, "0", 1j, [0, 0.5]])
def test_beta_outside_its_range_is_refused(beta: object) -> None:
    for function in (pdf, logpdf, cdf, sf, quantile):
        with pytest.raises(LonglagError, match="beta"):
            function(0.5, 1.5, beta)


@pytest.mark.parametrize("x", [np.nan, [0, np.nan], 1j, "a", None, [[1], [1, 2]], True])
def test_points_that_are_no_real_numbers_are_refused(x: object) -> None:
    for function in (pdf, logpdf, cdf, sf):
        with pytest.raises(LonglagError, match=r"^x "):
            function(x, 1.5)
    with pytest.raises(LonglagError, match=r"^p "):
        quantile(x, 1.5)


@pytest.mark.parametrize("p", [-1e-9, 1.5, np.inf, [0.5, 2]])
def test_probabilities_outside_their_range_are_refused(p: object) -> None:
    with pytest.raises(LonglagError, match=r"p = .*\[0, 1\]"):
        quantile(p, 1.5)


@pytest.mark.parametrize("size", [-1, (2, -3), 1.5, "3", None, True])
def test_a_size_that_counts_nothing_is_refused(size: object) -> None:
    with pytest.raises(LonglagError, match="size"):
        sample(1.5, size, np.random.default_rng(0))


@pytest.mark.parametrize("rng", [None, 0, np.random, np.random.RandomState(0)])
def test_only_a_generator_is_a_source_of_randomness(rng: object) -> None:
    with pytest.raises(LonglagError, match=r"Generator; give numpy.random.default_rng"):
        sample(1.5, 3, rng)
