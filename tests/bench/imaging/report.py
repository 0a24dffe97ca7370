"""The table of a run."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass, field

from imaging.rounds import size_ratio

@dataclass
class Line:
    """A row as measured: ratios of sharp's figure to ours, one each round and picture."""

    title: str
    at_least: float | None = None
    aim: float | None = None
    # Of CPU time inside a process (or what the row says it is about), of CPU time and of peak memory of whole processes.
    ratios: list = field(default_factory=list)
    whole: list = field(default_factory=list)
    memory: list = field(default_factory=list)
    # What came out of each picture: ours and sharp's.
    results: list = field(default_factory=list)
    # Why the speed does not count.
    objections: list = field(default_factory=list)
    # Instead of figures.
    note: str = ""
    # Which of the ratios is held against the targets.
    judge: Callable = statistics.median

    def reached(self):
        """How far: `aim`, `at least`, `no`, or nothing where there is no target."""
        if not self.ratios or self.at_least is None:
            return ""
        ratio = self.judge(self.ratios)
        if self.aim and ratio >= self.aim:
            return "aim"
        return "at least" if ratio >= self.at_least else "no"


def spread(values):
    """Median and range, as in `1.24 [1.13-1.29]`."""
    if not values:
        return "–"
    return f"{statistics.median(values):.2f} [{min(values):.2f}-{max(values):.2f}]"


def worst(results, what, difference):
    """The pair of ours and sharp's that is worst for us."""
    if not results:
        return "–"
    ours, theirs = min(results, key=lambda pair: difference(pair[0][what], pair[1][what]))
    return f"{ours[what]:.4f} / {theirs[what]:.4f}" if what == "ssim" else f"{ours[what]:.1f} / {theirs[what]:.1f}"


def cells(line):
    if line.note:
        return [line.title, line.note, *[""] * 8]
    size = statistics.median(size_ratio(ours, theirs) for ours, theirs in line.results) if line.results else None
    return [
        line.title,
        spread(line.ratios),
        "" if line.at_least is None else f"{line.at_least:g}",
        "" if line.aim is None else f"{line.aim:g}",
        line.reached(),
        spread(line.whole),
        spread(line.memory),
        worst(line.results, "ssim", lambda ours, theirs: ours - theirs),
        worst(line.results, "psnr", lambda ours, theirs: ours - theirs),
        "–" if size is None else f"{size:.3f}",
        "counts"
        if not line.objections
        else f"does not count: {line.objections[0]}"
        + (f" and {len(line.objections) - 1} more" if len(line.objections) > 1 else ""),
    ]


HEAD = [
    "task",
    "sharp's CPU ÷ ours",
    "at least",
    "aim",
    "reached",
    "whole process",
    "peak memory, sharp's ÷ ours",
    "SSIM ours / sharp",
    "PSNR ours / sharp",
    "bytes, ours ÷ sharp's",
    "",
]


def table(lines):
    """Markdown."""
    rows = [HEAD, ["---"] * len(HEAD), *map(cells, lines)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)
