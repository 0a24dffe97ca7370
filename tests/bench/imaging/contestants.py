"""Who is measured: the command that does a job, once or many times in one process."""

import json
from dataclasses import dataclass, field
from pathlib import Path

from imaging.installed import node_modules, python
from tools.measure import binary

HERE = Path(__file__).parent


@dataclass
class Contestant:
    name: str
    command: list
    output: Path
    environment: dict = field(default_factory=dict)
    # What makes the command edit so often and print each time.
    repeat: list = field(default_factory=list)


def atelier(picture, output, request, executable=None):
    command = [executable or binary("atelier"), "edit", picture, output, "--request", json.dumps(request)]
    # Room for the largest pictures of the corpus.
    settings = {"ATELIER_THREADS": "1", "ATELIER_MAX_PIXELS": "200000000", "ATELIER_MEMORY_BUDGET": "4000000000"}
    return Contestant("atelier", command, output, settings, ["--repeat"])


def sharp(picture, output, job):
    command = ["node", str(HERE / "sharp.js"), picture, output, json.dumps(job)]
    return Contestant("sharp", command, output, {"NODE_PATH": node_modules()})


def pillow(picture, output, job):
    return Contestant("Pillow", [python(), str(HERE / "pillow_job.py"), picture, output, json.dumps(job)], output)


def pyvips(picture, output, job):
    command = [python(), str(HERE / "vips_job.py"), picture, output, json.dumps(job)]
    return Contestant("pyvips", command, output, {"VIPS_CONCURRENCY": "1"})


def all_of(row, picture, folder, executable=None, tools=()):
    """Atelier, sharp and those of the row's others that are wanted."""
    job, extension = row.job, row.job.format["type"]
    chosen = [
        atelier(picture, folder / f"atelier.{extension}", job.ours(), executable),
        sharp(picture, folder / f"sharp.{extension}", job.theirs()),
    ]
    makers = {"Pillow": pillow, "pyvips": pyvips}
    for name in row.others:
        if name in tools:
            chosen.append(makers[name](picture, folder / f"{name}.{extension}", job.theirs()))
    return chosen
