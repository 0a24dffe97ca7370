"""What the jobs in Python share: one edit, or as many as are asked for, each with its time as sharp.js prints it."""

import json
import time


def edits(edit, source, output, job, runs=None):
    job = json.loads(job)
    if runs is None:
        return edit(source, output, job)
    for _ in range(int(runs)):
        cpu, wall = time.process_time(), time.perf_counter()
        edit(source, output, job)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        print(json.dumps({"cpu_ms": cpu * 1000, "wall_ms": wall * 1000}))
