"""What the imaging benches are measured with and against, outside the clone: a Python environment with Pillow, libvips, an HEIC
encoder and numpy; sharp; and packages of Debian, unpacked and never installed. Each is made at the first call."""

import platform
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.measure import CACHE

SHARP = "0.35.5"
PILLOW = "13.0.0"
PYVIPS = "3.2.0"
LIBVIPS = "8.18.7"
PACKAGES = [f"pillow=={PILLOW}", f"pyvips[binary]=={PYVIPS}", f"pyvips-binary=={LIBVIPS}", "pillow-heif==1.8.1", "numpy==2.4.6"]


def python():
    """The Python of an environment with PACKAGES."""
    folder = CACHE / f"python-{'-'.join(package.rpartition('==')[2] for package in PACKAGES)}"
    executable = folder / "bin" / "python"
    if not (folder / "complete").is_file():
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        subprocess.run([executable, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
        (folder / "complete").touch()
    return str(executable)


def node_modules():
    """A node_modules with sharp, for NODE_PATH."""
    folder = CACHE / f"sharp-{SHARP}"
    if not (folder / "complete").is_file():
        folder.mkdir(parents=True, exist_ok=True)
        install = ["npm", "install", "--silent", "--no-fund", "--no-audit", f"sharp@{SHARP}"]
        subprocess.run([*install, "--prefix", str(folder)], check=True, stdout=subprocess.DEVNULL)
        (folder / "complete").touch()
    return str(folder / "node_modules")


def debian(name, packages):
    """A folder with the files of Debian packages, or None where apt-get cannot deliver them."""
    folder = CACHE / name
    if (folder / "complete").is_file():
        return folder
    if not shutil.which("apt-get") or not shutil.which("dpkg"):
        return None
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as downloads:
        download = subprocess.run(["apt-get", "download", "-qq", *packages], cwd=downloads, stderr=subprocess.DEVNULL)
        if download.returncode != 0:
            return None
        for package in Path(downloads).glob("*.deb"):
            subprocess.run(["dpkg", "-x", package, folder], check=True)
    (folder / "complete").touch()
    return folder


def heif_convert():
    """The command and environment of libheif's example program as Debian 12 has it, or None."""
    libraries = ["libheif1", "libde265-0", "libx265-199", "libaom3", "libdav1d6", "librav1e0", "libsvtav1enc1"]
    folder = debian("heif-convert", ["libheif-examples", *libraries, "libjpeg62-turbo", "libpng16-16", "libnuma1"])
    if not folder:
        return None
    libraries = folder / "usr" / "lib" / f"{platform.machine()}-linux-gnu"
    return [str(folder / "usr" / "bin" / "heif-convert")], {"LD_LIBRARY_PATH": str(libraries)}
