"""A job as a user of pyvips writes it: vips_job.py INPUT OUTPUT JOB [RUNS], JOB and RUNS as in sharp.js."""

import json
import sys
import time

import pyvips

pyvips.cache_set_max(0)
# A height that does not limit.
ANY = 10_000_000


def opened(source, job):
    width, height = job.get("width"), job.get("height")
    if not width:
        return pyvips.Image.new_from_file(source, access="sequential")
    if height:
        return pyvips.Image.thumbnail(source, width, height=height, crop="centre")
    return pyvips.Image.thumbnail(source, width, height=ANY)


def adjusted(picture, asked):
    picture = (picture.colourspace("lch") * [1, asked["saturation"], 1]).colourspace("srgb")
    slope = asked["slope"]
    picture = (picture * slope + 127.5 * (1 - slope)).cast("uchar")
    amount = asked["amount"]
    return picture.sharpen(sigma=asked["radius"], x1=0.8, y2=100, y3=100, m1=0, m2=amount)


def saved(picture, output, name, quality=None, progressive=False, **_):
    if name == "jpeg":
        picture.jpegsave(output, Q=quality, optimize_coding=True, interlace=progressive, keep="none")
    elif name == "webp":
        picture.webpsave(output, Q=quality, keep="none")
    elif name == "png":
        picture.pngsave(output, keep="none")


def edit(source, output, job):
    picture = opened(source, job)
    if job.get("adjustments"):
        picture = adjusted(picture, job["adjustments"])
    options = dict(job["format"])
    saved(picture, output, options.pop("type"), **options)


def edits(source, output, job, runs=None):
    job = json.loads(job)
    if runs is None:
        return edit(source, output, job)
    for _ in range(int(runs)):
        cpu, wall = time.process_time(), time.perf_counter()
        edit(source, output, job)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        print(json.dumps({"cpu_ms": cpu * 1000, "wall_ms": wall * 1000}))


if __name__ == "__main__":
    edits(*sys.argv[1:])
