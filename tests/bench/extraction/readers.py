"""The three readers, each as a process with one thread, and the pieces that they read."""

import hashlib
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import installed
from tools.measure import CACHE, ROOT, built, RELEASE

HERE = Path(__file__).resolve().parent
READERS = ("atelier", "rapidocr", "tesseract")
# Pictures that are held as PPM at the same time, 6.5 MB each.
AT_ONCE = 40


def build():
    subprocess.run(["cargo", "build", "--quiet", "--release", "--package", "vision", "--example", "ocr"], cwd=ROOT, check=True)


def job(*words):
    subprocess.run([installed.python(), *map(str, words)], check=True)


def pieces(seed):
    """The truth of all pieces of a seed, drawn at the first call; `path` is that of the picture."""
    sources = sorted(HERE.glob("*.py"))
    drawn = hashlib.sha256(b"".join(path.read_bytes() for path in sources if path.stem in DRAWING)).hexdigest()
    folder = CACHE / f"extraction-truth-{seed}-{drawn[:12]}"
    if not (folder / "complete").is_file():
        job(HERE / "truth.py", folder, "--seed", seed)
        (folder / "complete").touch()
    found = []
    for path in sorted(folder.glob("*.json")):
        truth = json.loads(path.read_text())
        found.append({**truth, "path": folder / truth["file"]})
    return found


DRAWING = {"degrade", "forms", "installed", "page", "papers", "schemas", "slips", "truth", "values", "vocabulary", "words"}


def command(reader):
    if reader == "atelier":
        return [built(RELEASE / "examples" / "ocr")]
    if reader == "rapidocr":
        return [installed.python(), HERE.parent / "ocr" / "rapidocr_job.py"]
    return [sys.executable, HERE / "tesseract_job.py"]


def read(reader, files):
    """What each file was read as, and the seconds of processor time."""
    words = [*command(reader), *files]
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"{reader}: exit code {done.returncode}\n{done.stderr[-2000:]}")
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    return {Path(row["file"]).stem: ([line[0] for line in row["lines"]], row["cpu"]) for row in rows}


def readable(folder, pictures):
    """The pictures as every reader takes them."""
    job(HERE / "pictures_job.py", "ppm", folder, *pictures)
    return [Path(folder) / f"{Path(picture).stem}.ppm" for picture in pictures]


def by_all(pictures):
    """By reader and name of the picture, its lines. All readers are shown the same pixels, some pictures at a time."""
    found = {reader: {} for reader in READERS}
    for at in range(0, len(pictures), AT_ONCE):
        with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
            files = readable(folder, pictures[at:at + AT_ONCE])
            for reader, rows in zip(READERS, pool.map(lambda reader: read(reader, files), READERS)):
                found[reader].update({name: lines for name, (lines, _) in rows.items()})
        print(f"  read {min(at + AT_ONCE, len(pictures))} of {len(pictures)}", file=sys.stderr, flush=True)
    return found


def in_rounds(pictures, rounds):
    """By reader, for each round the seconds that all pictures took together. Each process first reads one that is not counted."""
    spent = {reader: [] for reader in READERS}
    with tempfile.TemporaryDirectory() as folder:
        files = readable(folder, pictures)
        for number in range(rounds):
            turn = READERS[number % 3:] + READERS[:number % 3]
            for reader in turn:
                rows = read(reader, [files[-1], *files[:-1]])
                spent[reader].append(sum(rows[file.stem][1] for file in files[:-1]))
    return spent
