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


def measured(ask, data, tier, wanted, text_type=None):
    """Rows of one set. `wanted`: (what, described, examples a label, at least, aim)."""
    texts = [text for text, _ in data.texts]
    truth = [label for _, label in data.texts]
    runs = [
        {"labels": labels(data, described, examples(data, count, 1)), "truth": truth, "text_type": text_type}
        for _, described, count, _, _ in wanted
    ]
    # The same once more, the first third of the texts being an evaluation.
    evaluated = [{**run, "evaluated": len(texts) // 3} for run in runs]
    answer = ask("classify", {"tier": tier, "texts": texts, "runs": runs + evaluated})
    rows = []
    for (what, _, _, at_least, aim), plain, after in zip(wanted, answer["runs"], answer["runs"][len(runs) :]):
        title = f"{data.title}, {what}, {tier}"
        value, spread = share(plain["right"], plain["of"])
        rows.append(Row(f"{title}: accuracy, %", value, spread, at_least, aim))
        judged = tier == "standard"
        rows.append(Row(f"{title}: calibration error", plain["calibration_error"], None, None, None, 0.10 if judged else None))
        rows.append(Row(f"{title}: the same, evaluated", after["calibration_error"], None, None, None, 0.05 if judged else None))
    return rows, answer


def regression(ask, run_python, data, tier="standard"):
    """30 examples a label against scikit-learn on the same embeddings."""
    given = examples(data, 30, 2)
    texts, truth = [text for text, _ in data.texts], [label for _, label in data.texts]
    ours = ask("classify", {"tier": tier, "texts": texts, "runs": [{"labels": labels(data, False, given), "truth": truth}]})
    flat = [(text, number) for number, shown in enumerate(given) for text in shown]
    vectors = ask("embed", {"tier": tier, "texts": [text for text, _ in flat] + texts})
    job = {"train": vectors[: len(flat)], "labels": [number for _, number in flat], "test": vectors[len(flat) :], "truth": truth}
    theirs = run_python("regression_job.py", job)
    value, spread = share(ours["runs"][0]["right"], len(texts))
    note = f"regression {theirs['accuracy']:.1f}, fitted in {ours['runs'][0]['prepare_cpu_seconds']:.2f} s with reading the examples"
    return Row(f"{data.title}, 30 examples a label: accuracy, %", value, spread, theirs["accuracy"] - 2, None, note=note)
