"""What the imaging benches are measured with and against: the picture, sharp and Pillow, all outside the clone."""

import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from tools.measure import CACHE

SHARP = "0.35.5"
PILLOW = "13.0.0"
# A package of Python with photographs of about half a megapixel, in the public domain or free.
PHOTOGRAPHS = "scikit-image==0.26.0"
NAMES = ["astronaut.png", "chelsea.png", "coffee.png", "hubble_deep_field.jpg", "motorcycle_left.png", "retina.jpg", "rocket.jpg"]
JOBS = str(Path(__file__).with_name("pillow_jobs.py"))
SHARP_SCRIPT = str(Path(__file__).with_name("sharp.js"))


def pillow():
    """The Python of an environment with Pillow, made at the first call."""
    folder = CACHE / f"pillow-{PILLOW}"
    python = folder / "bin" / "python"
    if not (folder / "complete").is_file():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", f"pillow=={PILLOW}"], check=True)
        (folder / "complete").touch()
    return str(python)


def node_modules():
    """A node_modules with sharp, for NODE_PATH; made at the first call."""
    folder = CACHE / f"sharp-{SHARP}"
    if not (folder / "complete").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--silent", "--no-fund", "--no-audit", f"sharp@{SHARP}"]
        subprocess.run([*install, "--prefix", str(folder)], check=True, stdout=subprocess.DEVNULL)
        (folder / "complete").touch()
    return str(folder / "node_modules")


def job(*words):
    """Runs a job of pillow_jobs.py and answers what it prints."""
    return subprocess.run([pillow(), JOBS, *map(str, words)], check=True, capture_output=True, text=True).stdout


def compare(reference, *files):
    return [json.loads(line) for line in job("compare", reference, *files).splitlines()]


def photographs(folder):
    """Downloads the package and unpacks its photographs; nothing of it is installed or run."""
    download = [pillow(), "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:", PHOTOGRAPHS]
    subprocess.run(download, cwd=folder, check=True)
    with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
        return [wheel.extract(f"skimage/data/{name}", folder) for name in NAMES]


def mosaic():
    """A JPEG of 4000 x 3000 pixels, of unscaled crops of photographs; made at the first call."""
    picture = CACHE / "12mp.jpg"
    if not picture.is_file():
        CACHE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            made = Path(folder) / "12mp.jpg"
            job("mosaic", made, *photographs(folder))
            shutil.move(made, picture)
    return picture
