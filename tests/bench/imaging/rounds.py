"""Measures contestants in turns, and judges what came out."""

import json
import statistics
import subprocess
from pathlib import Path

from imaging.installed import python
from tools.measure import failure, run

QUALITY_JOB = str(Path(__file__).with_name("quality_job.py"))
# Edits of a process that are not counted: caches, lazy loading, compilation.
WARM_UP = 1
# By how much SSIM may be below sharp's, and times sharp's bytes, for a speed to count.
SSIM_MARGIN = 0.001
BYTES_FACTOR = 1.02


class NotAvailable(Exception):
    """Our binary cannot do the job: what it said."""


def check(contestants):
    """Everybody does the job once, uncounted. Only ours may fail, since it may be older than the row."""
    for one in contestants:
        if one.name != "atelier":
            run(one.command, one.environment)
        elif said := failure(one.command, one.environment):
            raise NotAvailable(said.splitlines()[-1])


def inside(contestant, runs):
    """Median CPU time in ms of an edit inside a process that has done some before, and the peak of its memory in MB."""
    command = [*contestant.command, *contestant.repeat, str(runs + WARM_UP)]
    done = run(command, contestant.environment)
    lines = [json.loads(line) for line in done.output.splitlines() if line.startswith("{")]
    return statistics.median(line["cpu_ms"] for line in lines[WARM_UP:])


def in_turns(contestants, rounds):
    """Round numbers with the contestants, in another order each round: nobody always follows the same neighbour."""
    for number in range(rounds):
        shift = number % len(contestants)
        yield contestants[shift:] + contestants[:shift]


def measured(contestants, rounds, runs):
    """By name: lists with a value each round of CPU time inside a process, and CPU time, wall time and peak memory of a
    whole one."""
    samples = {one.name: {"inside": [], "whole": [], "wall": [], "peak": []} for one in contestants}
    for order in in_turns(contestants, rounds):
        for one in order:
            done = run(one.command, one.environment)
            found = samples[one.name]
            found["whole"].append(done.cpu_ms)
            found["wall"].append(done.wall_ms)
            found["peak"].append(done.peak_mb)
        for one in order:
            samples[one.name]["inside"].append(inside(one, runs))
    return samples


def compare(picture, job, files):
    """What quality_job.py says of each file."""
    command = [python(), QUALITY_JOB, picture, json.dumps(job.reference()), *files]
    lines = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()
    return [json.loads(line) for line in lines]


def size_ratio(ours, theirs):
    """Our bytes to sharp's; where the pixels differ by what was computed, to those of sharp's encoder on our pixels."""
    return ours["bytes"] / theirs.get("bytes of our pixels", theirs["bytes"])


def objections(ours, theirs):
    """Why a speed does not count: none, or a few words each."""
    found = []
    if ours["ssim"] < theirs["ssim"] - SSIM_MARGIN:
        found.append(f"SSIM {ours['ssim']:.4f} is below {theirs['ssim']:.4f}")
    if (ratio := size_ratio(ours, theirs)) > BYTES_FACTOR:
        found.append(f"{ratio:.3f} × the bytes")
    if ours["progressive"] != theirs["progressive"]:
        found.append("not the same coding")
    return found
