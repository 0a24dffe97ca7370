"""Rows about whole processes: a cold one, its memory, two edits at once, and cost against size."""

import json
import shutil
import statistics
import tempfile
from pathlib import Path

from imaging.contestants import all_of, atelier
from imaging.pictures import SIZES, picture
from imaging.report import Line
from imaging.rounds import check, compare, in_turns, inside, objections
from imaging.rows import COLD, JPEG, MEMORY_ROWS, PLAIN, Job
from tools.measure import begin, finish, ratios, run, spread

AT_ONCE_LIMIT = 1.1
# Of the cost of a pixel at the sizes from 4 megapixels on: the dearest divided by their median.
FLAT_LIMIT = 1.25


def cold(options):
    """From nothing to the first result."""
    table = Line(f"{COLD.title} (beside it: wall time)", COLD.at_least, COLD.aim)
    source = picture(COLD.picture.format("a"))
    with tempfile.TemporaryDirectory() as folder:
        contestants = all_of(COLD, source, Path(folder), options.binary)
        check(contestants)
        runs = {one.name: [] for one in contestants}
        for order in in_turns(contestants, 2 * options.rounds):
            for one in order:
                runs[one.name].append(run(one.command, one.environment))
        results = compare(source, COLD.job, [one.output for one in contestants])
    for name, done in runs.items():
        cpu, wall, peak = (spread([getattr(one, what) for one in done]) for what in ("cpu_ms", "wall_ms", "peak_mb"))
        print(f"  {name:8} CPU {cpu} ms, wall {wall} ms, peak {peak} MB")
    for figures, what in ((table.ratios, "cpu_ms"), (table.whole, "wall_ms"), (table.memory, "peak_mb")):
        figures += ratios(*([getattr(one, what) for one in runs[name]] for name in ("sharp", "atelier")))
    table.results, table.objections = [tuple(results)], objections(*results)
    return table


def memory(options):
    """Peak memory on the JPEG tasks; the worst of them decides."""
    table = Line("peak memory of a process, JPEG tasks, sharp's ÷ ours", 4, 8, judge=min)
    for name in MEMORY_ROWS:
        row = PLAIN[name]
        with tempfile.TemporaryDirectory() as folder:
            contestants = all_of(row, picture(row.picture.format("a")), Path(folder), options.binary)
            check(contestants)
            peaks = {one.name: [run(one.command, one.environment).peak_mb for _ in range(3)] for one in contestants}
        table.ratios += ratios(peaks["sharp"], peaks["atelier"])
        print(f"  {name:15} atelier {spread(peaks['atelier'])} MB, sharp {spread(peaks['sharp'])} MB")
    return table


def printed_cpu(process):
    """Median CPU time in ms of the edits of a process of `atelier edit --repeat`, without the first."""
    done = finish(process)
    return statistics.median(json.loads(line)["cpu_ms"] for line in done.output.splitlines()[1:])


def by_processes(one, edits):
    """Two processes at once against one alone."""
    command = [*one.command, "--repeat", str(edits + 1)]
    alone = printed_cpu(begin(command, one.environment))
    together = [begin(command, one.environment) for _ in range(2)]
    return statistics.mean([printed_cpu(process) for process in together]) / alone


def by_threads(one, source, edits, folder):
    """Two threads of a process that edits a folder against one thread."""
    pictures = Path(folder) / "pictures"
    if not pictures.is_dir():
        pictures.mkdir()
        for number in range(edits):
            shutil.copy(source, pictures / f"{number}.jpg")
    command = [*one.command[:2], pictures, Path(folder) / "results", *one.command[4:]]
    alone, together = (run(command, {**one.environment, "ATELIER_THREADS": count}).cpu_ms for count in ("1", "2"))
    return together / alone


def at_once(options):
    """What an edit costs when another runs beside it."""
    table = Line("two edits at once, CPU of each ÷ alone")
    row = PLAIN["jpeg-12"]
    source = picture(row.picture.format("a"))
    edits = 2 * options.runs + 2
    with tempfile.TemporaryDirectory() as folder:
        one = atelier(source, Path(folder) / "atelier.jpeg", row.job.ours(), options.binary)
        check([one])
        processes = [by_processes(one, edits) for _ in range(options.rounds)]
        threads = [by_threads(one, source, edits, folder) for _ in range(options.rounds)]
    holds = max(map(statistics.median, (processes, threads))) <= AT_ONCE_LIMIT
    figures = f"two processes {spread(processes, 2)}, two threads {spread(threads, 2)}"
    table.note = f"{figures} (at most {AT_ONCE_LIMIT}: {'reached' if holds else 'MISSED'})"
    return table


def linear(options):
    """CPU time of a megapixel, from 1 to 100 of them, scaled to a quarter each way."""
    table = Line("JPEG → JPEG at 25 %, CPU ms per megapixel")
    request = Job(JPEG).ours()
    request["operations"] = {"resizing": {"width": "25%"}}
    costs = {}
    with tempfile.TemporaryDirectory() as folder:
        contestants = {}
        for size in SIZES:
            source = picture(f"{size}-a.jpg")
            contestants[size] = atelier(source, Path(folder) / f"{size}.jpeg", request, options.binary)
        check(contestants.values())
        for order in in_turns(list(contestants), max(3, options.rounds // 3)):
            for size in order:
                width, height = SIZES[size]
                # A small picture often, so that the clock's grain does not count.
                runs = max(1, 24_000_000 // (width * height))
                costs.setdefault(size, []).append(inside(contestants[size], runs) / (width * height / 1e6))
    for size in SIZES:
        print(f"  {size:6} {spread(costs[size], 2)} ms CPU per megapixel")
    middle = {size: statistics.median(found) for size, found in costs.items()}
    large = [cost for size, cost in middle.items() if size != "1mp"]
    steepness = max(large) / statistics.median(large)
    each = ", ".join(f"{size.removesuffix('mp')} MP {middle[size]:.2f}" for size in SIZES)
    judged = f"at most {FLAT_LIMIT}: {'reached' if steepness <= FLAT_LIMIT else 'MISSED'}"
    table.note = f"{each}; dearest ÷ median from 4 MP on {steepness:.2f} ({judged})"
    return table
