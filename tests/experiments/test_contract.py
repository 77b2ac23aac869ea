"""Every experiment keeps the contract: Config, run(config) -> Table, plot(table)."""

import dataclasses
import io
import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

from comlib import Table, stored
from comlib.evidence.data import FOLDER
from comlib.evidence.origin import literal
from comlib.evidence.palette import PALETTE, style
from comlib.experiments import experiments
from comlib.experiments.__main__ import listing, main, records
from small import SMALL, experiment_named, small_config, small_table

ROOT = Path(__file__).parents[2]
NAMES = sorted(name for name, module in experiments().items()
               if hasattr(module, "plot"))
STORED = {full: (address, module, configs)
          for full, address, module, configs in records()}


def test_every_experiment_has_a_small_configuration():
    assert sorted(SMALL) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_an_experiment_has_three_public_names(name):
    module = experiment_named(name)
    own = {name for name, thing in vars(module).items() if not name.startswith("_")
           and getattr(thing, "__module__", None) == module.__name__}
    assert own == {"Config", "run", "plot"}


@pytest.mark.parametrize("name", NAMES)
def test_an_experiment_lies_in_the_folder_of_a_chapter(name):
    chapter = name.rpartition(".")[0].replace(".", "/")
    assert (ROOT / f"book/{chapter}.md").exists()


@pytest.mark.parametrize("name", NAMES)
def test_a_config_is_a_literal_and_frozen(name):
    module = experiment_named(name)
    for config in (module.Config(), small_config(module)):
        assert eval(literal(config), {"Config": module.Config}) == config
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(config, dataclasses.fields(config)[0].name, 0)


@pytest.mark.parametrize("name", NAMES)
def test_a_run_repeats_itself_and_its_plot_fills_its_axes_with_known_colours(name):
    module, stream = experiment_named(name), io.StringIO()
    table = module.run(small_config(module))
    assert isinstance(table, Table)
    assert table == small_table(module)
    with plt.rc_context():
        style()
        fig = module.plot(table)
        fig.savefig(stream, format="svg")
        plt.close("all")
    assert [ax.has_data() for ax in fig.axes] == SMALL[name][0] * [True]
    drawn = set(re.findall(r"#[0-9a-f]{6}\b", stream.getvalue()))
    assert drawn <= {light for light, _ in PALETTE.values()}  # the dark mode's


def test_every_stored_run_belongs_to_an_experiment():
    files = {".".join(path.relative_to(FOLDER).with_suffix("").parts)
             for path in FOLDER.rglob("*.json")}
    assert files <= set(STORED)


@pytest.mark.parametrize("full", sorted(
    full for full in STORED if FOLDER.joinpath(*full.split(".")).with_suffix(
        ".json").exists()))
def test_a_stored_run_says_what_ran(full):
    address, module, configs = STORED[full]
    old = stored(full)
    many = configs if isinstance(configs, (tuple, list)) else (configs,)
    assert old.run == address
    assert old.configs == tuple(map(literal, many))


def test_the_command_lists_every_experiment_and_every_stored_run():
    text = "\n".join(listing())
    assert all(name in text for name in [*NAMES, *STORED])
    assert "linear.escape" not in "\n".join(listing("linear.optimisers"))


def test_an_address_that_leads_nowhere_is_refused():
    with pytest.raises(ValueError, match="--list"):
        main(["linear.escapes"])
