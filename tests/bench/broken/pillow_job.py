"""Runs with Pillow: reads names of files, a line each, and prints what Pillow makes of each as a JSON line: format and size as
displayed, or null and the error."""

import json
import sys
import warnings

import pillow_heif
from PIL import Image, ImageOps

warnings.simplefilter("ignore")
pillow_heif.register_heif_opener()


def read(path):
    try:
        with Image.open(path) as picture:
            # Before the pixels: those of some formats take it away.
            kind = picture.format
            picture.load()
            picture = ImageOps.exif_transpose(picture)
            return {"format": kind, "size": f"{picture.width}x{picture.height}"}
    except Exception as error:
        return {"format": None, "error": f"{type(error).__name__}: {error}".replace(path, "it")[:100]}


if __name__ == "__main__":
    for line in sys.stdin.read().splitlines():
        print(json.dumps(read(line)))
