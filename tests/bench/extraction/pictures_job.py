"""Pictures that the bench needs beside those of truth.py. Needs Pillow and numpy; `installed.python()` has them.

Usage: pictures_job.py ppm FOLDER FILES..      as binary PPM, which every reader takes
       pictures_job.py noise FOLDER COUNT      JPEG of 200 kB with grain and a number
       pictures_job.py pages FOLDER FILES..    JPEG of 200 kB out of these pages
       pictures_job.py photograph FILE         JPEG of 2 megapixels
"""

import io
import sys
from pathlib import Path

import numpy
from PIL import Image, ImageDraw, ImageFont

BYTES = 200_000


def of_size(picture):
    """JPEG of at most BYTES and as near to them as quality goes."""
    low, high, best = 5, 100, b""
    while low <= high:
        quality, file = (low + high) // 2, io.BytesIO()
        picture.save(file, "JPEG", quality=quality)
        if len(file.getvalue()) <= BYTES:
            low, best = quality + 1, max(best, file.getvalue(), key=len)
        else:
            high = quality - 1
    return best


def grain(size, seed, deviation):
    """Like a photograph that is out of focus and noisy."""
    draws = numpy.random.default_rng(seed)
    coarse = draws.uniform(60, 190, (6, 8, 3)).astype(numpy.uint8)
    soft = numpy.asarray(Image.fromarray(coarse).resize(size, Image.BICUBIC)).astype(numpy.float32)
    soft += draws.normal(0, deviation, soft.shape)
    return Image.fromarray(soft.clip(0, 255).astype(numpy.uint8))


def noise(folder, count):
    for number in range(count):
        picture = grain((416, 312), number, 30)
        ImageDraw.Draw(picture).text((110, 130), f"No. {1000 + number}", fill=(255, 255, 255), font=ImageFont.load_default(40))
        (folder / f"noise-{number}.jpg").write_bytes(of_size(picture))


def main(kind, target, *words):
    target = Path(target)
    if kind == "photograph":
        grain((1632, 1224), 1, 8).save(target, quality=90)
        return
    target.mkdir(exist_ok=True)
    if kind == "noise":
        noise(target, int(words[0]))
    for number, file in enumerate(words if kind in ("ppm", "pages") else ()):
        with Image.open(file) as picture:
            if kind == "ppm":
                picture.convert("RGB").save(target / f"{Path(file).stem}.ppm")
            else:
                (target / f"page-{number}.jpg").write_bytes(of_size(picture.convert("RGB")))


main(*sys.argv[1:])
