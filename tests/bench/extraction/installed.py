"""What the bench needs beside this repository, outside the clone: a Python environment with rapidocr and Pillow (the one of the ocr
bench), free fonts and tesseract as Debian packages them, unpacked and never installed."""

import platform
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from imaging.installed import debian
from tools.measure import CACHE

PACKAGES = ["rapidocr==3.10.0", "onnxruntime==1.31.1", "pillow==13.0.0", "numpy==2.4.6"]
FONT_PACKAGES = ["fonts-liberation", "fonts-lato", "fonts-roboto-unhinted", "fonts-comfortaa"]
FACES = {
    "serif": ("LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf"),
    "sans": ("Lato-Regular.ttf", "Lato-Bold.ttf"),
    "mono": ("LiberationMono-Regular.ttf", "LiberationMono-Bold.ttf"),
    "condensed": ("RobotoCondensed-Regular.ttf", "RobotoCondensed-Bold.ttf"),
    "display": ("Comfortaa-Regular.ttf", "Comfortaa-Bold.ttf"),
}
LANGUAGES = ("eng", "deu", "fra")


def python():
    """The Python of an environment with PACKAGES."""
    folder = CACHE / ("python-ocr-" + "-".join(package.rpartition("==")[2] for package in PACKAGES))
    executable = folder / "bin" / "python"
    if not (folder / "complete").is_file():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([executable, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        (folder / "complete").touch()
    return str(executable)


def fonts():
    """The files of each face, regular and bold. All are under the SIL Open Font License or the Apache License."""
    folder = debian("extraction-fonts", FONT_PACKAGES)
    if not folder:
        sys.exit(f"the fonts cannot be had: apt-get download {' '.join(FONT_PACKAGES)}")
    found = {path.name: str(path) for path in sorted(folder.rglob("*.ttf"), reverse=True)}
    return {face: tuple(found[name] for name in names) for face, names in FACES.items()}


def tesseract():
    """The command and environment of Debian's tesseract with the data of LANGUAGES, or None where it cannot be had."""
    if shutil.which("tesseract"):
        said = subprocess.run(["tesseract", "--list-langs"], capture_output=True, text=True).stdout.split()
        if set(LANGUAGES) <= set(said):
            return ["tesseract"], {}
    wanted = ["tesseract-ocr", *(f"tesseract-ocr-{name}" for name in LANGUAGES)]
    folder = CACHE / "tesseract"
    if not (folder / "complete").is_file():
        plan = subprocess.run(["apt-get", "install", "--simulate", *wanted], capture_output=True, text=True)
        missing = [line.split()[1] for line in plan.stdout.splitlines() if line.startswith("Inst ")]
        if plan.returncode != 0 or not debian("tesseract", missing):
            return None
    libraries = folder / "usr" / "lib" / f"{platform.machine()}-linux-gnu"
    data = next(folder.glob("usr/share/tesseract-ocr/*/tessdata"))
    return [str(folder / "usr" / "bin" / "tesseract")], {"LD_LIBRARY_PATH": str(libraries), "TESSDATA_PREFIX": str(data)}
