"""Texts a CPU-second against Python's onnxruntime with the same weights, and of the fast tier."""

import random
import statistics

from classification.accuracy import Row
from classification.installed import FILES, models


def mixed(texts, count):
    """Texts of 3 to 180 words, and short ones as they are."""
    chance = random.Random(5)
    short = [text for text in texts if len(text.split()) <= 40]
    long = [text for text in texts if len(text.split()) >= 180]
    cut = [" ".join(chance.choice(long).split()[: chance.randint(3, 180)]) for _ in range(count // 2)]
    found = cut + [chance.choice(short) for _ in range(count - len(cut))]
    chance.shuffle(found)
    return found


def against_onnxruntime(ask, run_python, texts, rounds):
    """One thread each, tokenizer included; both in turns, the ratio is the median of the rounds."""
    in_order, by_length, seconds, load = [], [], [], 0
    for _ in range(rounds):
        ours = ask("encode", {"texts": texts, "longest": 256, "rounds": 1})
        files = {"encoder": str(models() / FILES[0]), "tokenizer": str(models() / FILES[1])}
        theirs = run_python("onnx_job.py", {**files, "texts": texts, "longest": 256, "vectors": ours["vectors"]})
        if theirs["difference"] > 1e-3:
            raise SystemExit(f"a wrong answer: embeddings differ by {theirs['difference']}")
        seconds.append(ours["cpu_seconds"][0])
        in_order.append(theirs["in_order"] / seconds[-1])
        by_length.append(theirs["sorted"] / seconds[-1])
        load = ours["load_cpu_seconds"]
    rate = len(texts) / statistics.median(seconds)
    title = f"texts a CPU-second, standard, {len(texts)} of mixed lengths: ours ÷ onnxruntime"
    note = f"{rate:.0f} a second, difference {theirs['difference']:.0e}, models loaded in {1000 * load:.0f} ms CPU"
    return [
        Row(f"{title}, batches of 32 in input order", statistics.median(in_order), None, 2.0, None, note=note),
        Row(f"{title}, batches of 32 by length", statistics.median(by_length), None, 1.0, None),
    ]


def fast(ask, texts):
    names = [{"name": name} for name in ("business", "entertainment", "politics", "sports", "tech")]
    job = {"tier": "fast", "texts": texts, "runs": [{"labels": names, "truth": [0] * len(texts)}]}
    answer = ask("classify", job)
    note = f"{answer['tokens'] / len(texts):.0f} tokens a text"
    return Row("texts a CPU-second, fast", len(texts) / answer["cpu_seconds"], None, 2000, None, note=note)


def one_call(ask, tier, most):
    """CPU of reading a text of 100 words and 5 labels, without HTTP: what `atelier serve` adds is measured elsewhere."""
    words = "The team has shipped the release on time and customers report that the new search is much faster than before".split()
    text = " ".join((words * 6)[:100]) + "."
    names = [{"name": name} for name in ("billing", "shipping", "returns", "technical issue", "praise")]
    runs = [{"labels": names, "truth": [0]}] * 10
    answer = ask("classify", {"tier": tier, "texts": [text] * 10, "runs": runs})
    labels = statistics.median(run["prepare_cpu_seconds"] for run in answer["runs"])
    spent = 1000 * (answer["cpu_seconds"] / 10 + labels)
    return Row(f"CPU of a call with 5 labels and 100 words, {tier}, without HTTP, ms", spent, None, None, None, most)
