"""The regression of `feelings`. Each part is seen from its own mean, so that what it is about is not taken for how it feels."""

import json
import sys

import numpy

job = json.load(sys.stdin)
size = len(job["parts"][0]["vectors"][0])
matrix, right = job["penalty"] * numpy.eye(size), numpy.zeros(size)
middles = []
for part in job["parts"]:
    vectors, values = numpy.array(part["vectors"]), numpy.array(part["values"])
    apart = vectors - vectors.mean(0)
    matrix += part["weight"] * apart.T @ apart
    right += part["weight"] * apart.T @ (values - values.mean())
    middles.append((vectors.mean(0), values.mean()))
direction = numpy.linalg.solve(matrix, right)
# Where the words, which are the broadest part, would be rated 0.
middle = middles[0][0] @ direction - middles[0][1]
numpy.append(direction, middle).astype("<f4").tofile(job["file"])
print(json.dumps({"length": float(numpy.linalg.norm(direction)), "middle": float(middle)}))
