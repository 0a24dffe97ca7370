"""PNG of eight bits without a palette, as `atelier edit` writes photographs, to pixels and back: with nothing but the standard library."""

import struct
import zlib

SIGNATURE = b"\x89PNG\r\n\x1a\n"
RGB, RGBA = 2, 6


def chunks(file):
    at = len(SIGNATURE)
    while at < len(file):
        length, name = struct.unpack_from(">I4s", file, at)
        yield name, file[at + 8 : at + 8 + length]
        at += 12 + length


def paeth(left, above, corner):
    """The neighbour nearest to left + above - corner (PNG specification, 9.4)."""
    guess = left + above - corner
    return min((left, above, corner), key=lambda neighbour: abs(guess - neighbour))


def unfiltered(kind, row, before, count):
    for index in range(len(row)):
        left = row[index - count] if index >= count else 0
        corner = before[index - count] if index >= count else 0
        above = before[index]
        row[index] = (row[index] + [0, left, above, (left + above) // 2, paeth(left, above, corner)][kind]) & 255
    return row


def read(file):
    """Width, height, and for each pixel red, green and blue of 0 to 1."""
    found = list(chunks(file))
    width, height, depth, kind, _, _, interlaced = struct.unpack(">IIBBBBB", found[0][1])
    if (depth, kind, interlaced) != (8, RGB, 0):
        raise SystemExit("not a PNG of eight bits in RGB")
    data = zlib.decompress(b"".join(body for name, body in found if name == b"IDAT"))
    stride = 3 * width
    pixels, before = [], bytearray(stride)
    for at in range(0, height * (stride + 1), stride + 1):
        before = unfiltered(data[at], bytearray(data[at + 1 : at + 1 + stride]), before, 3)
        pixels += [tuple(value / 255 for value in before[x : x + 3]) for x in range(0, stride, 3)]
    return width, height, pixels


def write(width, height, pixels):
    """Pixels of three or four values of 0 to 1 as a file."""
    kind = RGBA if len(pixels[0]) == 4 else RGB
    rows = [pixels[at : at + width] for at in range(0, width * height, width)]
    data = b"".join(b"\0" + bytes(round(min(max(value, 0), 1) * 255) for pixel in row for value in pixel) for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    return SIGNATURE + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
