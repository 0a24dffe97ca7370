"""Draws pages of known wording as a scanner or a camera would give them: `pages.py FOLDER`. Needs Pillow and numpy; fonts: those of
FONTS that are installed. The wording is this repository's own documentation."""

import io
import json
import random
import sys
from pathlib import Path

import numpy
from PIL import Image, ImageDraw, ImageFilter, ImageFont

REPOSITORY = Path(__file__).resolve().parents[3]
FONTS = [
    *(Path("/usr/share/fonts/truetype") / name for name in (
        "dejavu/DejaVuSerif.ttf", "liberation/LiberationSans-Regular.ttf", "liberation/LiberationSerif-Regular.ttf")),
    REPOSITORY / "shared/vision/tests/font/DejaVuSans-ascii.ttf",
]
FONTS = [font for font in FONTS if font.is_file()]
A4_AT_150_DPI = (1240, 1754)


def words():
    """Words of the documentation, without markup."""
    text = " ".join(path.read_text() for path in sorted(REPOSITORY.glob("**/README.md")) if "target" not in path.parts)
    return [word for word in text.split() if word.isascii() and not set(word) & set("|`*#<>_[]{}\\~=^")]


def page(seed, height=23, columns=1, rows=40, ink=0, paper=255):
    """A picture and its lines in the order of reading."""
    chance = random.Random(seed)
    all_words = words()
    font = ImageFont.truetype(str(FONTS[seed % len(FONTS)]), height)
    picture = Image.new("RGB", A4_AT_150_DPI, (paper,) * 3)
    draw, truth, gap, margin = ImageDraw.Draw(picture), [], 50, 110
    width = (A4_AT_150_DPI[0] - 2 * margin - gap * (columns - 1)) // columns
    for column in range(columns):
        at = chance.randrange(len(all_words))
        for row in range(rows):
            line = all_words[at % len(all_words)]
            at += 1
            while font.getlength(f"{line} {all_words[at % len(all_words)]}") <= width:
                line += " " + all_words[at % len(all_words)]
                at += 1
            draw.text((margin + column * (width + gap), 110 + int(row * height * 1.42)), line, fill=(ink,) * 3, font=font)
            truth.append(line)
    return picture, truth


def noisy(picture, deviation):
    samples = numpy.asarray(picture).astype(numpy.float32)
    samples += numpy.random.default_rng(1).normal(0, deviation, samples.shape)
    return Image.fromarray(samples.clip(0, 255).astype(numpy.uint8))


def jpeg(picture, quality):
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(io.BytesIO(file.getvalue())).convert("RGB")


def turned(picture, degrees):
    return picture.rotate(degrees, resample=Image.BICUBIC, expand=True, fillcolor=(255, 255, 255))


def cases():
    """Name, how the page is made, and what is done to it."""
    yield "clean", page(0), lambda picture: picture
    yield "turned-3", page(1), lambda picture: noisy(turned(picture, 3), 6)
    yield "columns", page(2, height=20, columns=2, rows=46), lambda picture: picture
    yield "scan", page(3), lambda picture: jpeg(noisy(picture.filter(ImageFilter.GaussianBlur(0.9)), 8), 45)
    yield "blurred", page(4), lambda picture: noisy(picture.filter(ImageFilter.GaussianBlur(1.4)), 5)
    yield "light-on-dark", page(5, ink=235, paper=25), lambda picture: picture
    yield "faint", page(6, ink=140, paper=215), lambda picture: noisy(picture, 5)
    yield "turned-180", page(7), lambda picture: turned(picture, 180)
    yield "turned-90", page(8, rows=30), lambda picture: turned(picture, 90)


def main(folder):
    truth = {}
    for name, (picture, lines), change in cases():
        change(picture).save(folder / f"{name}.ppm")
        truth[name] = lines
    (folder / "truth.json").write_text(json.dumps(truth))


main(Path(sys.argv[1]))
