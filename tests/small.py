"""Every experiment, small enough to be run twice: axes it draws, its config."""

import functools
import importlib

from comlib import Table
from comlib.evidence.origin import run_name

SMALL = {
    "appendix.computing.radius_gap": (2, {
        "first": 0.5, "last": 8.0, "count": 5, "times": 2000}),
    "foundations.atlas.memory_atlas": (2, {
        "architectures": ("RNN",), "layers": (1, 2), "seeds": 2, "width": 4,
        "length": 17}),
    "foundations.atlas.periodic_network": (2, {"periods": 1, "samples": 10}),
    "foundations.atlas.random_networks": (2, {"seeds": 1, "width": 8, "length": 21}),
    "foundations.atlas.wide_network": (1, {
        "width": 8, "length": 65, "seeds": 3, "device": "cpu"}),
    "foundations.memory.gated_unit": (1, {
        "bounds": (2.0,), "length": 61, "early": 20, "every": 10}),
    "foundations.memory.saturated_unit": (1, {"bounds": (1.0, 3.0), "length": 41}),
    "foundations.networks.eigenvalue_maps": (2, {}),
    "foundations.networks.euler_error": (1, {}),
    "foundations.networks.euler_limit": (2, {}),
    "foundations.networks.matrix_maps": (2, {}),
    "foundations.networks.state_to_kernel": (1, {}),
    "foundations.stability.curse_in_small": (2, {
        "widths": (1, 3), "count": 6, "length": 300}),
    "foundations.stability.longer_horizons": (3, {
        "horizons": (100.0, 1000.0), "count": 4}),
    "foundations.stability.margin_and_radius": (2, {"points": 13}),
    "foundations.stability.one_mode": (2, {"horizons": (10.0, 300.0), "count": 20}),
    "foundations.suprema.suprema_by_width": (2, {
        "widths": (1, 3), "draws": 5, "experiments": 3}),
    "implicit.bias.horizon": (2, {
        "recurrent": (0.3, 0.8), "decades": 3, "count": 4, "length": 20}),
    "implicit.bias.lag_bound": (2, {
        "updates": (1, 5), "width": 30, "draws": 2, "length": 20}),
    "implicit.bias.leakage": (2, {
        "widths": (60, 120), "draws": 12, "length": 12}),
    "implicit.path.deviation_by_width": (2, {
        "recurrent": (0.3, 0.8), "widths": (20, 80), "draws": (6, 3), "updates": 8}),
    "implicit.path.limits": (2, {
        "cases": ((1.0, 20), (1.0, 60), (2.0, 60)), "updates": 20}),
    "implicit.path.same_curves": (2, {"width": 40, "updates": 20}),
    "implicit.kernel.factors": (2, {"length": 12}),
    "implicit.kernel.finite_width": (2, {"width": 30, "draws": 60, "length": 6}),
    "implicit.kernel.long_lags": (2, {"widths": (9, 25), "draws": 50}),
    "implicit.kernel.spectra": (2, {"widths": (10, 20), "draws": 8}),
    "implicit.recordings.chosen": (1, {
        "delays": (0, 2), "penalties": (0.1,), "updates": (1, 5), "length": 1500,
        "neurons": 4, "window": 6}),
    "implicit.recordings.decoding": (2, {
        "delays": (0, 2), "updates": (1, 5), "length": 1500, "neurons": 4,
        "window": 6}),
    "implicit.recordings.facts": (1, {"length": 1500, "neurons": 4}),
    "implicit.recordings.network": (2, {
        "delay": 2, "width": 20, "updates": (1, 5), "length": 1500, "neurons": 4,
        "window": 6}),
    "implicit.tradeoff.best_choice": (2, {
        "delays": (0, 2), "recurrents": (0.3, 0.8), "window": 6, "most": 20}),
    "implicit.tradeoff.by_samples": (2, {
        "sequences": (5, 20), "window": 6, "updates": 20, "draws": 2}),
    "implicit.tradeoff.removed": (1, {"delays": (0, 3), "window": 6}),
    "implicit.tradeoff.risk_curve": (2, {
        "delay": 2, "window": 6, "d": 1, "updates": (1, 10), "draws": 3}),
    "implicit.tradeoff.by_delay": (1, {
        "delays": (0, 3), "width": 10, "window": 6, "d": 2, "updates": 20,
        "seeds": 1}),
    "implicit.recurrences.kernels": (12, {"width": 40, "draws": 6, "length": 4}),
    "implicit.recurrences.saturation": (2, {
        "width": 20, "length": 4, "scales": (0.01, 0.1, 1.0)}),
    "implicit.recurrences.spread": (1, {"width": 40, "draws": 60, "length": 5}),
    "implicit.rich.departures": (4, {"width": 16, "length": 6, "last": 20}),
    "implicit.rich.outlier": (2, {
        "width": 16, "length": 10, "last": (4, 6), "looks": 2}),
    "implicit.rich.scalings": (2, {
        "widths": (8, 16), "seeds": 1, "length": 4, "updates": 5}),
    "implicit.staircase.plateaus": (1, {"powers": (1.5, 2.5), "most": 2}),
    "implicit.staircase.rich_lazy": (2, {
        "width": 2, "eps": 0.01, "seeds": 1, "until": 1.0, "points": 5}),
    "implicit.staircase.stairs": (2, {
        "width": 2, "eps": 0.01, "scale": 0.01, "until": 3.0, "points": 9}),
    "implicit.staircase.steps": (1, {
        "width": 2, "eps": 0.01, "scale": 0.1, "steps": 1, "until": 4.0}),
    "index.fixed_perturbation": (2, {
        "widths": (1, 2), "horizon": 20.0, "dt": 0.1, "every": 10}),
    "inverse.language.queries": (1, {
        "words": ("ha", "bad"), "count": 64, "width": 4, "updates": 3, "longest": 24}),
    "inverse.language.readouts": (2, {"longest": 30}),
    "inverse.approximation.box_and_ball": (1, {"widths": (1, 4), "computed": (4,)}),
    "inverse.approximation.brackets": (2, {
        "width": 2, "count": 2, "restarts": 1, "updates": 2}),
    "inverse.approximation.limits": (2, {"widths": (1, 2, 4), "radii": (0.1,)}),
    "inverse.filtering.grid": (6, {
        "width": 3, "each": 2, "length": 12, "updates": 3, "batch": 4, "inputs": 4,
        "copies": 2, "radii": (0.016, 0.128)}),
    "inverse.filtering.memories": (6, {"each": 2, "length": 20, "heights": 2}),
    "inverse.gaps.transients": (2, {
        "couplings": (1.0, 20.0), "widths": (1, 4, 8), "count": 31}),
    "inverse.theorem.flat_unit": (1, {"bounds": (0.3, 1.0), "count": 9}),
    "inverse.theorem.horizons": (2, {
        "horizons": (100.0, 300.0), "errors": (0.1, 0.01), "count": 5}),
    "inverse.theorem.small_signal": (1, {
        "width": 3, "radii": (0.0, 0.3), "count": 4, "length": 200}),
    "inverse.linear.best_rates": (1, {
        "targets": ((1.5, 0.0),), "widths": (1, 2), "first": -2.0, "each": 2,
        "copies": 3, "restarts": 1, "updates": 5}),
    "inverse.linear.figure_one": (2, {"widths": (2, 6), "count": 8, "copies": 3}),
    "inverse.linear.one_rate": (1, {
        "widths": (1, 2), "shares": (0.2, 0.6), "copies": 3, "restarts": 1,
        "updates": 10}),
    "inverse.lessons.box_or_ball": (1, {"widths": (1, 4), "copies": 4}),
    "inverse.lessons.dead_starts": (2, {
        "widths": (4, 6), "updates": 20, "batch": 4, "inputs": 4, "copies": 3,
        "radii": (0.004, 0.064)}),
    "inverse.lessons.same_network": (1, {"radii": (0.008, 0.032)}),
    "inverse.nonlinear.grid": (1, {
        "activation": "tanh", "widths": (4, 6), "updates": 20, "batch": 4, "inputs": 4,
        "copies": 3, "radii": (0.004, 0.064), "searched": (0.064,)}),
    "inverse.nonlinear.horizons": (2, {"lengths": (30, 60)}),
    "inverse.short.epochs": (1, {"widths": (2,), "epochs": 1}),
    "inverse.short.figure_two": (1, {
        "widths": (2, 3), "epochs": 1, "powers": (0, 30), "searched": (0.01, 0.1),
        "search": (1, 2), "inputs": 4}),
    "linear.curse.hankel_floor": (2, {"widths": (1, 3), "eps": 0.001, "modes": 16}),
    "linear.curse.phase_diagram": (2, {
        "omegas": (0.3, 0.6, 1.2), "epsilons": (0.01, 0.001, 0.0001)}),
    "linear.duplicated.drift": (3, {"delay": 8.0}),
    "linear.duplicated.times": (2, {"delay": 8.0}),
    "linear.dynamics.gradient_decay": (2, {
        "rates": (0.7, 1.2), "first": 6.0, "last": 12.0, "count": 4}),
    "linear.dynamics.plateau_snapshots": (6, {
        "width": 2, "delay": 5.0, "seed": 0, "level": 0.9, "rows": 40}),
    "linear.escape.escape_law": (2, {"rates": (1.0,), "delays": (7.0, 8.0)}),
    "linear.escape.random_starts": (2, {
        "widths": (2, 4), "delays": (6.0,), "seeds": 3}),
    "linear.inverse.margin_floor": (2, {
        "omegas": (0.5, 1.0), "widths": 3, "budgets": (1.0, 20.0), "trained": (2,),
        "length": 60}),
    "linear.inverse.nonnormal_family": (2, {
        "widths": (3, 8), "count": 7, "last": 30.0}),
    "linear.margin.delayed_width": (2, {
        "delays": (6.0, 10.0, 20.0), "epsilons": (0.1, 0.001)}),
    "linear.margin.explicit_sums": (2, {
        "omegas": (0.4, 1.0), "epsilons": (0.1, 0.001)}),
    "linear.margin.width_or_margin": (2, {"last": 0.001, "count": 4}),
    "linear.optimisers.adam_edge": (1, {"delay": 5.0, "updates": 30}),
    "linear.optimisers.adam_late": (2, {
        "delays": (5.0, 6.0), "learning_rates": (0.01,)}),
    "linear.optimisers.architectures": (4, {
        "cell": "linear", "width": 4, "centers": (0.0, 2.0), "updates": 10, "batch": 8,
        "length": 16, "every": 5}),
    "linear.optimisers.by_optimiser": (1, {"delays": (5.0, 6.0)}),
    "linear.optimisers.heavy_ball": (1, {
        "frictions": (0.1, 1.0), "delays": (7.0, 8.0)}),
    "linear.rates.rate_scaling": (1, {"factors": (1.0, 16.0), "width": 8}),
    "linear.rates.rate_slopes": (2, {
        "orders": (1, 3), "widths": (8, 12, 16, 24, 32, 48, 64)}),
    "linear.rates.rate_smooth": (1, {"centers": (3.0, 5.0), "widths": (6, 16, 32)}),
    "linear.training.lorenz_response": (3, {"batch": 400, "length": 30}),
    "linear.training.lorenz_training": (1, {
        "cell": "linear", "width": 4, "seeds": (0, 1), "length": 20, "updates": 20,
        "batch": 8, "every": 10}),
    "linear.training.training_curves": (4, {
        "airy": (2.0, 4.0), "bumps": (3.0,), "seeds": 2, "width": 4, "updates": 120,
        "length": 100}),
    "linear.universality.gaps_by_width": (1, {"widths": (1, 2, 8, 64)}),
    "linear.universality.rounded_weights": (1, {"widths": (4, 8, 20)}),
    "remedies.images.matched": (1, {
        "cases": (("rows", "rows", 1.0, True),), "learning_rates": (0.5, 0.25),
        "names": ("direct", "exp"), "width": 4, "count": 20, "looks": 2}),
    "remedies.images.memories": (1, {
        "names": ("direct",), "width": 4, "epochs": 1, "last": 12}),
    "remedies.images.mnist": (1, {
        "cells": (("linear state", "rows"),), "names": ("direct", "exp"), "seeds": 1,
        "width": 4, "epochs": 1, "every": 5, "data": "digits", "device": "cpu"}),
    "remedies.images.training": (1, {
        "cell": "diagonal", "width": 4, "epochs": 1, "learning_rates": (0.001, 0.01),
        "count": 50}),
    "linear.universality.sums_by_width": (2, {"even": (2, 8, 16), "free": (1, 2, 3)}),
    "remedies.nonlinear.gains": (2, {
        "widths": (4,), "updates": 20, "seeds": 1, "radii": (0.016, 0.064),
        "search": (1, 2), "inputs": 4}),
    "remedies.nonlinear.longer": (1, {
        "width": 4, "seeds": 2, "updates": 20, "horizons": 3, "inputs": 4}),
    "remedies.nonlinear.ratchet": (2, {"length": 200}),
    "remedies.nonlinear.relu": (1, {"widths": (4,), "seeds": 2, "updates": 20}),
    "remedies.reparameterisation.figure_four": (1, {
        "maps": ("exp", "direct"), "widths": (2, 6), "count": 14, "copies": 3}),
    "remedies.reparameterisation.full_matrix": (1, {"errors": (0.1, 0.001)}),
    "remedies.reparameterisation.ladder": (1, {
        "exponents": (1.5,), "widths": (3,), "radii": (0.03, 0.3), "restarts": 1,
        "updates": 4}),
    "remedies.reparameterisation.relative_changes": (2, {"count": 8}),
    "remedies.reparameterisation.same_task": (3, {
        "widths": (1, 3), "horizon": 20.0, "dt": 0.1, "every": 10}),
    "remedies.extension.adam": (1, {
        "cases": (("power 1.1", 1, 8),), "updates": 20, "seeds": (0,), "length": 200}),
    "remedies.extension.beyond": (2, {
        "widths": (1, 2), "window": 8, "until": 16, "length": 400}),
    "remedies.extension.correlated": (1, {
        "tau": 50.0, "window": 8, "correlations": (0.0, 0.5), "length": 600}),
    "remedies.extension.drift": (1, {
        "taus": (60.0,), "windows": (2, 8), "streams": 2000, "length": 2000}),
    "remedies.extension.signs": (2, {
        "targets": ("power 1.1",), "widths": (1, 2), "windows": (5, 8), "until": 60,
        "digits": 30}),
    "remedies.extension.sizes": (1, {
        "cases": (("power 1.1", 1, 8), ("two rates", 1, 8)), "length": 400,
        "whole": 400}),
    "remedies.extension.trained": (1, {
        "windows": (4,), "updates": 30, "batch": 16, "seeds": 2, "length": 2000}),
    "remedies.extension.truncated": (2, {"windows": (2, 16), "length": 2000}),
    "remedies.extension.unstable": (1, {
        "cases": (("zero", 8, 20.0, 400), ("stream", 8, 20.0, 400)), "draws": 60,
        "noise": 0.2}),
    "remedies.extension.windows": (1, {
        "window": 8, "positions": (1, 4), "streams": 200, "history": 300}),
    "remedies.learning.adam_windows": (1, {
        "targets": (1e-2,), "first": -3, "last": 1, "per_decade": 1, "updates": 90}),
    "remedies.learning.every_start": (3, {
        "count": 4, "fractions": (0.5,), "updates": 60}),
    "remedies.learning.sequence_task": (1, {
        "learning_rates": (5e-3, 5e-2), "length": 20, "features": 2, "states": 2,
        "updates": 5, "batch": 4}),
    "remedies.learning.shared_rate": (1, {"rates": (0.1, 1.0), "updates": 40}),
    "remedies.learning.stable_rates": (2, {"count": 3}),
    "remedies.stacks.first_memory": (2, {
        "starts": ("Lin", "Real"), "states": 4, "filters": 5, "count": 12}),
    "remedies.stacks.input_gain": (2, {"count": 6, "grid": 5}),
    "remedies.stacks.products": (1, {"modes": (2, 4, 16)}),
    "remedies.stacks.shared_poles": (2, {
        "layers": (1, 3), "jitters": (0.0, 1.0), "draws": 20, "states": 4}),
    "remedies.stacks.stack_memory": (2, {
        "layers": (2,), "length": 101, "short": 41, "width": 2, "states": 3}),
    "remedies.sensitivity.adam": (3, {
        "width": 2, "learning_rates": (1e-3, 1e-1), "updates": 20, "count": 2}),
    "remedies.sensitivity.by_memory": (3, {
        "correlations": (0.5, 1.0), "powers": (0.5,), "decades": 2,
        "simulated": (1e-1, 3e-2), "sequences": 200}),
    "remedies.sensitivity.circle": (2, {"radii": (0.9, 0.99), "count": 21}),
    "remedies.sensitivity.cures": (2, {"correlations": (0.0, 0.9), "count": 8}),
    "remedies.sensitivity.finite_time": (2, {"lengths": (100, 2000), "count": 9}),
    "remedies.sensitivity.landscape": (3, {"targets": (0.9, 0.99), "count": 21}),
    "remedies.generalisation.capacity": (2, {
        "lengths": (4, 8), "samples": 5, "draws": 5}),
    "remedies.generalisation.gaps": (3, {"tasks": 4, "repeats": 3, "length": 8}),
    "remedies.generalisation.over_shrinking": (1, {
        "memories": (2.0, 4.0), "length": 40}),
    "remedies.generalisation.penalties": (3, {
        "correlations": (0.0,), "count": 2, "length": 12, "modes": 3, "repeats": 2}),
    "remedies.generalisation.timescale": (2, {"lengths": (4, 8)}),
    "remedies.rescaling.compromise": (2, {
        "width": 1, "length": 30, "powers": (0.0, 2.0)}),
    "remedies.rescaling.history_switch": (4, {
        "length": 12, "history": 6, "sequences": 50, "every": 4}),
    "remedies.rescaling.lags_learned": (2, {
        "length": 6, "updates": (2, 5), "batch": 4, "runs": 4}),
    "remedies.rescaling.price": (2, {
        "length": 4, "sequences": 20, "repeats": 50}),
    "remedies.rescaling.published": (2, {"length": 8}),
}


def experiment_named(address: str):
    """Return the module of an experiment."""
    return importlib.import_module(f"comlib.experiments.{address}")


def small_config(experiment):
    """Return the small configuration of a module."""
    return experiment.Config(**SMALL[run_name(experiment.run)][1])


@functools.cache
def small_table(experiment) -> Table:
    """Return what its small configuration gives; run once, for all tests."""
    return experiment.run(small_config(experiment))
