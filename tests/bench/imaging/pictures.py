"""The corpus: mosaics of unscaled crops of photographs, in sizes and formats, made once and kept outside the clone.

A picture's name is SIZE-LETTER.KIND: `12mp-b.progressive.jpg`. The photographs come from packages of wallpapers in Debian; the
letter says with which of them a mosaic begins. `mosaic` needs no Debian: its photographs are those of scikit-image."""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from imaging.installed import debian, python
from tools.measure import CACHE

WALLPAPERS = ["plasma-workspace-wallpapers", "mate-backgrounds", "lomiri-wallpapers-20.04"]
PLASMA, MATE = "usr/share/wallpapers/{}/contents/images/2560x1600.jpg", "usr/share/backgrounds/mate/nature/{}.jpg"
# Photographs (most wallpapers are drawings) of at least 2560 x 1600 pixels.
PHOTOGRAPHS = [
    PLASMA.format("EveningGlow"),
    PLASMA.format("FallenLeaf"),
    PLASMA.format("OneStandsOut"),
    MATE.format("LadyBird"),
    PLASMA.format("BytheWater"),
    PLASMA.format("Path"),
    "usr/share/backgrounds/Kleiber_by_Lukas_Baubkus.jpg",
    MATE.format("YellowFlower"),
    PLASMA.format("ColorfulCups"),
    PLASMA.format("Kite"),
    MATE.format("TwoWings"),
    MATE.format("Garden"),
]
SIZES = {
    "1mp": (1250, 800),
    "4mp": (2500, 1600),
    "12mp": (4000, 3000),
    "24mp": (6000, 4000),
    "50mp": (8660, 5774),
    "100mp": (12000, 8334),
}
LETTERS = {"a": 0, "b": 4, "c": 8}
JOB = str(Path(__file__).with_name("corpus_job.py"))
# A package of Python with photographs of about half a megapixel, in the public domain or free.
SMALL = "scikit-image==0.26.0"
NAMES = ["astronaut.png", "chelsea.png", "coffee.png", "hubble_deep_field.jpg", "motorcycle_left.png", "retina.jpg", "rocket.jpg"]


def made(name, *words):
    """The file of that name in the cache; what the job needs beside its name and output follows in `words`."""
    file = CACHE / "pictures" / name
    if not file.is_file():
        file.parent.mkdir(parents=True, exist_ok=True)
        # Under another name until it is whole, with the same extension.
        part = file.with_name(f"part-{file.name}")
        subprocess.run([python(), JOB, part, *map(str, words)], check=True)
        part.rename(file)
    return file


def picture(name):
    """A picture of the corpus."""
    size, letter = name.partition(".")[0].split("-")
    folder = debian("wallpapers", WALLPAPERS)
    if not folder:
        sys.exit("the pictures need apt-get and dpkg: they are in Debian's packages of wallpapers")
    first = LETTERS[letter]
    photographs = [folder / path for path in PHOTOGRAPHS[first:] + PHOTOGRAPHS[:first]]
    return made(name, "2000x1500", "x".join(map(str, SIZES[size])), *photographs)


def small_photographs(folder):
    """Downloads the package and unpacks its photographs; nothing of it is installed or run."""
    download = [python(), "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", SMALL]
    subprocess.run(download, cwd=folder, check=True)
    with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
        return [wheel.extract(f"skimage/data/{name}", folder) for name in NAMES]


def mosaic():
    """A JPEG of 4000 x 3000 pixels in small tiles."""
    with tempfile.TemporaryDirectory() as folder:
        name = "12mp-tiles.jpg"
        exists = (CACHE / "pictures" / name).is_file()
        return made(name, "250x250", "4000x3000", *([] if exists else small_photographs(folder)))
