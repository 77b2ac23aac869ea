"""What is said about the timings: ratios, growth, and how they are shown."""

import numpy as np
from matplotlib.figure import Figure

from comlib import Claim, Table
from comlib.evidence import figures
from comlib.evidence.source import Glossary

PANELS = {
    "width m": ("m", {"workload": "step dense tanh", "batch": 128, "length": 100}),
    "length T": ("length", {"workload": "step dense tanh", "batch": 128, "m": 64}),
    "copies": ("copies", {"workload": "sweep dense tanh"})}

FLOORS = {
    "reached": [
        ("step diagonal closed form", 64, 100), ("step dense closed form", 64, 100),
        ("step diagonal tanh", 64, 8), ("step diagonal hardtanh", 64, 8),
        ("step dense tanh", 64, 5),
        ("step dense hardtanh", 16, 5), ("step dense hardtanh", 64, 5),
        ("sweep diagonal hardtanh", 8, 3), ("impulse response dense tanh", 64, 1),
        ("impulse response diagonal tanh", 64, 1),
        ("tangent kernel dense tanh", 64, 10),
        ("tangent kernel diagonal tanh", 64, 10)],
    "missed": [("step dense tanh", 16, 5), ("step dense tanh", 32, 5),
               ("sweep dense tanh", 64, 3), ("sweep closed form", 64, 3000)]}
"""(workload, m, ratio) that the stored run of the page reaches, and those it misses."""


def rounded(value: float) -> str:
    """Return a ratio in about two digits, nothing if it is NaN.

    Args:
        value: the ratio.
    """
    return "" if np.isnan(value) else f"{value:.{1 if value < 9.95 else 0}f}"


def markdown(head: list[str], rows: list[list[str]]) -> Glossary:
    """Return a Markdown table for a cell to show; numbers are set flush right.

    Args:
        head: names of the columns.
        rows: cells; the first of each is text.
    """
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return Glossary("\n".join(f"| {' | '.join(line)} |" for line in lines))


def ratio(times: Table, workload: str, m: int) -> float:
    """Return the ratio of a workload, for its largest batch and number of copies.

    Args:
        times: what ``run`` returns.
        workload: which one.
        m: width.
    """
    part = times.where(workload=workload, m=m)
    part = part.where(batch=part["batch"].max(), copies=part["copies"].max())
    return part["ratio"][0]


def step_ratios(times: Table, batch: int = 512) -> Glossary:
    """Return the ratios of the training steps, and the shares at the largest width.

    Args:
        times: what ``run`` returns.
        batch: number of sequences.
    """
    steps = times.where(batch=batch, copies=1)
    rows = []
    for name, part in steps.groups("workload"):
        others = [part[f"{way}_ms"][-1] / part["ours_ms"][-1]
                  for way in ("loop", "torch")]
        share = part["share"][-1]
        rows.append([name.removeprefix("step "), *map(rounded, part["ratio"]),
                     *map(rounded, others),
                     "" if np.isnan(share) else f"{100 * share:.0f} %"])
    widths = map(str, part["m"])
    return markdown(["step", *widths, "readable", "nn.RNN", "share"], rows)


def other_ratios(times: Table) -> Glossary:
    """Return the ratios of all that is not a step of one model, at the largest size.

    Args:
        times: what ``run`` returns.
    """
    rows = []
    for name, part in times.groups("workload"):
        ratios = [part[f"{way}_ms"][-1] / part["ours_ms"][-1]
                  for way in ("naive", "loop", "single")]
        if not name.startswith("step"):
            sizes = [str(part[size][-1]) for size in ("m", "copies")]
            rows.append([name, *sizes, *map(rounded, ratios)])
    return markdown(
        ["workload", "m", "copies", "slicing", "readable", "one by one"], rows)


def claims(times: Table) -> list[Claim]:
    """Return what the page says about ratios, and about the growth of our times.

    Args:
        times: what ``run`` returns.
    """
    over = {words: [ratio(times, name, m) / floor for name, m, floor in some]
            for words, some in FLOORS.items()}
    seen = {"kind": "observation"}
    return [Claim("floors reached: least ratio over floor", "rem-floors",
                  min(over["reached"]), at_least=1.0, **seen),
            Claim("floors missed: largest ratio over floor", "rem-floors",
                  max(over["missed"]), at_most=1.0, **seen),
            Claim("comlib, dense step: power of the length", "fig-growth",
                  power(times, "step dense tanh", "length", "ours"),
                  equals=1.0, atol=0.2, **seen),
            Claim("comlib, dense step: power of the width", "fig-growth",
                  power(times, "step dense tanh", "m", "ours"), at_most=2.0, **seen),
            Claim("comlib, dense sweep: power of the copies", "fig-growth",
                  power(times, "sweep dense tanh", "copies", "ours"),
                  equals=1.0, atol=0.1, **seen)]


def floors(times: Table) -> Glossary:
    """Return the floors and the ratios.

    Args:
        times: what ``run`` returns.
    """
    rows = [[name, str(m), str(floor), rounded(ratio(times, name, m)), words]
            for words, some in FLOORS.items() for name, m, floor in some]
    return markdown(["workload", "m", "floor", "ratio", ""], rows)


def curves(times: Table) -> Table:
    """Return the times that the figure of growth shows, in milliseconds.

    Args:
        times: what ``run`` returns.
    """
    parts = [(size, times.where(**fixed)) for size, fixed in PANELS.values()]
    return Table.stack(
        [Table(size=part[size], slicing=part["naive_ms"], readable=part["loop_ms"],
               comlib=part["ours_ms"]) for size, part in parts], panel=list(PANELS))


def plot(shown: Table) -> Figure:
    """Draw the growth with width, length and copies, and reference slopes.

    Args:
        shown: what ``curves`` returns.
    """
    fig, axes = figures.panels(3, height=2.7)
    for ax, name in zip(axes, PANELS):
        part = shown.where(panel=name)
        figures.lines(part, "size", ["slicing", "readable", "comlib"], ax=ax,
                      xscale="log", yscale="log", xlabel=name, ylabel="ms")
        sizes, start = part["size"].tolist(), 0.6 * part["comlib"][0]
        ax.set_xticks(sizes, map(str, sizes))
        ax.minorticks_off()
        figures.slope(ax, sizes[0], start, 1, "", sizes[-1])
        ax.annotate("1", (sizes[-1], start * sizes[-1] / sizes[0]), color=figures.GUIDE)
    start = 1.4 * shown.where(panel="length T")["slicing"][0]
    figures.slope(axes[1], 100, start, 2, "", 400)
    axes[1].annotate("2", (400, 16 * start), color=figures.GUIDE)
    figures.legend_above(*axes, cols=1)
    return fig


def growth(table: Table) -> Table:
    """Return the slopes of log time against log width, length and copies.

    A workload counts for a size if at least two values of it were timed with all
    others the same.

    Args:
        table: what ``run`` returns.
    """
    sizes, rows = ("m", "length", "copies"), []
    for size in sizes:
        fixed = ["workload", "batch", *(name for name in sizes if name != size)]
        for key in sorted(set(zip(*(table[name].tolist() for name in fixed)))):
            part = table.where(**dict(zip(fixed, key)))
            if len(set(part[size].tolist())) > 1:
                steps = np.log(part[size])
                slopes = [np.polyfit(steps, np.log(part[f"{way}_ms"]), 1)[0]
                          for way in ("naive", "ours")]
                rows.append((*key[:2], size, *slopes))
    names = ("workload", "batch", "size", "naive_slope", "ours_slope")
    return Table.from_rows(names, rows)


def power(times: Table, workload: str, size: str, way: str) -> float:
    """Return the slope of log time against log size, on the smallest batch.

    Args:
        times: what ``run`` returns.
        workload: which one.
        size: "m", "length" or "copies".
        way: "naive" or "ours".
    """
    slopes = growth(times).where(workload=workload, size=size)
    return slopes[f"{way}_slope"][slopes["batch"].argmin()]
