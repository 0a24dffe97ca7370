"""HEIC: sharp as npm delivers it cannot read it, so beside us stand libheif's own program, which writes a JPEG of full size, and
sharp after it."""

import json
import tempfile
from pathlib import Path

from imaging.contestants import Contestant, atelier, pillow, sharp
from imaging.installed import heif_convert
from imaging.pictures import picture
from imaging.report import Line
from imaging.rounds import check, compare, in_turns, inside, objections
from imaging.rows import HEIC, Job
from tools.measure import ratios, run, spread

FULL_SIZE = Job({"type": "jpeg", "quality": 92, "progressive": False})


def converter(source, output):
    """heif-convert of Debian; without Debian, libheif inside Python as a stand-in."""
    if found := heif_convert():
        command, environment = found
        return Contestant("heif-convert", [*command, "-q", "92", source, output], output, environment)
    stand_in = pillow(source, output, FULL_SIZE.theirs())
    stand_in.name = "pillow-heif"
    return stand_in


def one_picture(letter, options, table):
    source = picture(HEIC.picture.format(letter))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ours = atelier(source, folder / "atelier.jpeg", HEIC.job.ours(), options.binary)
        first = converter(source, folder / "full.jpg")
        second = sharp(folder / "full.jpg", folder / "sharp.jpeg", HEIC.job.theirs())
        check([first, second, ours])
        mine, theirs = {"inside": [], "whole": [], "peak": []}, {"inside": [], "whole": [], "peak": []}
        for order in in_turns(["ours", "theirs"], options.rounds):
            for who in order:
                if who == "ours":
                    done = run(ours.command, ours.environment)
                    figures = (inside(ours, 1), done.cpu_ms, done.peak_mb)
                else:
                    decoded, done = run(first.command, first.environment), run(second.command, second.environment)
                    figures = (
                        decoded.cpu_ms + inside(second, 1),
                        decoded.cpu_ms + done.cpu_ms,
                        max(decoded.peak_mb, done.peak_mb),
                    )
                for samples, figure in zip((mine if who == "ours" else theirs).values(), figures, strict=True):
                    samples.append(figure)
        results = compare(source, HEIC.job, [ours.output, second.output])
    print(
        f"  {source.name}: CPU ms inside a process (of {first.name}: whole) | CPU ms, peak MB of whole processes | what came out"
    )
    for name, samples, result in zip(("atelier", f"{first.name} and sharp"), (mine, theirs), results, strict=True):
        print(f"  {name:22} {' | '.join(map(spread, samples.values()))} | {json.dumps(result)}")
    table.ratios += ratios(theirs["inside"], mine["inside"])
    table.whole += ratios(theirs["whole"], mine["whole"])
    table.memory += ratios(theirs["peak"], mine["peak"])
    table.results.append(tuple(results))
    table.objections += [f"{source.name}: {why}" for why in objections(*results)]


def line(options):
    table = Line(HEIC.title, HEIC.at_least, HEIC.aim)
    for letter in options.letters:
        one_picture(letter, options, table)
    return table
