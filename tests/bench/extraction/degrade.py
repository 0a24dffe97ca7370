"""What a scanner, a copier or a camera does to a page: each condition answers the picture, and how its points moved."""

import io
import math

import numpy
from PIL import Image, ImageFilter

CONDITIONS = {"clean": 0.4, "noisy": 0.15, "rotated": 0.15, "perspective": 0.15, "low-contrast": 0.15}
PHOTOGRAPHS = {"noisy", "perspective"}


def still(point):
    return point


def jpeg(picture, quality):
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=quality)
    return Image.open(io.BytesIO(file.getvalue())).convert("RGB")


def with_noise(picture, deviation, seed, specks=0.0):
    """Gaussian, and a share of black or white specks."""
    draws = numpy.random.default_rng(seed)
    samples = numpy.asarray(picture).astype(numpy.float32)
    samples += draws.normal(0, deviation, samples.shape[:2] + (1,))
    if specks:
        places = draws.random(samples.shape[:2])
        samples[places < specks / 2] = 30
        samples[places > 1 - specks / 2] = 235
    return Image.fromarray(samples.clip(0, 255).astype(numpy.uint8))


def lit(picture, seed, least):
    """Light from one side: the darkest corner has `least` of it."""
    draws = numpy.random.default_rng(seed)
    samples = numpy.asarray(picture).astype(numpy.float32)
    rows, columns = samples.shape[:2]
    angle = draws.uniform(0, 2 * math.pi)
    across = numpy.linspace(-1, 1, columns)[None, :] * math.cos(angle) + numpy.linspace(-1, 1, rows)[:, None] * math.sin(angle)
    share = least + (1 - least) * (across - across.min()) / (across.max() - across.min())
    return Image.fromarray((samples * share[:, :, None]).clip(0, 255).astype(numpy.uint8))


def clean(picture, chance, seed):
    return picture, still


def noisy(picture, chance, seed):
    """A poor copy, scanned: unsharp, grainy, compressed."""
    soft = picture.filter(ImageFilter.GaussianBlur(chance.uniform(0.5, 0.9)))
    return jpeg(with_noise(soft, chance.uniform(10, 22), seed, chance.uniform(0, 0.004)), chance.randrange(45, 75)), still


def rotated(picture, chance, seed):
    """Askew by 1 to 10 degrees, on a background of light grey or white."""
    degrees = chance.choice([-1, 1]) * chance.uniform(1, 10)
    fill = chance.choice([(255, 255, 255), (225, 225, 222), (200, 204, 208)])
    turned = picture.rotate(degrees, resample=Image.BICUBIC, expand=True, fillcolor=fill)
    sine, cosine = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    middle, new = (picture.width / 2, picture.height / 2), (turned.width / 2, turned.height / 2)

    def move(point):
        x, y = point[0] - middle[0], point[1] - middle[1]
        return new[0] + x * cosine + y * sine, new[1] - x * sine + y * cosine

    return with_noise(turned, chance.uniform(2, 5), seed), move


def homography(source, target):
    """The eight numbers that take four points to four others."""
    rows = []
    for (x, y), (u, v) in zip(source, target):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return numpy.linalg.solve(numpy.array(rows, float), numpy.array(target, float).ravel())


def desk(size, chance, seed):
    """What the page lies on: a table with a coarse grain."""
    draws = numpy.random.default_rng(seed + 1)
    colour = chance.choice([(116, 84, 58), (70, 74, 80), (150, 140, 125), (52, 66, 60)])
    grain = draws.normal(0, 14, (size[1] // 6 + 1, size[0] // 60 + 1))
    texture = numpy.asarray(Image.fromarray(grain.astype(numpy.float32)).resize(size, Image.BICUBIC))
    return Image.fromarray((numpy.array(colour)[None, None, :] + texture[:, :, None]).clip(0, 255).astype(numpy.uint8))


def perspective(picture, chance, seed):
    """Photographed from aside by hand: a trapezium on a desk, uneven light, a little unsharp, grain, JPEG."""
    width, height = picture.size
    margin = 0.05 * max(width, height)
    size = (int(width + 2 * margin), int(height + 2 * margin))
    swing = lambda: (chance.uniform(0, 0.075) * width, chance.uniform(0, 0.06) * height)
    corners = [(0, 0), (width, 0), (width, height), (0, height)]
    quad = []
    for x, y in corners:
        inward, down = swing()
        quad.append((margin + (x + inward if x == 0 else x - inward), margin + (y + down if y == 0 else y - down)))
    ahead, back = homography(corners, quad), homography(quad, corners)
    ground = desk(size, chance, seed)
    laid = picture.transform(size, Image.PERSPECTIVE, tuple(back), Image.BICUBIC)
    mask = Image.new("L", picture.size, 255).transform(size, Image.PERSPECTIVE, tuple(back), Image.BILINEAR)
    shot = Image.composite(laid, ground, mask).filter(ImageFilter.GaussianBlur(chance.uniform(0.3, 0.8)))
    shot = with_noise(lit(shot, seed, chance.uniform(0.55, 0.85)), chance.uniform(3, 7), seed)

    def move(point):
        a, b, c, d, e, f, g, h = ahead
        scale = g * point[0] + h * point[1] + 1
        return (a * point[0] + b * point[1] + c) / scale, (d * point[0] + e * point[1] + f) / scale

    return jpeg(shot, chance.randrange(70, 88)), move


def low_contrast(picture, chance, seed):
    """Faded thermal paper or a weak copy: between ink and paper lie 60 to 100 of 255 levels."""
    span, paper = chance.uniform(60, 100), chance.uniform(175, 235)
    samples = numpy.asarray(picture).astype(numpy.float32)
    tint = numpy.array([1.0, chance.uniform(0.97, 1.0), chance.uniform(0.9, 1.0)], numpy.float32)
    faded = (paper - span + samples / 255 * span) * tint
    return with_noise(Image.fromarray(faded.clip(0, 255).astype(numpy.uint8)), chance.uniform(2, 4), seed), still


def degraded(condition, picture, boxes, chance, seed):
    """The picture, and the corners of each box in it, clockwise from its top left."""
    change = {"clean": clean, "noisy": noisy, "rotated": rotated, "perspective": perspective, "low-contrast": low_contrast}[condition]
    picture, move = change(picture, chance, seed)
    quads = []
    for left, top, right, bottom in boxes:
        corners = [(left, top), (right, top), (right, bottom), (left, bottom)]
        quads.append([[round(float(at), 1) for at in move(corner)] for corner in corners])
    return picture, quads
