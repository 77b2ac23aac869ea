"""Every experiment keeps the contract: Config, run(config) -> Table, plot(table)."""

import dataclasses
import pkgutil

import matplotlib.pyplot as plt
import pytest

import comlib.experiments
from comlib import Table
from small import SMALL, experiment_named, small_config, small_table

NAMES = sorted(m.name for m in pkgutil.iter_modules(comlib.experiments.__path__))


def test_every_experiment_has_a_small_configuration():
    assert sorted(SMALL) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_experiment_has_three_public_names(name):
    module = experiment_named(name)
    own = {name for name, thing in vars(module).items() if not name.startswith("_")
           and getattr(thing, "__module__", None) == module.__name__}
    assert own == {"Config", "run", "plot"}


@pytest.mark.parametrize("name", NAMES)
def test_a_config_is_a_literal_and_frozen(name):
    module = experiment_named(name)
    for config in (module.Config(), small_config(module)):
        assert eval(repr(config), {"Config": module.Config}) == config
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(config, dataclasses.fields(config)[0].name, 0)


@pytest.mark.parametrize("name", NAMES)
def test_a_run_repeats_itself(name):
    module = experiment_named(name)
    assert isinstance(small_table(module), Table)
    assert module.run(small_config(module)) == small_table(module)


@pytest.mark.parametrize("name", NAMES)
def test_a_plot_fills_its_axes(name):
    module = experiment_named(name)
    fig = module.plot(small_table(module))
    drawn = [ax.has_data() for ax in fig.axes]
    plt.close(fig)
    assert drawn == SMALL[name][0] * [True]
