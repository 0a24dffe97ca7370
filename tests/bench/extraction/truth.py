"""Draws receipts, invoices, price tags, business cards, forms and tables, clean and degraded, and writes what is true of them: for
each piece a picture and a JSON file of the same name. The same seed gives the same pieces.

Usage: truth.py FOLDER [--count N] [--seed S]      Needs Pillow and numpy; `installed.python()` has them.
"""

import argparse
import json
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import forms
import installed
import papers
import slips
from degrade import CONDITIONS, PHOTOGRAPHS, degraded
from schemas import asked
from values import Values

COUNT = 400
LAYOUTS = {
    "receipt": [slips.receipt_plain, slips.receipt_lines],
    "invoice": [papers.invoice_ruled, papers.invoice_above, papers.invoice_columns],
    "price-tag": [slips.tag_price, slips.tag_goods],
    "business-card": [slips.card_left, slips.card_columns],
    "form": [forms.form_boxes, forms.form_below, forms.form_beside],
    "table": [papers.table_ruled, papers.table_open],
}


def shares(parts, seed, name):
    """Each of `parts` as often as its share of COUNT, in an order of chance."""
    whole = []
    for part, share in parts.items():
        whole += [part] * round(COUNT * share)
    whole += list(parts)[:max(0, COUNT - len(whole))]
    random.Random(f"{seed} {name}").shuffle(whole)
    return whole[:COUNT]


def evenly(parts):
    return {part: 1 / len(parts) for part in parts}


def plan(seed):
    """Layout, language, face and condition of COUNT pieces. The kinds are equally many, and so are the layouts of each."""
    layouts = {(kind, draw): 1 / len(LAYOUTS) / len(draws) for kind, draws in LAYOUTS.items() for draw in draws}
    columns = {"layout": layouts, "language": evenly(["en", "de", "fr"]), "face": evenly(list(installed.FACES)), "condition": CONDITIONS}
    return list(zip(*(shares(parts, seed, name) for name, parts in columns.items())))


def piece(number, seed, layout, language, face, condition, fonts):
    """A picture and what is true of it."""
    chance = random.Random(f"{seed} piece {number}")
    kind, draw = layout
    values = Values(chance, language)
    page, absent = draw(values, fonts[face])
    # One chance for the degradation and one for the client, so that a change of one leaves the other as it was.
    picture, quads = degraded(condition, page.picture, [box for _, box in page.lines], random.Random(f"{seed} {condition} {number}"), number)
    question = asked(page, absent, language, random.Random(f"{seed} client {number}"))
    lines = [{"text": text, "box": quad} for (text, _), quad in zip(page.lines, quads)]
    return picture, {"kind": kind, "layout": draw.__name__, "language": language, "font": face, "condition": condition,
                     "size": picture.size, "lines": lines, **question}


def write(folder, name, picture, truth):
    """Photographs as JPEG, what a computer or a scanner gave as PNG."""
    file = f"{name}.jpg" if truth["condition"] in PHOTOGRAPHS else f"{name}.png"
    if file.endswith(".jpg"):
        picture.save(folder / file, quality=85)
    else:
        picture.save(folder / file, compress_level=6)
    (folder / f"{name}.json").write_text(json.dumps({"file": file, **truth}, ensure_ascii=False, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    fonts, plans = installed.fonts(), plan(chosen.seed)
    for number in range(chosen.count):
        picture, truth = piece(number, chosen.seed, *plans[number % COUNT], fonts)
        write(chosen.folder, f"{number:04}-{truth['layout']}-{truth['condition']}".replace("_", "-"), picture, truth)


if __name__ == "__main__":
    main()
