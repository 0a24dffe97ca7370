"""The load generator `bench-load`."""

import json
import sys

from tools.measure import binary, run


def load(kind, server, keys, **options):
    """Runs a load to its end and answers its report; failed calls end the bench. `cpu_ms` is the generator's own."""
    words = [f"--{name}={value}" for name, value in options.items()]
    done = run([binary("bench-load"), kind, f"--url={server.url}", f"--keys={keys}", *words])
    report = json.loads(done.output)
    if report["failures"]:
        sys.exit(f"{report['failures']} calls failed; the first: {report['first_failure']}")
    return {**report, "cpu_ms": done.cpu_ms}
