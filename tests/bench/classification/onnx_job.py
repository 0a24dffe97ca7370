"""The same weights in onnxruntime, one thread: batches of 32, padded, in input order and sorted by length. JSON in, JSON out."""

import json
import sys
import time

import numpy
import onnxruntime
from tokenizers import Tokenizer

job = json.load(sys.stdin)
tokenizer = Tokenizer.from_file(job["tokenizer"])
tokenizer.no_padding()
tokenizer.enable_truncation(job["longest"])
options = onnxruntime.SessionOptions()
options.intra_op_num_threads = options.inter_op_num_threads = 1
session = onnxruntime.InferenceSession(job["encoder"], options)


def run(texts, by_length):
    ids = [encoding.ids for encoding in tokenizer.encode_batch(texts)]
    order = sorted(range(len(ids)), key=lambda at: len(ids[at])) if by_length else list(range(len(ids)))
    vectors = numpy.zeros((len(ids), 384), numpy.float32)
    for start in range(0, len(order), 32):
        batch = order[start : start + 32]
        width = max(len(ids[at]) for at in batch)
        tokens = numpy.zeros((len(batch), width), numpy.int64)
        mask = numpy.zeros_like(tokens)
        for row, at in enumerate(batch):
            tokens[row, : len(ids[at])] = ids[at]
            mask[row, : len(ids[at])] = 1
        inputs = {"input_ids": tokens, "attention_mask": mask, "token_type_ids": numpy.zeros_like(tokens)}
        states = session.run(None, inputs)[0]
        means = (states * mask[:, :, None]).sum(1) / mask.sum(1)[:, None]
        vectors[batch] = means / numpy.linalg.norm(means, axis=1, keepdims=True)
    return vectors


run(job["texts"][:32], False)
answer = {}
for by_length in (False, True):
    begun = time.process_time()
    vectors = run(job["texts"], by_length)
    answer["sorted" if by_length else "in_order"] = time.process_time() - begun
answer["difference"] = float(numpy.abs(vectors - numpy.array(job["vectors"], numpy.float32)).max())
print(json.dumps(answer))
