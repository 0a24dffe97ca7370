#!/usr/bin/env python3
"""Writes the AVIF and HEIC files of this folder: pictures by other people's encoders, put into containers of our own.

Run by hand, never by a test: python3 -m venv V && V/bin/pip install pillow pillow-heif imagecodecs numpy && V/bin/python make.py
The pictures are the patterns `letter` and `flat` of tests/golden, so that the tests know what must come out.
"""
import io
import struct
from pathlib import Path

import imagecodecs
import numpy
import pillow_heif
from PIL import Image

HERE = Path(__file__).parent


def letter(width, height):
    """The F of tests/golden/src/pattern.rs."""
    y, x = numpy.mgrid[0:height, 0:width]
    column, row = x * 8 // width, y * 8 // height
    ink = ((column == 2) & (row >= 1) & (row < 7)) | ((row == 1) & (column >= 2) & (column < 6)) | (
        (row == 3) & (column >= 2) & (column < 5)
    )
    return numpy.where(ink[..., None], [20, 30, 120], [240, 230, 200]).astype(numpy.uint8)


def flat(color, width=32, height=32):
    return numpy.full((height, width, len(color)), color, numpy.uint8)


def box(kind, *parts):
    body = b"".join(parts)
    return struct.pack(">I4s", len(body) + 8, kind) + body


def full(kind, *parts, version=0):
    return box(kind, struct.pack(">I", version << 24), *parts)


def children(data):
    at = 0
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        yield kind, data[at + 8 : at + size]
        at += size


def items_of(file):
    """The pictures of a simple file: {id: (kind, [(essential, kind, body)], data)}."""
    meta = dict(children(dict(children(file))[b"meta"][4:]))
    kinds = {}
    for kind, body in children(meta[b"iinf"][6:]):
        kinds[struct.unpack_from(">H", body, 4)[0]] = body[8:12]
    properties = list(children(dict(children(meta[b"iprp"]))[b"ipco"]))
    linked, body = {}, dict(children(meta[b"iprp"]))[b"ipma"]
    at = 8
    for _ in range(struct.unpack_from(">I", body, 4)[0]):
        item, count = struct.unpack_from(">HB", body, at)
        at += 3
        linked[item] = [(value >> 7, *properties[(value & 127) - 1]) for value in body[at : at + count]]
        at += count
    body, places = meta[b"iloc"], {}
    version, sizes = body[0], struct.unpack_from(">H", body, 4)[0]
    of_offset, of_length, of_base = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    at = 8
    for _ in range(struct.unpack_from(">H", body, 6)[0]):
        item = struct.unpack_from(">H", body, at)[0]
        at += 2
        method = 0
        if version:
            method = struct.unpack_from(">H", body, at)[0]
            at += 2
        at += 2
        base = int.from_bytes(body[at : at + of_base], "big")
        at += of_base
        pieces = struct.unpack_from(">H", body, at)[0]
        at += 2
        data = b""
        for _ in range(pieces):
            offset = base + int.from_bytes(body[at : at + of_offset], "big")
            length = int.from_bytes(body[at + of_offset : at + of_offset + of_length], "big")
            at += of_offset + of_length
            data += (meta[b"idat"] if method else file)[offset : offset + length]
        places[item] = data
    return {item: (kinds[item], linked.get(item, []), places[item]) for item in kinds}


def first(file):
    """Configuration and data of the first picture."""
    kind, properties, data = next(item for item in items_of(file).values() if item[0] in (b"av01", b"hvc1"))
    config = next(box(name, body) for _, name, body in properties if name in (b"av1C", b"hvcC"))
    return kind, config, data


def ispe(width, height):
    return full(b"ispe", struct.pack(">II", width, height))


def nclx(primaries=1, transfer=13, matrix=6, full_range=True):
    return box(b"colr", b"nclx", struct.pack(">HHHB", primaries, transfer, matrix, full_range << 7))


def irot(turns):
    return box(b"irot", bytes([turns]))


def imir(axis):
    return box(b"imir", bytes([axis]))


def clap(width, height, x, y, over=2):
    return box(b"clap", struct.pack(">IIIIiIiI", width, 1, height, 1, x, over, y, over))


ALPHA = full(b"auxC", b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0")


def mux(brand, items, references=(), idat=b"", items_in_idat=()):
    """`items`: [(kind, data, properties)], the first being shown; `references`: [(kind, from, [to])], from 1."""
    properties = []
    associations = b""
    for number, (_, _, of_item) in enumerate(items, 1):
        numbers = b""
        for one in of_item:
            if one not in properties:
                properties.append(one)
            essential = one[4:8] in (b"av1C", b"hvcC", b"irot", b"imir", b"clap")
            numbers += bytes([essential << 7 | properties.index(one) + 1])
        associations += struct.pack(">HB", number, len(of_item)) + numbers
    entries = b"".join(
        full(b"infe", struct.pack(">HH", number, 0), kind, b"\0", version=2)
        for number, (kind, _, _) in enumerate(items, 1)
    )
    start = box(b"ftyp", brand, bytes(4), b"mif1", brand)

    def meta(at):
        places = b""
        inside = 0
        for number, (_, data, _) in enumerate(items, 1):
            method = number in items_in_idat
            places += struct.pack(">HHHHII", number, method, 0, 1, inside if method else at, len(data))
            if method:
                inside += len(data)
            else:
                at += len(data)
        return full(
            b"meta",
            full(b"hdlr", bytes(4), b"pict", bytes(13)),
            full(b"pitm", struct.pack(">H", 1)),
            full(b"iloc", b"\x44\0", struct.pack(">H", len(items)), places, version=1),
            full(b"iinf", struct.pack(">H", len(items)), entries),
            full(b"iref", *(
                box(kind, struct.pack(">HH", one, len(to)), *(struct.pack(">H", item) for item in to))
                for kind, one, to in references
            )),
            box(b"iprp", box(b"ipco", *properties), full(b"ipma", struct.pack(">I", len(items)), associations)),
            box(b"idat", *(data for number, (_, data, _) in enumerate(items, 1) if number in items_in_idat)),
        )

    data = b"".join(data for number, (_, data, _) in enumerate(items, 1) if number not in items_in_idat)
    return start + meta(len(start) + len(meta(0)) + 8) + box(b"mdat", data)


def avif(pixels, **options):
    return imagecodecs.avif_encode(numpy.ascontiguousarray(pixels), level=95, speed=4, **options)


def heic(pixels, mode=None, **options):
    file = io.BytesIO()
    if mode:
        image = pillow_heif.from_bytes(mode, (pixels.shape[1], pixels.shape[0]), pixels.tobytes())
    else:
        image = pillow_heif.from_pillow(Image.fromarray(numpy.ascontiguousarray(pixels)))
    image.save(file, quality=95, **options)
    return file.getvalue()


def deep(pixels, bits):
    """As many bits of a sample, in words of sixteen."""
    return (pixels.astype(numpy.uint32) * ((1 << bits) - 1) // 255).astype(numpy.uint16)


def single(brand, file, *properties, extra=(), references=()):
    kind, config, data = first(file)
    properties_of_first = next(iter(items_of(file).values()))[1]
    size = next(box(name, body) for _, name, body in properties_of_first if name == b"ispe")
    return mux(brand, [(kind, data, [size, config, *properties]), *extra], references)


def framed(pixels):
    """In a darker picture of twice the size, at 8 pixels from the left and 16 from the top."""
    height, width = pixels.shape[:2]
    whole = numpy.full((2 * height, 2 * width, 3), 60, numpy.uint8)
    whole[16 : 16 + height, 8 : 8 + width] = pixels
    return whole


def transformed(files, brand, encode, pixels):
    """Files that show `pixels`, which are stored turned, mirrored or framed."""
    name = brand.decode()
    for turns in (1, 2, 3):
        files[f"turned-{turns}.{name}"] = single(brand, encode(numpy.rot90(pixels, -turns)), nclx(), irot(turns))
    files[f"mirrored-0.{name}"] = single(brand, encode(pixels[::-1]), nclx(), imir(0))
    files[f"mirrored-1.{name}"] = single(brand, encode(pixels[:, ::-1]), nclx(), imir(1))
    height, width = pixels.shape[:2]
    # The distance of the centres, in halves of a pixel.
    aperture = clap(width, height, 2 * 8 - width, 2 * 16 - height)
    files[f"cropped.{name}"] = single(brand, encode(framed(pixels)), nclx(), aperture)


def grid(brand, encode, pixels, side, *properties, alpha=None, extra=(), references=()):
    """Tiles of `side` pixels; those at the right and below reach beyond the picture."""
    height, width = pixels.shape[:2]
    columns, rows = -(-width // side), -(-height // side)

    def tiles(pixels):
        padding = [(0, rows * side - height), (0, columns * side - width)] + [(0, 0)] * (pixels.ndim - 2)
        whole = numpy.pad(pixels, padding, mode="edge")
        for row in range(rows):
            for column in range(columns):
                kind, config, data = first(
                    encode(whole[row * side : (row + 1) * side, column * side : (column + 1) * side])
                )
                yield kind, data, [ispe(side, side), config]

    describes = struct.pack(">BBBBHH", 0, 0, rows - 1, columns - 1, width, height)
    items = [(b"grid", describes, [ispe(width, height), *properties]), *tiles(pixels)]
    links = [(b"dimg", 1, list(range(2, len(items) + 1)))]
    in_idat = [1]
    if alpha is not None:
        items.append((b"grid", describes, [ispe(width, height), ALPHA]))
        number = len(items)
        in_idat.append(number)
        items.extend(tiles(alpha))
        links += [(b"auxl", number, [1]), (b"dimg", number, list(range(number + 1, len(items) + 1)))]
    for kind, data, reference in extra:
        items.append((kind, data, []))
        links.append((reference, len(items), [1]))
    return mux(brand, items, links, items_in_idat=in_idat)


EXIF_TURNED = b"\0\0\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"


def p3():
    """The smallest profile of Display P3 that Pillow can find: none ships with it, so the matrix is written here."""
    def s15(value):
        return struct.pack(">i", round(value * 65536))

    def xyz(*values):
        return b"XYZ \0\0\0\0" + b"".join(s15(value) for value in values)

    curve = b"para\0\0\0\0\0\x03\0\0" + b"".join(s15(v) for v in (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045))
    tags = [
        (b"wtpt", xyz(0.9642, 1.0, 0.8249)),
        (b"rXYZ", xyz(0.51512, 0.24120, -0.00105)),
        (b"gXYZ", xyz(0.29198, 0.69225, 0.04189)),
        (b"bXYZ", xyz(0.15710, 0.06657, 0.78407)),
        (b"rTRC", curve),
        (b"gTRC", curve),
        (b"bTRC", curve),
        (b"desc", b"desc\0\0\0\0\0\0\0\x03P3\0" + bytes(78)),
        (b"cprt", b"text\0\0\0\0CC0\0"),
    ]
    at = 128 + 4 + 12 * len(tags)
    table, data = struct.pack(">I", len(tags)), b""
    for name, body in tags:
        body += bytes(-len(body) % 4)
        table += struct.pack(">4sII", name, at + len(data), len(body))
        data += body
    header = struct.pack(">I4sI4s4s4s12s4s4sI4s4sQ", at + len(data), bytes(4), 0x02400000, b"mntr", b"RGB ", b"XYZ ",
                         struct.pack(">6H", 2024, 1, 1, 0, 0, 0), b"acsp", bytes(4), 0, bytes(4), bytes(4), 0)
    header += bytes(4) + s15(0.9642) + s15(1.0) + s15(0.8249)
    return (header + bytes(128 - len(header))) + table + data


def main():
    files = {}
    wide = letter(64, 48)
    # AVIF as libavif and libaom write it.
    for name, bits, format in [("420", 8, "420"), ("422", 8, "422"), ("444", 8, "444"), ("420-10", 10, "420"),
                               ("444-10", 10, "444"), ("422-12", 12, "422"), ("444-12", 12, "444")]:
        pixels = wide if bits == 8 else deep(wide, bits)
        files[f"{name}.avif"] = avif(pixels, bitspersample=bits, pixelformat=format)
    grey = wide[..., 0]
    files["grey.avif"] = avif(grey)
    files["grey-10.avif"] = avif(deep(grey, 10), bitspersample=10)
    # Grey with the values of limited range, and a description that says so.
    limited = numpy.rint(16 + grey * (219 / 255)).astype(numpy.uint8)
    files["grey-limited.avif"] = single(b"avif", avif(limited), nclx(full_range=False))
    half = numpy.dstack([wide, numpy.where(wide[..., 0] < 100, 255, 0).astype(numpy.uint8)])
    files["alpha.avif"] = avif(half)
    colour, opacity = avif(flat([100, 50, 25])), avif(flat([128])[..., 0])
    kind, config, data = first(opacity)
    files["premultiplied.avif"] = single(
        b"avif", colour, nclx(),
        extra=[(kind, data, [ispe(32, 32), config, ALPHA])],
        references=[(b"auxl", 2, [1]), (b"prem", 1, [2])],
    )
    transformed(files, b"avif", avif, wide)
    stored = framed(numpy.rot90(wide, -1))
    files["cropped-and-turned.avif"] = single(b"avif", avif(stored), nclx(), clap(48, 64, 2 * 8 - 48, 2 * 16 - 64), irot(1))
    odd = letter(150, 100)
    files["grid.avif"] = grid(b"avif", avif, odd, 64, nclx())
    files["grid-alpha.avif"] = grid(
        b"avif", avif, odd, 64, nclx(), alpha=numpy.where(odd[..., 0] < 100, 255, 0).astype(numpy.uint8))
    files["p3-profile.avif"] = single(b"avif", avif(flat([180, 90, 60])), nclx(), box(b"colr", b"prof", p3()))
    files["p3-named.avif"] = single(b"avif", avif(flat([180, 90, 60])), nclx(primaries=12))
    # HEIC as libheif and x265 write it, which code nothing smaller than 64 x 64.
    wide = letter(128, 64)
    half = numpy.dstack([wide, numpy.where(wide[..., 0] < 100, 255, 0).astype(numpy.uint8)])
    files["420.heic"] = heic(wide)
    files["444.heic"] = heic(wide, chroma="444")
    files["422.heic"] = heic(wide, chroma="422")
    files["grey.heic"] = heic(wide[..., 0])
    files["alpha.heic"] = heic(half)
    files["420-10.heic"] = heic(wide.astype(numpy.uint16) * 257, mode="RGB;16")
    transformed(files, b"heic", heic, wide)
    # As telephones do: tiles, a turn, and EXIF that names the same turn once more.
    files["grid-turned.heic"] = grid(
        b"heic", heic, numpy.rot90(odd, -3), 64, nclx(), irot(3), extra=[(b"Exif", EXIF_TURNED, b"cdsc")])
    files["grid-alpha.heic"] = grid(
        b"heic", heic, odd, 64, nclx(), alpha=numpy.where(odd[..., 0] < 100, 255, 0).astype(numpy.uint8))
    files["p3-profile.heic"] = single(b"heic", heic(flat([180, 90, 60], 64, 64)), nclx(), box(b"colr", b"prof", p3()))
    files["p3-named.heic"] = single(b"heic", heic(flat([180, 90, 60], 64, 64)), nclx(primaries=12))
    # Of both kinds: the same again, turned; and one over another, which is refused.
    for brand, encode in ((b"avif", avif), (b"heic", heic)):
        kind, config, data = first(encode(numpy.rot90(wide, 2)))
        item = (kind, data, [ispe(128, 64), config, nclx()])
        name = brand.decode()
        files[f"identity.{name}"] = mux(
            brand, [(b"iden", b"", [ispe(128, 64), irot(2)]), item], [(b"dimg", 1, [2])], items_in_idat=[1])
        files[f"overlay.{name}"] = mux(
            brand, [(b"iovl", bytes(20), [ispe(128, 64)]), item, item], [(b"dimg", 1, [2, 3])], items_in_idat=[1])
    for name, data in files.items():
        (HERE / name).write_bytes(data)
        print(len(data), name)


main()
