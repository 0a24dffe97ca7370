"""A job as a user of pyvips writes it: vips_job.py INPUT OUTPUT JOB [RUNS], JOB and RUNS as in sharp.js."""

import sys

import pyvips
from job_runs import edits

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


if __name__ == "__main__":
    edits(edit, *sys.argv[1:])
