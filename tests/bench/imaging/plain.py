"""A row that is measured as most are: sharp and others beside us, on several pictures."""

import tempfile
from pathlib import Path

from imaging.contestants import all_of, atelier, sharp
from imaging.pictures import picture
from imaging.report import Line
from imaging.rounds import check, compare, measured, objections
from tools.measure import ratios, spread


def detail(name, samples, quality):
    parts = [spread(samples[what]) for what in ("inside", "whole", "wall", "peak")]
    result = f"{quality['bytes']} bytes, SSIM {quality['ssim']:.4f}, PSNR {quality['psnr']:.2f} dB"
    print(f"  {name:8} {' | '.join(parts)} | {result}", flush=True)


def bytes_of_same_pixels(row, source, folder, executable):
    """What sharp's encoder makes of our pixels: where contestants compute different things, their files say nothing of encoders."""
    request = row.job.ours()
    pixels = atelier(source, folder / "pixels.png", {**request, "output": {"format": {"type": "png"}}}, executable)
    encoded = sharp(pixels.output, folder / "encoded.jpeg", {"format": row.job.format})
    check([pixels, encoded])
    return encoded.output.stat().st_size


def one_picture(row, letter, options):
    """Measures a picture; its samples by contestant and what came out by contestant."""
    source = picture(row.picture.format(letter))
    with tempfile.TemporaryDirectory() as folder:
        contestants = all_of(row, source, Path(folder), options.binary, options.tools)
        check(contestants)
        samples = measured(contestants, options.rounds, options.runs)
        results = compare(source, row.job, [one.output for one in contestants])
        quality = {one.name: result for one, result in zip(contestants, results, strict=True)}
        if row.job.adjust:
            quality["sharp"]["bytes of our pixels"] = bytes_of_same_pixels(row, source, Path(folder), options.binary)
    print(f"  {source.name}: CPU ms inside a process | CPU ms, wall ms, peak MB of a whole one, median [range] | what came out")
    for name, found in samples.items():
        detail(name, found, quality[name])
    return samples, quality


def line(row, options):
    """Measures a row and answers its line of the table."""
    table = Line(row.title, row.at_least, row.aim)
    for letter in options.letters:
        samples, quality = one_picture(row, letter, options)
        ours, theirs = samples["atelier"], samples["sharp"]
        table.ratios += ratios(theirs["inside"], ours["inside"])
        table.whole += ratios(theirs["whole"], ours["whole"])
        table.memory += ratios(theirs["peak"], ours["peak"])
        table.results.append((quality["atelier"], quality["sharp"]))
        objected = objections(quality["atelier"], quality["sharp"])
        table.objections += [f"{row.picture.format(letter)}: {why}" for why in objected]
    return table
