"""How much of a page was read, and how much of what was asked was answered rightly. `python3 -m doctest score.py` checks it.

Characters are counted in two ways. `line_errors` holds each line of the page against the line read that is most like it, one for one, as
ocr/run does. `text_errors` lets a line be found inside of a longer one, or over the end of one, since one reader gives "Total 12.40" in a
piece and another in two: both are right."""

import re
from typing import NamedTuple

TOLERANCE = 0.005
GONE, END = "\x00", "\x01"


def squeezed(text):
    """Without what readers may differ in: the kind and number of spaces."""
    return " ".join(text.split())


def distance(one, other):
    """Levenshtein's.

    >>> distance("kitten", "sitting")
    3
    """
    before = list(range(len(other) + 1))
    for index, a in enumerate(one, 1):
        row = [index]
        for column, b in enumerate(other, 1):
            row.append(min(before[column] + 1, row[-1] + 1, before[column - 1] + (a != b)))
        before = row
    return before[-1]


def pairs(text):
    return {text[at:at + 2] for at in range(len(text) - 1)} or {text}


def line_errors(truth, read):
    """Each line with the line most alike, by Dice's measure of pairs of characters; a line that nothing is left for is missed whole.

    >>> line_errors(["Total", "12.40"], ["12.40", "Tota1"]), line_errors(["Total", "12.40"], ["Total 12.40"])
    (1, 10)
    """
    truth, read = [squeezed(line) for line in truth], [squeezed(line) for line in read]
    own, found = [pairs(line) for line in truth], [pairs(line) for line in read]
    alike = [(-len(a & b) / (len(a) + len(b)), i, j) for i, a in enumerate(own) for j, b in enumerate(found)]
    match, taken = {}, set()
    for _, i, j in sorted(alike):
        if i not in match and j not in taken:
            match[i] = j
            taken.add(j)
    return sum(min(len(line), distance(line, read[match[i]])) if i in match else len(line) for i, line in enumerate(truth))


def inside(line, text):
    """The part of `text` that is most like `line`: errors, where it starts and ends. The end of a line is as good as a space.

    >>> inside("net total", "xx net\\x01tota1 yy")
    (1, 3, 11)
    """
    before = [(0, at) for at in range(len(text) + 1)]
    for row_number, letter in enumerate(line, 1):
        row = [(row_number, 0)]
        for column, other in enumerate(text, 1):
            if other == GONE:
                row.append((row_number, column))
                continue
            same = letter == other or (letter == " " and other == END)
            across, up, left = before[column - 1], before[column], row[-1]
            best = (across[0] + (not same), across[1])
            if up[0] + 1 < best[0]:
                best = (up[0] + 1, up[1])
            if left[0] + 1 < best[0]:
                best = (left[0] + 1, left[1])
            row.append(best)
        before = row
    errors, end = min((cost, at) for at, (cost, _) in enumerate(before))
    return errors, before[end][1], end


def text_errors(truth, read):
    """Whatever the order and the breaks: whole lines first, then what stands word for word in others, then what is most alike. What
    has been found is taken out. It is lenient with short lines: the 2 of the page is found in a 12 that was read in its place.

    >>> text_errors(["Total", "12.40"], ["Total 12.40"]), text_errors(["Total due", "2"], ["Total", "due", "12"])
    (0, 0)
    """
    left = sorted((squeezed(line) for line in truth), key=len, reverse=True)
    text = END + END.join(squeezed(line) for line in read) + END
    borders = [(END, END), (f"[ {END}]", f"[ {END}]")]
    for before, after in borders:
        missing = []
        for line in left:
            words = f"[ {END}]".join(map(re.escape, line.split(" ")))
            found = re.search(f"(?<={before}){words}(?={after})", text)
            if found:
                text = text[:found.start()] + GONE + text[found.end():]
            else:
                missing.append(line)
        left = missing
    total = 0
    for line in left:
        errors, start, end = inside(line, text)
        if errors < len(line):
            text = text[:start] + GONE + text[end:]
        total += min(errors, len(line))
    return total


def accuracy(errors, truth):
    """Share of the characters that are right."""
    return 1 - errors / max(1, sum(len(squeezed(line)) for line in truth))


class Counts(NamedTuple):
    """Of values: right, given but wrong, not given or wrong; of those that the page does not have: asked, given."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    absent: int = 0
    invented: int = 0

    def __add__(self, other):
        return Counts(*(a + b for a, b in zip(self, other)))

    @property
    def f1(self):
        return 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed)

    @property
    def invention(self):
        return self.invented / max(1, self.absent)


def empty(value):
    return value is None or value == "" or value == []


def equal(true, given, accepted=()):
    """Numbers by their value, strings without case and spare spaces; a telephone number by its digits.

    >>> equal(12.4, 12.4000001), equal("Main  Street", "main street"), equal("030 23125100", "+49 30 23125100", ["+493023125100"]), equal(1, "1")
    (True, True, True, False)
    """
    if isinstance(true, (int, float)):
        return isinstance(given, (int, float)) and not isinstance(given, bool) and abs(true - given) <= TOLERANCE
    if not isinstance(given, str):
        return False
    if squeezed(true).casefold() == squeezed(given).casefold():
        return True
    # What counts beside the print is the international form of telephone numbers.
    digits = lambda text: re.sub(r"[^\d+]", "", text)
    return bool(accepted) and digits(given) in {digits(true), *accepted} and not re.search(r"[^\W\d_]", given)


def cells(true, given):
    """Right, wrong and missed of two rows."""
    counts = Counts()
    for name in {**true, **given}:
        counts += one(true.get(name), given.get(name))
    return counts


def rows(true, given):
    """Rows held against each other in their order, so that most cells are right; a row alone counts with all its cells.

    >>> rows([{"a": 1}, {"a": 2}, {"a": 3}], [{"a": 1}, {"a": 3}])[:3]
    (2, 0, 1)
    """
    given = [row if isinstance(row, dict) else {} for row in given] if isinstance(given, list) else []
    best = [[Counts()] * (len(given) + 1) for _ in range(len(true) + 1)]
    rank = lambda counts: (counts.right, -counts.wrong - counts.missed)
    for i in range(len(true) + 1):
        for j in range(len(given) + 1):
            ways = []
            if i and j:
                ways.append(best[i - 1][j - 1] + cells(true[i - 1], given[j - 1]))
            if i:
                ways.append(best[i - 1][j] + cells(true[i - 1], {}))
            if j:
                ways.append(best[i][j - 1] + cells({}, given[j - 1]))
            if ways:
                best[i][j] = max(ways, key=rank)
    return best[-1][-1]


def one(true, given, accepted=()):
    """A value that is there; one that is not counts as wrong where something is given."""
    if isinstance(true, list):
        return rows(true, given)
    if true is None:
        return Counts(wrong=int(not empty(given)))
    if empty(given):
        return Counts(missed=1)
    return Counts(right=1) if equal(true, given, accepted) else Counts(wrong=1, missed=1)


def score(truth, given):
    """What an answer is worth; `truth` as truth.py writes it.

    >>> truth = {"fields": {"total": 12.4, "tip": None, "date": "2025-03-04"}, "accepted": {}}
    >>> score(truth, {"total": 12.4, "tip": 1, "date": "2025-04-03"})
    Counts(right=1, wrong=2, missed=1, absent=1, invented=1)
    """
    given, counts = given if isinstance(given, dict) else {}, Counts()
    for name, true in truth["fields"].items():
        answer = given.get(name)
        counts += one(true, answer, truth["accepted"].get(name, ()))
        if true is None:
            counts += Counts(absent=1, invented=int(not empty(answer)))
    return counts
