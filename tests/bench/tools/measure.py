"""What all benches share: where things are, builds, processes with their CPU time and memory, medians."""

import argparse
import os
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "atelier" / "bench"
TARGET = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
RELEASE = TARGET / "release"
MEGABYTE = 1_000_000
CHILD = Path(__file__).with_name("child.py")


def build():
    packages = ["--package", "atelier", "--package", "bench-load"]
    subprocess.run(["cargo", "build", "--quiet", "--release", *packages], cwd=ROOT, check=True)


def arguments(usage, *options, build=build):
    """Options of a bench; --short and --no-build are everybody's. Builds what it measures."""
    parser = argparse.ArgumentParser(description=usage)
    parser.add_argument("--short", action="store_true", help="fewer rounds, for a first look and for CI")
    parser.add_argument("--no-build", action="store_true", help="measure the release binaries as they are")
    for name, settings in options:
        parser.add_argument(name, **settings)
    chosen = parser.parse_args()
    if not chosen.no_build and not getattr(chosen, "binary", None):
        build()
    return chosen


def binary(name):
    return built(RELEASE / name)


def function(name):
    """A function as `infra/build` makes it for Lambda."""
    return built(TARGET / "lambda" / name / "bootstrap")


def built(path):
    if not path.is_file():
        sys.exit(f"{path} is missing: run without --no-build")
    return str(path)


@dataclass
class Run:
    """A process from start to end: CPU time (user and system) and wall time in ms, peak memory in MB."""

    cpu_ms: float
    wall_ms: float
    peak_mb: float
    output: str


def begin(command, environment=None, stderr=None):
    """A process with its own output to be read; `finish` ends it."""
    variables = {**os.environ, **(environment or {})}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=stderr, text=True, env=variables, cwd=ROOT)
    process.begun = time.perf_counter()
    return process


def finish(process):
    """Waits for the end of a process that `begin` made; its exit code is `process.returncode`."""
    output = process.stdout.read()
    process.stdout.close()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - process.begun
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run((usage.ru_utime + usage.ru_stime) * 1000, wall * 1000, usage.ru_maxrss * 1024 / MEGABYTE, output)


def run(command, environment=None):
    """Runs a command to its end. Only its own output is kept; a failure ends the bench."""
    figures, written = os.pipe()
    between = [sys.executable, "-I", "-S", CHILD, str(written), *map(str, command)]
    variables = {**os.environ, **(environment or {})}
    done = subprocess.run(between, stdout=subprocess.PIPE, text=True, env=variables, cwd=ROOT, pass_fds=[written], check=False)
    os.close(written)
    with open(figures) as said:
        cpu, wall, peak, code = (float(figure) for figure in said.read().split() or [0, 0, 0, done.returncode])
    if code != 0:
        sys.exit(f"{' '.join(map(str, command))}: exit code {code:.0f}\n{done.stdout}")
    return Run(cpu * 1000, wall * 1000, peak * 1024 / MEGABYTE, done.stdout)


def failure(command, environment=None):
    """Runs a command to its end, and answers what it said if it failed."""
    process = begin(command, environment, stderr=subprocess.STDOUT)
    done = finish(process)
    return None if process.returncode == 0 else done.output.strip() or f"exit code {process.returncode}"


def end(process):
    """Kills a process and answers its CPU time in ms."""
    process.send_signal(signal.SIGKILL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return (usage.ru_utime + usage.ru_stime) * 1000


def spread(values, digits=1):
    """Median and range, as in `74.0 [71.2-80.3]`."""
    median = statistics.median(values)
    return f"{median:.{digits}f} [{min(values):.{digits}f}-{max(values):.{digits}f}]"


def ratios(ours, theirs):
    """Round by round, since what disturbs a round disturbs both."""
    return [our / their for our, their in zip(ours, theirs, strict=True)]


def verdict(what, value, holds, target):
    print(f"{'reached' if holds else 'MISSED '}  {what}: {value} (target: {target})")


def load_average():
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
