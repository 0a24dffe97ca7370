"""A job as a user of Pillow writes it: pillow_job.py INPUT OUTPUT JOB [RUNS], JOB and RUNS as in sharp.js."""

import json
import sys
import time

from PIL import Image, ImageEnhance, ImageFilter, ImageOps

Image.MAX_IMAGE_PIXELS = None
if sys.argv[1].endswith(".heic"):
    import pillow_heif

    pillow_heif.register_heif_opener()


def adjusted(picture, asked):
    picture = ImageEnhance.Color(picture).enhance(asked["saturation"])
    picture = ImageEnhance.Contrast(picture).enhance(asked["slope"])
    return picture.filter(ImageFilter.UnsharpMask(asked["radius"], round(asked["amount"] * 100), 2))


def sized(picture, job):
    width, height = job.get("width"), job.get("height")
    if width and height:
        # Decodes at a smaller scale where the format can, as thumbnail does by itself.
        picture.draft(None, (2 * width, 2 * height))
        return ImageOps.fit(picture, (width, height), Image.Resampling.LANCZOS)
    if width:
        # Decodes at the smallest scale that is still twice the size: the default of thumbnail's reducing_gap.
        picture.thumbnail((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)
    return picture


def saved(picture, output, name, quality=None, progressive=False, **_):
    options = {
        "jpeg": {"quality": quality, "optimize": True, "progressive": progressive},
        "webp": {"quality": quality, "method": 4},
        "png": {},
    }
    picture.save(output, name.upper(), **options[name])


def edit(source, output, job):
    with Image.open(source) as picture:
        picture = sized(picture, job)
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
