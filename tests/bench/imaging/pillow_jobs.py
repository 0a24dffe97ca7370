"""Jobs that need Pillow, run in its own environment:

  mosaic OUTPUT PHOTOGRAPH...              4000 x 3000 pixels of unscaled crops of photographs, as a JPEG
  reference INPUT OUTPUT WIDTH             full decode and Lanczos, lossless
  compare REFERENCE FILE...                a JSON line each: size in pixels and bytes, PSNR in dB over RGB and over luma
  edit INPUT OUTPUT WIDTH [RUNS]           the job as a user of Pillow writes it; with RUNS as in sharp.js
"""

import json
import math
import os
import sys
import time
from itertools import cycle

from PIL import Image, ImageChops, ImageStat

# Pixels of a side of a crop, and crops across and down.
SIDE = 250
COLUMNS, ROWS = 16, 12
MOSAIC_QUALITY = 90


def crops(photograph):
    """All whole crops of a photograph, again and again."""
    columns, rows = photograph.width // SIDE, photograph.height // SIDE
    places = [(column * SIDE, row * SIDE) for row in range(rows) for column in range(columns)]
    return (photograph.crop((left, top, left + SIDE, top + SIDE)) for left, top in cycle(places))


def mosaic(output, *photographs):
    sources = []
    for path in photographs:
        with Image.open(path) as photograph:
            sources.append(crops(photograph.convert("RGB")))
    canvas = Image.new("RGB", (COLUMNS * SIDE, ROWS * SIDE))
    for place, source in zip(range(COLUMNS * ROWS), cycle(sources)):
        canvas.paste(next(source), (place % COLUMNS * SIDE, place // COLUMNS * SIDE))
    canvas.save(output, "JPEG", quality=MOSAIC_QUALITY)


def scaled(picture, width):
    """The size of that width with the picture's proportions."""
    return (int(width), round(picture.height * int(width) / picture.width))


def reference(source, output, width):
    with Image.open(source) as picture:
        picture.convert("RGB").resize(scaled(picture, width), Image.Resampling.LANCZOS).save(output)


def psnr(one, other):
    """Peak signal-to-noise ratio in dB over all channels of 8 bits."""
    squares = ImageStat.Stat(ImageChops.difference(one, other)).sum2
    mean = sum(squares) / (one.width * one.height * len(squares))
    return math.inf if mean == 0 else 10 * math.log10(255**2 / mean)


def compare(wanted, *files):
    with Image.open(wanted) as picture:
        wanted = picture.convert("RGB")
    for path in files:
        with Image.open(path) as picture:
            found = picture.convert("RGB")
            progressive = bool(picture.info.get("progressive"))
        if found.size != wanted.size:
            sys.exit(f"{path} is {found.size}, the reference {wanted.size}")
        luma = psnr(wanted.convert("L"), found.convert("L"))
        row = {"file": path, "width": found.width, "height": found.height, "bytes": os.path.getsize(path)}
        print(json.dumps({**row, "psnr": psnr(wanted, found), "psnr_luma": luma, "progressive": progressive}))


def edit(source, output, width):
    with Image.open(source) as picture:
        # Decodes at the smallest scale that is still twice the size: the default of thumbnail's reducing_gap.
        picture.thumbnail(scaled(picture, width), Image.Resampling.LANCZOS)
        picture.save(output, "JPEG", quality=85, optimize=True)


def edits(source, output, width, runs=None):
    if runs is None:
        return edit(source, output, width)
    for _ in range(int(runs)):
        cpu, wall = time.process_time(), time.perf_counter()
        edit(source, output, width)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
        print(json.dumps({"cpu_ms": cpu * 1000, "wall_ms": wall * 1000}))


if __name__ == "__main__":
    jobs = {"mosaic": mosaic, "reference": reference, "compare": compare, "edit": edits}
    jobs[sys.argv[1]](*sys.argv[2:])
