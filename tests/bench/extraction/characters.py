"""How much of the pages is read, beside rapidocr and tesseract, and what a page costs."""

import statistics
import tempfile
import zipfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
import subprocess
import sys

from readers import READERS, by_all, in_rounds
from score import line_errors, squeezed, text_errors
from tools.measure import CACHE, ratios, spread, verdict

CLEAN, DEGRADED = 98.5, 93.0
PAGE = [1240, 1754]
SCIKIT = "scikit-image==0.26.0"
# As one reads them; what is cut off at the edge of a picture is left out. text.png is formulas by hand, so no letter of it counts.
PRINT = {
    "page.png": [
        "Region-based segmentation", "Let us first determine markers of the coins and the", "background. These markers are pixels that we can label",
        "unambiguously as either object or background. Here,", "the markers are found at the two extreme parts of the", "histogram of grey values:",
        ">>> markers = np.zeros_like(coins)",
    ],
    "text.png": [],
    "motorcycle_left.png": ["YAMAHA"],
    "motorcycle_right.png": ["YAMAHA"],
    "astronaut.png": [],
}


def errors(pair):
    return text_errors(*pair), line_errors(*pair)


def characters(pieces):
    """Accuracy by condition, clean against degraded, with ours beside the others."""
    read = by_all([piece["path"] for piece in pieces])
    true = [[line["text"] for line in piece["lines"]] for piece in pieces]
    count = [sum(len(squeezed(line)) for line in lines) for lines in true]
    groups = {}
    for index, piece in enumerate(pieces):
        groups.setdefault(piece["condition"], []).append(index)
    degraded = [index for index, piece in enumerate(pieces) if piece["condition"] != "clean"]
    groups["degraded, all"] = degraded
    missed = {}
    with ProcessPoolExecutor(2) as pool:
        for reader in READERS:
            pairs = [(lines, read[reader].get(piece["path"].stem, [])) for lines, piece in zip(true, pieces)]
            missed[reader] = list(pool.map(errors, pairs, chunksize=4))
    rate = lambda reader, group, way: 100 * (1 - sum(missed[reader][i][way] for i in group) / max(1, sum(count[i] for i in group)))
    print(f"{'character accuracy, %':16} {'pieces':>6}  " + "  ".join(f"{reader:>20}" for reader in READERS) + "   (in brackets: line by line)")
    for name, group in groups.items():
        cells = [f"{rate(reader, group, 0):11.2f} ({rate(reader, group, 1):6.2f})" for reader in READERS]
        print(f"{name:21} {len(group):>6}  " + "  ".join(f"{cell:>20}" for cell in cells))
    for name, group, least in (("clean", groups.get("clean", []), CLEAN), ("degraded", degraded, DEGRADED)):
        ours, rapid, tesseract = (rate(reader, group, 0) for reader in READERS)
        beside = f"{ours:.2f} % (rapidocr {rapid:.2f} %, tesseract {tesseract:.2f} %)"
        verdict(f"character accuracy, {name}", beside, ours >= least and ours >= rapid, f"at least {least} %, not below rapidocr")
    verdict("character accuracy, degraded, against tesseract", beside, ours > tesseract, "above tesseract")


def page(pieces, short):
    """CPU time of reading pages of A4 at 150 dpi, one thread each."""
    pages = [piece["path"] for piece in pieces if piece["size"] == PAGE]
    step = max(1, len(pages) // (4 if short else 10))
    chosen = pages[::step][:4 if short else 10]
    spent = in_rounds(chosen, 2 if short else 5)
    each = {reader: [1000 * seconds / (len(chosen) - 1) for seconds in rounds] for reader, rounds in spent.items()}
    print(f"CPU of a page of 1,240 x 1,754, ms, {len(chosen) - 1} pages in {len(each['atelier'])} rounds: "
          + ", ".join(f"{reader} {spread(times, 0)}" for reader, times in each.items()))
    for other in ("rapidocr", "tesseract"):
        ratio = statistics.median(ratios(each["atelier"], each[other]))
        if other == "rapidocr":
            verdict("CPU of a page / rapidocr's", f"{ratio:.2f}", ratio <= 1.0, "at most 1.0; aim 0.7")
            verdict("CPU of a page / rapidocr's, the aim", f"{ratio:.2f}", ratio <= 0.7, "at most 0.7")
        else:
            print(f"CPU of a page / tesseract's: {ratio:.2f}")


def scikit():
    """Its pictures, downloaded and unpacked, never installed."""
    folder = CACHE / SCIKIT.replace("==", "-")
    if not (folder / "complete").is_file():
        with tempfile.TemporaryDirectory() as downloads:
            subprocess.run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", downloads, SCIKIT], check=True)
            with zipfile.ZipFile(next(Path(downloads).glob("*.whl"))) as wheel:
                wheel.extractall(folder, [name for name in wheel.namelist() if name.startswith("skimage/data/")])
        (folder / "complete").touch()
    return folder / "skimage" / "data"


def pictures():
    """What each reads in scikit-image's pictures that show letters."""
    folder = scikit()
    read = by_all([folder / name for name in PRINT])
    for name, true in PRINT.items():
        print(f"{name}: " + ("as one reads it: " + " / ".join(true) if true else "no print that one can read; what is found is noise"))
        for reader in READERS:
            lines = read[reader].get(Path(name).stem, [])
            right = f"{100 * (1 - text_errors(true, lines) / sum(map(len, true))):6.2f} %" if true else " " * 8
            print(f"  {reader:10} {right}  {' / '.join(lines) or '-'}")
