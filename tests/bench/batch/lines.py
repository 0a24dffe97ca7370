"""Files of lines for batch jobs, the same ones each time."""

import json
import random
from dataclasses import dataclass

WORDS = """the team has shipped a new release on time and many customers report that search is much faster than before but some say
invoice payment card was charged twice please refund my order came late box broken screen stays black after update login fails again
great service thank you so friendly and quick would buy this lamp for our office garden again soon""".split()
LABELS = ["billing", "shipping", "technical issue", "praise"]


@dataclass
class Content:
    """What is uploaded: a block of so many lines, so many times, and what ends it."""

    block: bytes
    lines: int
    times: int = 1
    end: bytes = b""
    faults: int = 0
    """Lines of the block that have no text."""

    @property
    def failed(self):
        return self.faults * self.times

    @property
    def size(self):
        return len(self.block) * self.times + len(self.end)

    @property
    def rows(self):
        return self.lines * self.times + self.end.count(b"\n")

    def chunks(self):
        for _ in range(self.times):
            yield from (self.block[at : at + (1 << 18)] for at in range(0, len(self.block), 1 << 18))
        yield self.end


def line(**members):
    return json.dumps(members, separators=(",", ":")).encode() + b"\n"


def texts(count, words=12, seed=1):
    chance = random.Random(seed)
    return [" ".join(chance.choices(WORDS, k=words)) for _ in range(count)]


def short_texts(count):
    """Texts of 12 words, each with a number of its own."""
    return Content(b"".join(line(custom_id=number, text=text) for number, text in enumerate(texts(count))), count)


def no_texts(count):
    """One line in fifty has a text, a short one: with less than one in a hundred a job ends."""
    texts = range(0, count, 50)
    block = b"".join(line(custom_id=n, text="Thank you") if n in texts else line(custom_id=n) for n in range(count))
    return Content(block, count, faults=count - len(texts))


def long_names(size):
    """Lines whose results take so many bytes or a little more: of every two one has no text, and each has a name of 500 characters."""
    count = -(-size // len(line(custom_id="x" * 500, error="text is missing", tokens=0)))
    rows = [{"custom_id": f"{number:0500}", "text": text} for number, text in enumerate(texts(count))]
    for row in rows[1::2]:
        del row["text"]
    return Content(b"".join(line(**row) for row in rows), count, faults=count // 2)


def of_all_lengths(size):
    """Texts of 12, 120, 1,200 and 14,000 words, about as many bytes of each, and lines that are no JSON."""
    rows = [line(custom_id=number, text=text) for number, text in enumerate(texts(1_700))]
    rows += [line(custom_id=number, text=text) for number, text in enumerate(texts(250, 120))]
    rows += [line(custom_id=number, text=text) for number, text in enumerate(texts(27, 1_200))]
    rows += [line(custom_id=number, text=text) for number, text in enumerate(texts(2, 14_000))]
    rows += [b"no JSON\n"] * 50
    random.Random(2).shuffle(rows)
    block = b"".join(rows)
    return Content(block, len(rows), -(-size // len(block)), faults=50)
