"""The experiments of the chapter on leaving the kernel regime."""

import numpy as np
import pytest

from comlib import stored
from comlib.experiments.implicit.rich import departures, scalings
from small import small_table


def first(one):
    return float(one["update"][np.argmax(one["drift"] > departures.RICH)])


def test_the_noise_does_not_depend_on_the_size_and_the_drift_does():
    one, two = (departures.run(departures.Config(width=20, length=6, size=s, last=20))
                for s in (1.0, 0.5))
    assert one["noise"] == pytest.approx(two["noise"], rel=1e-9)
    assert two["drift"][9] < 0.7 * one["drift"][9]


def test_the_price_is_what_the_weights_of_a_lazy_network_pay():
    config = departures.Config(width=400, size=0.2, length=6, rate=0.01, last=200)
    rows = departures.run(config)
    assert rows["drift"][-1] < 0.02
    assert rows["paid"][-1] == pytest.approx(rows["price"][-1], rel=0.1)


def test_twice_the_width_is_twice_the_squared_size():
    runs = stored("implicit.rich.departures").table
    for m, s in ((100, 1.0), (200, 2**0.5), (400, 0.5**0.5)):
        times = [np.mean([np.log(first(runs.where(width=a, size=b, seed=k)))
                          for k in range(4)]) for a, b in ((m, s), (2 * m, 2**0.5 * s))]
        assert times[0] == pytest.approx(times[1], abs=0.3)


def test_a_delay_leaves_later_at_the_same_price():
    slow, late = (stored(f"implicit.rich.{name}").table.where(width=200, size=1.0)
                  for name in ("departures", "delays"))
    for seed in (0, 1):
        one, two = slow.where(seed=seed), late.where(seed=seed)
        assert first(two) > 5 * first(one)
        prices = [t["price"][np.argmax(t["drift"] > departures.RICH)]
                  for t in (one, two)]
        assert 0.3 < prices[0] / prices[1] < 3


def test_only_the_default_scaling_moves_its_kernel():
    table = small_table(scalings)
    growth = {n: float(np.mean(rows["after"] / rows["before"]))
              for n, rows in table.groups("scaling")}
    assert growth["default"] > growth["kernel"]
    wide = stored("implicit.rich.scalings").table.where(width=1024, lag=0)
    assert max(wide.where(scaling="kernel")["after"]
               / wide.where(scaling="kernel")["before"]) < 1.05
