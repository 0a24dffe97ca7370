"""Runs with Pillow: corpus_job.py OUTPUT TILE SIZE PHOTOGRAPH...

A mosaic of SIZE (as in 4000x3000) of unscaled crops of at most TILE, taken in turn from the photographs: JPEG (4:2:0, with
`progressive`, `restart` or `full` in its name as the name says), PNG (with `alpha` in its name, RGBA), or HEIC."""

import sys
from itertools import cycle

from PIL import Image

QUALITY = 90


def parsed(size):
    width, height = map(int, size.split("x"))
    return width, height


def crops(path, tile):
    """All whole crops of a photograph, again and again, from the middle outwards where there is room for one only."""
    with Image.open(path) as photograph:
        photograph = photograph.convert("RGB")
    across, down = photograph.width // tile[0], photograph.height // tile[1]
    left, top = (photograph.width - across * tile[0]) // 2, (photograph.height - down * tile[1]) // 2
    places = [(left + column * tile[0], top + row * tile[1]) for row in range(down) for column in range(across)]
    return (photograph.crop((x, y, x + tile[0], y + tile[1])) for x, y in cycle(places))


def mosaic(size, tile, photographs):
    width, height = size
    # One photograph alone where it is large enough, in one piece.
    if width * height <= 4_000_000 and tile[0] >= 1000:
        tile = size
    places = [(x, y) for y in range(0, height, tile[1]) for x in range(0, width, tile[0])]
    sources = cycle([crops(path, tile) for path in photographs[: len(places)]])
    canvas = Image.new("RGB", size)
    for place, source in zip(places, sources, strict=False):
        canvas.paste(next(source), place)
    return canvas


def with_alpha(picture):
    """Opaque in the middle, soft towards the edges, as a cut-out has it."""
    radial = Image.radial_gradient("L").resize(picture.size, Image.Resampling.BILINEAR)
    picture.putalpha(radial.point([max(0, min(255, (230 - value) * 4)) for value in range(256)]))
    return picture


def save(picture, output):
    words = output.rpartition("/")[2].split(".")
    if words[-1] == "jpg":
        rows = {"restart_marker_rows": 1} if "restart" in words else {}
        subsampling = "4:4:4" if "full" in words else "4:2:0"
        progressive = "progressive" in words
        picture.save(output, "JPEG", quality=QUALITY, subsampling=subsampling, progressive=progressive, optimize=True, **rows)
    elif words[-1] == "png":
        (with_alpha(picture) if "alpha" in words else picture).save(output, "PNG")
    else:
        import pillow_heif

        pillow_heif.register_heif_opener()
        picture.save(output, "HEIF", quality=60)


if __name__ == "__main__":
    output, tile, size, *photographs = sys.argv[1:]
    save(mosaic(parsed(size), parsed(tile), photographs), output)
