"""What a file of 5 GB takes on AWS, by the rates of this run."""

import math

from tools.measure import verdict

FILE = 5_000_000_000
SHARD = {"standard": 8 << 20, "fast": 32 << 20}
BLOCK = 4 << 20
# As shared/batches and functions/batch-worker have them: lines of the first segment, of the longest one, seconds of one.
FIRST, MOST, AIM = 500, 50_000, 20
# Items written for a segment (2 when it is held for, 5 when it is settled), in transactions, which count twice, of under 1 KB:
# what tests/bench/round-trips counts for a million rows is this and 52 a job.
UNITS_A_SEGMENT = 2 * (2 + 5)

# List prices in USD, us-east-1, as remembered in November 2026; free tiers left out.
MEMORY_GB = 1769 / 1024
GB_SECOND = 0.0000166667
SQS_REQUEST, S3_PUT, S3_GET, WRITE_UNIT, READ_UNIT = 0.40e-6, 5e-6, 0.4e-6, 0.625e-6, 0.125e-6


def segments(rows, a_second):
    """Segments of a shard of so many rows."""
    size, count = FIRST, 0
    while rows > 0:
        rows -= size
        count += 1
        size = max(64, min(MOST, 10 * size, int(AIM * a_second)))
    return count


def row(tier, cpu, line):
    shards = math.ceil(FILE / SHARD[tier])
    seconds = SHARD[tier] / line * cpu
    each = segments(SHARD[tier] / line, 1 / cpu)
    minutes = [math.ceil(shards / at_once) * seconds / 60 for at_once in (1, 10, 100)]
    compute = FILE / line * cpu * MEMORY_GB * GB_SECOND
    # Sent, received and deleted; a look for the recipe, the job and the key, and one at each segment.
    others = shards * (3 * SQS_REQUEST + (4 + each) * READ_UNIT)
    others += shards * each * (UNITS_A_SEGMENT * WRITE_UNIT + 3 * S3_PUT) + shards * (SHARD[tier] / BLOCK + 1) * S3_GET
    shown = " ".join(f"{minute:9.1f}" for minute in minutes)
    units = shards * each * UNITS_A_SEGMENT / (FILE / line / 1e6)
    print(
        f"{tier:9} {FILE / line / 1e6:7.1f} {shards:7} {seconds:9.0f} {each:9} {shown} {compute:9.2f} {others:8.2f} {units:10.0f}"
    )
    return units, shards * each


def plan(measured):
    """`measured`: tier → CPU seconds a row, bytes a line."""
    print("5 GB on AWS (computed, not measured):")
    print("tier      M rows   shards s a shard  segments  min at 1  min at 10 min at 100 USD Lambda USD rest units a M rows")
    found = {tier: row(tier, cpu, line) for tier, (cpu, line) in measured.items()}
    print(
        "assumed: " + ", ".join(f"{tier} {1000 * cpu:.3f} ms CPU a row, {line:.0f} bytes a line" for tier, (cpu, line) in measured.items()) + ";\n"
        "  a vCPU of Lambda is as fast as a core here; a function of 1,769 MB has one, works on one shard at a time, and is paid while it works;\n"
        f"  x86 at USD {GB_SECOND:.10f} a GB-second (arm64, the default of template.yaml, is listed 20 % lower and its speed is not known here);\n"
        f"  on demand: SQS USD {SQS_REQUEST * 1e6:.2f}, S3 PUT {S3_PUT * 1e6:.2f} and GET {S3_GET * 1e6:.2f}, DynamoDB write unit {WRITE_UNIT * 1e6:.3f} and\n"
        f"  read unit {READ_UNIT * 1e6:.3f} a million; {UNITS_A_SEGMENT} write units a segment; list prices of us-east-1 as of November 2026, unverified;\n"
        "  starts of functions, the joining of the results, storage and transfer out are left out; parts to join and delete, one after the\n"
        "  other, at the end: " + ", ".join(f"{tier} {parts}" for tier, (_, parts) in found.items())
    )
    for tier, (count, _) in found.items():
        verdict(f"write units a million rows, {tier}, one core a worker, computed", f"{count:.0f}", count < 2_000, "under 2,000")
