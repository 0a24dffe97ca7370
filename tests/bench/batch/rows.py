"""The rows of speed, memory and waiting."""

import json
import math
import os
import statistics
import subprocess

from batch import jobs, lines
from tools.load import load
from tools.measure import MEGABYTE, ROOT, ratios, spread, verdict
from tools.server import Server, Watch

SETTINGS = {"ATELIER_RATE_LIMITS": "off", "ATELIER_LOG": "error"}
GRANT = 100_000_000
TEXTS_A_CALL = 500


class Bank(Server):
    """A server whose first account can pay for everything."""

    def __init__(self):
        super().__init__(**SETTINGS)

    def __enter__(self):
        server = super().__enter__()
        server.operate("grant", "default", str(GRANT))
        return server


def fast(short):
    """CPU seconds a row and bytes a line, for the plan."""
    content = lines.short_texts(100_000 if short else 1_000_000)
    with Bank() as server:
        jobs.run(server, "fast", lines.short_texts(100))
        done = jobs.run(server, "fast", content)
    print(f"fast, {done.rows} lines of 12 words, {content.size / MEGABYTE:.1f} MB: {done.shown()}")
    rate = done.rows / done.seconds
    verdict("rows a second, fast, upload to results downloaded", f"{rate:.0f}", rate >= 5_000, "at least 5,000")
    return done.cpu / done.rows, content.size / content.rows


def standard(short):
    """In turns with the batch calls that a client would make itself. CPU seconds a row and bytes a line, for the plan."""
    count, rounds = (5_000, 2) if short else (50_000, 3)
    content = lines.short_texts(count)
    every = lines.texts(count)
    job_rates, call_rates, job_cpu, call_cpu = [], [], [], []
    with Bank() as server:
        bodies = server.folder / "bodies"
        groups = [every[at : at + TEXTS_A_CALL] for at in range(0, count, TEXTS_A_CALL)]
        rows = [{"texts": group, "labels": lines.LABELS, "priority": "standard", "cache": False} for group in groups]
        bodies.write_text("".join(json.dumps(row) + "\n" for row in rows))
        same = {"path": "/v1/classify/batch", "bodies": bodies, "clients": os.cpu_count()}
        jobs.run(server, "standard", lines.short_texts(100))

        def by_job():
            done = jobs.run(server, "standard", content)
            job_rates.append(count / done.seconds)
            job_cpu.append(1000 * done.cpu / count)

        def by_calls():
            before = server.cpu_seconds()
            report = load("post", server, server.key, calls=len(rows), **same)
            call_rates.append(count / report["seconds"])
            call_cpu.append(1000 * (server.cpu_seconds() - before) / count)

        for number in range(rounds):
            for step in (by_job, by_calls) if number % 2 == 0 else (by_calls, by_job):
                step()
    print(f"standard, {count} lines of 12 words, {rounds} rounds; calls of {TEXTS_A_CALL} texts by {os.cpu_count()} clients")
    print(f"  job:   {spread(job_rates)} rows a second, {spread(job_cpu, 2)} ms CPU a row")
    print(f"  calls: {spread(call_rates)} rows a second, {spread(call_cpu, 2)} ms CPU a row")
    ratio = statistics.median(ratios(job_rates, call_rates))
    verdict("rate of a job against batch calls, standard", f"{ratio:.2f} x", ratio >= 0.9, "at least 0.9 x")
    return statistics.median(job_cpu) / 1000, content.size / content.rows


def overhead(short):
    """Jobs of lines without a text: what is left is the job system. What a row takes: seconds more than the size before for rows more
    than it, so that the fixed time, which the smallest shows, is left out. Linear: no row costs more in a larger file. Rows of small files cost
    more, by their first, short segments and since a file of less than a shard is one process's."""
    sizes = [10_000, 30_000, 100_000, 300_000] if short else [10_000, 100_000, 1_000_000, 10_000_000]
    before, costs = None, []
    with Bank() as server:
        for size in sizes:
            content, runs = lines.no_texts(size), []
            for _ in range(5 if size <= 300_000 else 1):
                runs.append(jobs.run(server, "fast", content, 0.01))
                jobs.forget(server, runs[-1])
            done = sorted(runs, key=lambda run: run.seconds)[len(runs) // 2]
            print(f"without a text, {size} rows: {done.shown()}, {1e6 * done.seconds / size:.2f} us a row")
            if before:
                costs.append((done.seconds - before.seconds) / (size - before.rows))
            before = done
    rate = done.rows / done.seconds
    verdict(f"rows a second without the classifier, {done.rows} rows", f"{rate:.0f}", rate >= 50_000, "at least 50,000")
    shown = " ".join(f"{1e6 * cost:.2f}" for cost in costs)
    growth = max(later / earlier for at, earlier in enumerate(costs) for later in costs[at + 1 :])
    verdict(f"us a row from size to size: {shown}; the most that one costs more than one before", f"{growth:.2f} x", growth <= 1.3, "at most 1.3 x")


def memory(short):
    content = lines.of_all_lengths(200 * MEGABYTE if short else 2000 * MEGABYTE)
    with Bank() as server:
        before = server.memory_mb()
        with Watch(server, 0.2) as watch:
            done = jobs.run(server, "fast", content)
        peak = server.memory_mb("VmHWM")
    samples = watch.samples
    step = math.ceil(len(samples) / 20)
    print(f"a file of {content.size / MEGABYTE:.0f} MB, {done.rows} lines, results of {done.bytes / MEGABYTE:.0f} MB: {done.shown()}")
    print(f"memory before {before:.0f} MB; on the way, MB:", " ".join(f"{sample:.0f}" for sample in samples[::step]))
    verdict("peak memory, upload included", f"{peak:.0f} MB", peak < 400, "under 400 MB")
    halves = [statistics.median(half) for half in (samples[: len(samples) // 2], samples[len(samples) // 2 :])]
    shown = f"{halves[1]:.0f} MB after {halves[0]:.0f} MB"
    verdict("memory of the second half after that of the first, medians", shown, halves[1] <= 1.15 * halves[0], "at most 1.15 x")


def waiting(short):
    content = lines.long_names((20 if short else 200) * MEGABYTE)
    with Bank() as server:
        done = jobs.run(server, "fast", content, 0.01)
    at = done.moments
    seen = at["processing"] - at["started"]
    verdict("from the answer of a start to `processing`", f"{1000 * seen:.0f} ms", seen < 1, "under 1 s")
    ready = at["completed"] - at.get("counted", at["completed"])
    shown = f"{ready:.2f} s, {done.bytes / MEGABYTE:.0f} MB of results, {done.rows} rows in {done.seconds:.1f} s"
    verdict("from the last row to the results", shown, ready < 5, "under 5 s")


def worker(_):
    """A worker alone in a process, and with it the embedded stores; allocated as in a Lambda of the template."""
    command = ["cargo", "run", "--release", "--quiet", "--package", "bench-calls", "--example", "worker_memory"]
    environment = {**os.environ, "MALLOC_ARENA_MAX": "2"}
    run = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    rows = [line for line in run.stdout.splitlines() if '"_aws"' not in line]
    print("\n".join(rows[:-1]))
    peak = json.loads(rows[-1])["peak_mb"]
    verdict("peak memory of a worker with embedded stores and the models of both priorities", f"{peak} MB", peak < 256, "under 256 MB")
