"""Every experiment, small enough to be run twice: the axes it draws, its config."""

import functools
import importlib

from comlib.tables import Table

SMALL = {
    "adam_edge": (1, {"delay": 5.0, "updates": 30}),
    "architectures": (4, {
        "cell": "linear", "width": 4, "centers": (0.0, 2.0), "updates": 10, "batch": 8,
        "length": 16, "every": 5}),
    "curse_at_a_glance": (2, {}),
    "curse_in_small": (2, {"widths": (1, 3), "count": 6, "length": 300}),
    "curse_phase_diagram": (2, {
        "omegas": (0.3, 0.6, 1.2), "epsilons": (1e-2, 1e-3, 1e-4)}),
    "delayed_width": (2, {"delays": (6.0, 10.0, 20.0), "epsilons": (0.1, 1e-3)}),
    "eigenvalue_maps": (2, {}),
    "escape_law": (2, {"rates": (1.0,), "delays": (7.0, 8.0)}),
    "escape_momentum": (1, {"frictions": (0.1, 1.0), "delays": (7.0, 8.0)}),
    "escape_random": (2, {"widths": (2, 4), "delays": (6.0,), "seeds": 3}),
    "euler_error": (1, {}),
    "euler_limit": (2, {}),
    "explicit_sums": (2, {"omegas": (0.4, 1.0), "epsilons": (0.1, 1e-3)}),
    "gated_memory": (1, {"bounds": (2.0,), "length": 61, "early": 20, "every": 10}),
    "gradient_decay": (2, {
        "rates": (0.7, 1.2), "first": 6.0, "last": 12.0, "count": 4}),
    "hankel_floor": (2, {"widths": (1, 3), "eps": 1e-3, "modes": 16}),
    "horizon_ladder": (3, {"horizons": (100.0, 1000.0), "count": 4}),
    "lorenz_response": (2, {"batch": 400, "length": 30}),
    "lorenz_training": (1, {
        "cell": "linear", "width": 4, "seeds": (0, 1), "length": 20, "updates": 20,
        "batch": 8, "every": 10}),
    "margin_floor": (2, {
        "omegas": (0.5, 1.0), "widths": 3, "budgets": (1.0, 20.0), "trained": (2,),
        "length": 60}),
    "matrix_maps": (2, {}),
    "memory_atlas": (2, {
        "architectures": ("RNN",), "layers": (1, 2), "seeds": 2, "width": 4,
        "length": 17}),
    "muntz_gap": (1, {"widths": (1, 2, 8, 64)}),
    "nonnormal_family": (2, {"widths": (3, 8), "count": 7, "last": 30.0}),
    "one_mode": (2, {"horizons": (10.0, 300.0), "count": 20}),
    "optimisers": (1, {"delays": (5.0, 6.0)}),
    "periodic_memory": (2, {"periods": 1, "samples": 10}),
    "plateau_snapshots": (5, {
        "width": 2, "delay": 5.0, "seed": 0, "level": 0.9, "rows": 40}),
    "properties": (3, {}),
    "radius_gap": (2, {"first": 0.5, "last": 8.0, "count": 5, "times": 2000}),
    "random_memory": (2, {"seeds": 1, "width": 8, "length": 21}),
    "rate_scaling": (1, {"factors": (1.0, 16.0), "width": 8}),
    "rate_slopes": (2, {"orders": (1, 3), "widths": (8, 12, 16, 24, 32, 48, 64)}),
    "rate_smooth": (1, {"centers": (3.0, 5.0), "widths": (6, 16, 32)}),
    "rounded_weights": (1, {"widths": (4, 8, 20)}),
    "saturated_memory": (1, {"bounds": (1.0, 3.0), "length": 41}),
    "sums_by_width": (2, {"even": (2, 8, 16), "free": (1, 2, 3)}),
    "suprema_by_width": (2, {"widths": (1, 3), "draws": 5, "experiments": 3}),
    "training_curves": (1, {
        "airy": (2.0, 4.0), "bumps": (3.0,), "seeds": 2, "width": 4, "updates": 120,
        "length": 100}),
    "wide_memory": (1, {"width": 8, "length": 65, "seeds": 3, "device": "cpu"}),
    "width_or_margin": (2, {"last": 1e-3, "count": 4}),
}


def experiment_named(name: str):
    """Return the module of an experiment."""
    return importlib.import_module(f"comlib.experiments.{name}")


def small_config(experiment):
    """Return the small configuration of a module."""
    return experiment.Config(**SMALL[experiment.__name__.rpartition(".")[2]][1])


@functools.cache
def small_table(experiment) -> Table:
    """Return what its small configuration gives; run once, for all tests."""
    return experiment.run(small_config(experiment))
