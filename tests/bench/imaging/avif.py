"""AVIF at equal quality. The same number means another quality in each encoder, so ours is measured at several qualities, and its
CPU time and bytes are read off, by interpolation, where SSIM is what sharp's file has."""

import math
import tempfile
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from imaging.contestants import atelier, sharp
from imaging.pictures import picture
from imaging.report import Line
from imaging.rounds import BYTES_FACTOR, check, compare, in_turns, inside
from imaging.rows import AVIF
from tools.measure import spread

THEIRS = [40, 50, 60]
OURS = [25, 35, 45, 55, 65, 75, 85]
SHARP_OPTIONS = {"effort": 2, "chromaSubsampling": "4:2:0"}


def at(wanted, points):
    """The value at `wanted`, between the two of `points` (SSIM and value) around it; None outside of them."""
    points = sorted(points)
    for (below, low), (above, high) in pairwise(points):
        if below <= wanted <= above and above > below:
            return low + (high - low) * (wanted - below) / (above - below)
    return None


def contestants(source, folder, options):
    made = []
    for quality in OURS:
        job = replace(AVIF.job, format={"type": "avif", "quality": quality})
        made.append(atelier(source, folder / f"atelier-{quality}.avif", job.ours(), options.binary))
    for quality in THEIRS:
        job = AVIF.job.theirs(quality=quality, **SHARP_OPTIONS)
        made.append(sharp(source, folder / f"sharp-{quality}.avif", job))
    return made


def one_picture(letter, options, table):
    source = picture(AVIF.picture.format(letter))
    with tempfile.TemporaryDirectory() as folder:
        everybody = contestants(source, Path(folder), options)
        check(everybody)
        times = {one.output: [] for one in everybody}
        for order in in_turns(everybody, options.rounds):
            for one in order:
                times[one.output].append(inside(one, 1))
        results = compare(source, AVIF.job, [one.output for one in everybody])
    files = [(one.name, times[one.output], result) for one, result in zip(everybody, results, strict=True)]
    for (name, times, result), quality in zip(files, OURS + THEIRS, strict=True):
        figures = f"{result['bytes']} bytes, SSIM {result['ssim']:.4f}, PSNR {result['psnr']:.2f} dB"
        print(f"  {source.name} {name} q{quality}: CPU {spread(times)} ms, {figures}")
    ours = [file for file in files if file[0] == "atelier"]
    for (_, times, result), quality in zip([file for file in files if file[0] == "sharp"], THEIRS, strict=True):
        size = at(result["ssim"], [(own["ssim"], math.log(own["bytes"])) for _, _, own in ours])
        if size is None:
            table.objections.append(f"{source.name}: no quality of ours has the SSIM of sharp's q{quality}")
            continue
        for number, their_cpu in enumerate(times):
            table.ratios.append(their_cpu / at(result["ssim"], [(own["ssim"], cpu[number]) for _, cpu, own in ours]))
        table.results.append(({**result, "bytes": math.exp(size)}, result))
        if math.exp(size) > BYTES_FACTOR * result["bytes"]:
            factor = math.exp(size) / result["bytes"]
            table.objections.append(f"{source.name}: {factor:.3f} × the bytes at the SSIM of sharp's q{quality}")


def line(options):
    table = Line(AVIF.title, AVIF.at_least, AVIF.aim)
    for letter in options.letters:
        one_picture(letter, options, table)
    return table
