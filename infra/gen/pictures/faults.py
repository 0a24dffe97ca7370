"""Faults that are made for the purpose, as in tests/golden/src/input/scene.rs: each pixel by its colour and its place, all 0 to 1."""

import math

HAZE = (0.86, 0.88, 0.90)


def light(color, factors):
    """Linear light times factors, by the transfer function of IEC 61966-2-1."""

    def changed(value, factor):
        linear = value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        linear = min(linear * factor, 1)
        return linear * 12.92 if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055

    return tuple(changed(value, factor) for value, factor in zip(color, factors))


def mixed(color, other, share):
    return tuple(value * (1 - share) + beside * share for value, beside in zip(color, other))


def short(color, _x, _y):
    """Too short an exposure."""
    return light(color, (0.12,) * 3)


def backlit(color, x, y):
    """The subject in the middle before light that comes from behind."""
    from_middle = math.hypot((x - 0.5) / 0.33, (y - 0.58) / 0.42)
    subject = 1 / (1 + math.exp(14 * (from_middle - 1)))
    return light(color, (1.1 * (1 - subject) + 0.1 * subject,) * 3)


def distance(color, _x, y):
    """Haze that grows toward the top."""
    return mixed(color, HAZE, 0.7 - 0.55 * y)


def warm(color, _x, _y):
    """The light of a lamp."""
    return light(color, (1.2, 0.95, 0.5))


def vivid(color, _x, _y):
    """No fault: colours that no press prints."""
    luma = 0.299 * color[0] + 0.587 * color[1] + 0.114 * color[2]
    return tuple(luma + 2.2 * (value - luma) for value in color)


def cut_out(color, x, y):
    """No fault: transparent outside of an ellipse with a soft edge."""
    from_middle = math.hypot((x - 0.5) / 0.46, (y - 0.5) / 0.46)
    return *color, 1 / (1 + math.exp(min(40 * (from_middle - 1), 50)))


KNOWN = {"short": short, "backlit": backlit, "distance": distance, "warm": warm, "vivid": vivid, "cut out": cut_out}


def spoiled(fault, width, height, pixels):
    change = KNOWN[fault]
    return [change(color, index % width / width, index // width / height) for index, color in enumerate(pixels)]
