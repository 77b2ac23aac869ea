"""One folder a chapter, one module an experiment.

A module has ``Config``, ``run(config) -> Table``, ``plot(table)``, and, if runs of it
are stored, ``RECORDS``: name in the chapter -> config, or configs of a sweep.
"""

import importlib
import pkgutil
from types import ModuleType


def experiments(prefix: str = "") -> dict[str, ModuleType]:
    """Return the experiments whose address begins with a part, chapter or name.

    Args:
        prefix: e.g. "linear", "linear.escape"; empty for all.
    """
    found = {}
    for info in pkgutil.walk_packages(__path__, f"{__name__}."):
        address = info.name.removeprefix(f"{__name__}.")
        if info.ispkg or not within(address, prefix) or address.endswith("__main__"):
            continue
        module = importlib.import_module(info.name)
        if hasattr(module, "Config") and hasattr(module, "run"):
            found[address] = module
    return found


def within(address: str, prefix: str) -> bool:
    """Whether an address lies in a part or chapter, or is it.

    Args:
        address: names joined with dots.
        prefix: as many of the first ones.
    """
    return not prefix or f"{address}.".startswith(f"{prefix}.")
