"""Accuracy and calibration of `language`, and a logistic regression of scikit-learn on the same embeddings."""

import math
import random
from dataclasses import dataclass


@dataclass
class Row:
    title: str
    value: float
    # Half of the 95 % interval, where the value is a share.
    spread: float | None
    at_least: float | None
    aim: float | None
    # Where less is better.
    most: float | None = None
    note: str = ""

    def missed(self):
        below = self.at_least is not None and self.value < self.at_least
        return below or (self.most is not None and self.value > self.most)


def examples(data, count, seed):
    """`count` texts a label out of the pool."""
    chance = random.Random(seed)
    by_label = [[text for text, label in data.pool if label == number] for number in range(len(data.labels))]
    return [chance.sample(texts, min(count, len(texts))) for texts in by_label]


def labels(data, described, given=None):
    rows = zip(data.labels, data.descriptions, given or [[]] * len(data.labels))
    return [{"name": name, "description": text if described else None, "examples": shown} for name, text, shown in rows]


def share(right, of):
    """Per cent, and half of the 95 % interval."""
    part = right / of
    return 100 * part, 196 * math.sqrt(part * (1 - part) / of)


def floor(answers):
    """The calibration error that as many answers would show by chance if each were right as often as it says: the mean of 20 draws."""
    chance, errors = random.Random(3), []
    for _ in range(20):
        bins = [0.0] * 10
        for confidence, _ in answers:
            bins[min(int(confidence * 10), 9)] += confidence - (chance.random() < confidence)
        errors.append(sum(map(abs, bins)) / len(answers))
    return sum(errors) / len(errors)


def measured(ask, data, tier, wanted, text_type=None):
    """Rows of one set. `wanted`: (what, described, examples a label, at least, aim)."""
    texts = [text for text, _ in data.texts]
    truth = [label for _, label in data.texts]
    runs = [
        {"labels": labels(data, described, examples(data, count, 1)), "truth": truth, "text_type": text_type}
        for _, described, count, _, _ in wanted
    ]
    # The same once more, each half of the texts being an evaluation for the other.
    evaluated = [{**run, "evaluated": True} for run in runs]
    answer = ask("classify", {"tier": tier, "texts": texts, "runs": runs + evaluated})
    rows = []
    for (what, _, _, at_least, aim), plain, after in zip(wanted, answer["runs"], answer["runs"][len(runs) :]):
        title = f"{data.title}, {what}, {tier}"
        value, spread = share(plain["right"], plain["of"])
        rows.append(Row(f"{title}: accuracy, %", value, spread, at_least, aim))
        for kind, run, most in (("calibration error", plain, 0.10), ("the same, evaluated", after, 0.05)):
            note = f"{run['of']} texts, by chance {floor(run['answers']):.3f}"
            rows.append(Row(f"{title}: {kind}", run["calibration_error"], None, None, None, most, note))
    return rows


def regression(ask, run_python, data, tier="standard"):
    """30 examples a label: calibration as above, accuracy against scikit-learn on the same embeddings."""
    what = "30 examples"
    rows = measured(ask, data, tier, [(what, False, 30, None, None)])
    flat = [(text, number) for number, shown in enumerate(examples(data, 30, 1)) for text in shown]
    vectors = ask("embed", {"tier": tier, "texts": [text for text, _ in flat + data.texts]})
    numbers, truth = [number for _, number in flat], [label for _, label in data.texts]
    job = {"train": vectors[: len(flat)], "labels": numbers, "test": vectors[len(flat) :], "truth": truth}
    theirs = run_python("regression_job.py", job)["accuracy"]
    rows[0].at_least, rows[0].note = theirs - 2, f"regression {theirs:.1f}"
    return rows
