"""Runs with Pillow and numpy: quality_job.py PICTURE JOB FILE...

A JSON line for each file: its size in pixels and bytes, whether it is progressive, and PSNR (dB) and SSIM of its luma against a
reference in floating point: the picture decoded at full size, resampled with Lanczos3 in gamma space, alpha premultiplied; or,
where JOB has adjustments, changed by Atelier's own formulas. Pictures with alpha are compared over white."""

import json
import math
import os
import sys

import numpy
import pillow_heif
from PIL import Image

Image.MAX_IMAGE_PIXELS = None
pillow_heif.register_heif_opener()
LUMA = numpy.array([0.299, 0.587, 0.114], dtype=numpy.float32)
# Of the SSIM of Wang, Bovik, Sheikh and Simoncelli (2004): a Gaussian window of 11, and its two constants.
WINDOW = numpy.exp(-0.5 * (numpy.arange(-5, 6) / 1.5) ** 2)
WINDOW = (WINDOW / WINDOW.sum()).astype(numpy.float32)
C1, C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
LOBES = 3


def lanczos(distance):
    return numpy.where(numpy.abs(distance) < LOBES, numpy.sinc(distance) * numpy.sinc(distance / LOBES), 0)


def resampled(plane, start, length, size):
    """Rows `start` to `start + length` (may be fractional) of a plane, resampled to `size` rows; the filter grows with the scale,
    so that nothing aliases, and is normalised at the edges."""
    scale = max(length / size, 1.0)
    centres = start + (numpy.arange(size) + 0.5) * (length / size)
    taps = math.ceil(2 * LOBES * scale) + 1
    first = numpy.floor(centres - LOBES * scale).astype(int)
    places = first[:, None] + numpy.arange(taps)
    weights = lanczos((places + 0.5 - centres[:, None]) / scale)
    weights[(places < 0) | (places >= len(plane))] = 0
    weights = (weights / weights.sum(axis=1, keepdims=True)).astype(numpy.float32)
    places = places.clip(0, len(plane) - 1)
    return sum(weights[:, tap, None] * plane[places[:, tap]] for tap in range(taps))


def scaled(plane, job):
    """To the job's size: by one side, or covering both and cut evenly."""
    height, width = plane.shape
    target_width = job["width"]
    target_height = job.get("height") or round(height * target_width / width)
    left = top = 0.0
    if job.get("height"):
        factor = max(target_width / width, target_height / height)
        left, top = (width - target_width / factor) / 2, (height - target_height / factor) / 2
    plane = resampled(plane, top, height - 2 * top, target_height)
    return resampled(plane.T, left, width - 2 * left, target_width).T


def samples(path):
    """Red, green and blue premultiplied, and alpha 0..1 or None."""
    with Image.open(path) as picture:
        info = {"progressive": bool(picture.info.get("progressive")), "width": picture.width, "height": picture.height}
        alpha = "A" in picture.getbands()
        values = numpy.asarray(picture.convert("RGBA" if alpha else "RGB"), dtype=numpy.float32)
    if not alpha:
        return values, None, info
    coverage = values[..., 3] / 255
    return values[..., :3] * coverage[..., None], coverage, info


def over_white(luma, coverage):
    return luma if coverage is None else luma + 255 * (1 - coverage)


def blurred(plane, sigma):
    """A Gaussian of floating point to 4 sigma; edges repeat."""
    reach = math.ceil(4 * sigma)
    kernel = numpy.exp(-0.5 * (numpy.arange(-reach, reach + 1) / sigma) ** 2)
    for _ in range(2):
        padded = numpy.pad(plane, ((reach, reach), (0, 0)), mode="edge")
        plane = sum(weight * padded[at : at + len(plane)] for at, weight in enumerate(kernel / kernel.sum())).T
    return plane


def smoothstep(value):
    value = value.clip(0, 1)
    return value * value * (3 - 2 * value)


def adjusted(rgb, asked):
    """Contrast, saturation and sharpness as the specification has them, then into range with the hue kept; 0..1."""
    contrast, saturation, sharpness = (asked[name] / 100 for name in ("contrast", "saturation", "sharpness"))
    for weight in (contrast, max(0, (contrast - 0.5) * 2)):
        rgb = rgb + weight * (smoothstep(rgb) - rgb)
    luma = (rgb @ LUMA)[..., None]
    rgb = luma + (rgb - luma) * (1 + saturation)
    luma = rgb @ LUMA
    radius = min(max(math.sqrt(luma.size / 1e6), 1), 3)
    difference = luma - blurred(luma, radius)
    difference[numpy.abs(difference) <= 2 / 255] = 0
    rgb = rgb + (1.5 * sharpness * difference)[..., None]
    highest, lowest = rgb.max(axis=-1, keepdims=True), rgb.min(axis=-1, keepdims=True)
    high, low = highest.clip(0, 1), lowest.clip(0, 1)
    return low + (rgb - lowest) * (high - low) / numpy.maximum(highest - lowest, 1e-9)


def reference(path, job):
    rgb, coverage, _ = samples(path)
    if job.get("ours"):
        return adjusted(rgb / 255, job["ours"]).clip(0, 1) @ LUMA * 255
    luma = scaled(rgb @ LUMA, job)
    coverage = None if coverage is None else scaled(coverage, job).clip(0, 1)
    return over_white(luma, coverage).clip(0, 255)


def ssim(one, other):
    def mean(plane):
        for _ in range(2):
            plane = sum(weight * plane[at : at + len(plane) - 10] for at, weight in enumerate(WINDOW)).T
        return plane

    one_mean, other_mean = mean(one), mean(other)
    one_spread, other_spread = mean(one * one) - one_mean**2, mean(other * other) - other_mean**2
    together = mean(one * other) - one_mean * other_mean
    similarity = (2 * one_mean * other_mean + C1) * (2 * together + C2)
    similarity /= (one_mean**2 + other_mean**2 + C1) * (one_spread + other_spread + C2)
    return float(similarity.mean())


def psnr(one, other):
    mean = float(((one - other) ** 2).mean())
    return 10 * math.log10(255**2 / mean) if mean else math.inf


def compare(path, job, *files):
    wanted = reference(path, json.loads(job))
    for file in files:
        rgb, coverage, info = samples(file)
        found = over_white(rgb @ LUMA, coverage)
        if found.shape != wanted.shape:
            sys.exit(f"{file} is {found.shape[::-1]}, the reference {wanted.shape[::-1]}")
        row = {**info, "bytes": os.path.getsize(file), "psnr": psnr(wanted, found), "ssim": ssim(wanted, found)}
        print(json.dumps(row))


if __name__ == "__main__":
    compare(*sys.argv[1:])
