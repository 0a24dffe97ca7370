"""A job as a user of Pillow writes it: pillow_job.py INPUT OUTPUT JOB [RUNS], JOB and RUNS as in sharp.js."""

import sys

from job_runs import edits
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


if __name__ == "__main__":
    edits(edit, *sys.argv[1:])
