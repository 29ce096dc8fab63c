#!/usr/bin/env python3
"""Makes the small JPEG and PNG files of Tests/ImagingTests/Fixtures/Images and what Pillow reads from them.

Needs Pillow and the TurboJPEG library (libturbojpeg.so.0, for samplings that Pillow does not write). Deterministic for
given versions; the versions used are noted in the manifest.

    python3 tools/make_image_fixtures.py                     writes the files and manifest.json
    python3 tools/make_image_fixtures.py --real FOLDER       adds the expected pixels of the JPEGs in FOLDER

The manifest holds for each file its size and the SHA-256 of the bytes of `Image.open(file).convert("RGB")`.
"""

import argparse
import ctypes
import hashlib
import io
import json
import os
import pathlib
import struct
import zlib

import PIL
from PIL import Image, features

FOLDER = pathlib.Path(__file__).parent.parent / "Tests" / "ImagingTests" / "Fixtures" / "Images"
WIDTH, HEIGHT = 45, 35  # No multiple of a block in either direction.


def pixel(x, y, channel):
    """A picture with gradients, an edge and some texture, without randomness."""
    level = (x * (5 - channel) + y * (channel + 2)) % 256
    if (x - 20) ** 2 + (y - 15) ** 2 < 80:
        level = (level * 3 + 90 * channel) % 256
    return (level + (x * 7 + y * 13 + channel * 31) % 11) % 256


def scene(channels, width=WIDTH, height=HEIGHT):
    return bytes(pixel(x, y, c) for y in range(height) for x in range(width) for c in range(channels))


def rgb_image():
    return Image.frombytes("RGB", (WIDTH, HEIGHT), scene(3))


# TurboJPEG, for 4:4:0, 4:1:1 and YCCK

TJPF_RGB, TJPF_CMYK = 0, 11
TJSAMP = {"420": 2, "440": 4, "411": 5}


def turbo_jpeg(channels, pixel_format, sampling, arithmetic=False):
    os.environ.pop("TJ_ARITHMETIC", None)
    if arithmetic:
        os.environ["TJ_ARITHMETIC"] = "1"
    library = ctypes.CDLL("libturbojpeg.so.0")
    library.tjInitCompress.restype = ctypes.c_void_p
    library.tjCompress2.argtypes = [
        ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_int,
        ctypes.POINTER(ctypes.c_void_p), ctypes.POINTER(ctypes.c_ulong), ctypes.c_int, ctypes.c_int, ctypes.c_int,
    ]
    handle = library.tjInitCompress()
    output, size = ctypes.c_void_p(), ctypes.c_ulong()
    status = library.tjCompress2(
        handle, scene(channels), WIDTH, 0, HEIGHT, pixel_format,
        ctypes.byref(output), ctypes.byref(size), TJSAMP[sampling], 88, 0,
    )
    if status != 0:
        raise RuntimeError("tjCompress2 failed")
    return ctypes.string_at(output.value, size.value)


# A baseline JPEG of a scan for each component, which Pillow does not write, out of the scans of grey JPEGs

def segments(jpeg):
    """The marker segments before the picture's data, and the data without the end marker."""
    position, found = 2, []
    while True:
        marker, length = jpeg[position + 1], struct.unpack(">H", jpeg[position + 2 : position + 4])[0]
        found.append((marker, jpeg[position : position + 2 + length]))
        position += 2 + length
        if marker == 0xDA:
            return found, jpeg[position:-2]


def jpeg_of_scans(sampling):
    """Of 4:4:4 or 4:2:0; a scan of one component has the blocks that a grey picture of its size has."""
    planes = rgb_image().convert("YCbCr").split()
    if sampling == 2:
        half = ((WIDTH + 1) // 2, (HEIGHT + 1) // 2)
        planes = [planes[0], planes[1].resize(half), planes[2].resize(half)]
    head, scans = b"", b""
    for number, plane in enumerate(planes, start=1):
        file = io.BytesIO()
        plane.save(file, "JPEG", quality=88)
        found, data = segments(file.getvalue())
        if number == 1:
            head = b"".join(segment for marker, segment in found if marker in (0xE0, 0xDB, 0xC4))
        scans += b"\xff\xda" + struct.pack(">HBBBBBB", 8, 1, number, 0, 0, 63, 0) + data
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 17, 8, HEIGHT, WIDTH, 3)
    frame += b"".join(bytes([n, (sampling << 4 | sampling) if n == 1 else 0x11, 0]) for n in (1, 2, 3))
    return b"\xff\xd8" + head + frame + scans + b"\xff\xd9"


# PNG by hand, for the depths and colour types that Pillow does not write

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def packed_row(samples, depth):
    if depth == 16:
        # The low byte differs from the high one, so that a reader which takes the wrong one is found.
        return b"".join(struct.pack(">H", s * 256 + (s * 7 + 3) % 256) for s in samples)
    if depth == 8:
        return bytes(samples)
    bits = "".join(format(s >> (8 - depth), f"0{depth}b") for s in samples)
    bits += "0" * (-len(bits) % 8)
    return bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))


def png(kind, depth, interlaced=False, extra=b""):
    channels = CHANNELS[kind]

    def row(y, xs):
        return packed_row([pixel(x, y, c) for x in xs for c in range(channels)], depth)

    passes = ADAM7 if interlaced else [(0, 0, 1, 1)]
    data = b""
    for x0, y0, dx, dy in passes:
        xs = range(x0, WIDTH, dx)
        if len(xs):
            data += b"".join(b"\0" + row(y, xs) for y in range(y0, HEIGHT, dy))
    palette = b""
    if kind == PALETTE:
        count = 1 << depth
        palette = chunk(b"PLTE", bytes((i * 37 + c * 91) % 256 for i in range(count) for c in range(3)))
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, depth, kind, 0, 0, int(interlaced))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + palette + extra
        + chunk(b"IDAT", zlib.compress(data, 9)) + chunk(b"IEND", b"")
    )


def deep_grey_low():
    """16-bit grey whose values lie around 255, where Pillow cuts it off."""
    rows = b"".join(
        b"\0" + b"".join(struct.pack(">H", pixel(x, y, 0) * 2) for x in range(WIDTH)) for y in range(HEIGHT)
    )
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 16, GREY, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")
    )


# BMP by hand, for the packings that Pillow does not write

def bmp(bits, rows, compression=0, palette=b"", masks=b"", top_down=False, core=False):
    """`rows` are the data of the file's rows, from the lowest or the uppermost, or one run for all of them."""
    if core:
        header = struct.pack("<IHHHH", 12, WIDTH, HEIGHT, 1, bits)
    else:
        height = -HEIGHT if top_down else HEIGHT
        data_size = sum(len(row) for row in rows)
        header = struct.pack("<IiiHHIIiiII", 40, WIDTH, height, 1, bits, compression, data_size, 0, 0, 0, 0) + masks
    start = 14 + len(header) + len(palette)
    data = b"".join(row + b"\0" * (-len(row) % 4) for row in rows)
    return b"BM" + struct.pack("<IHHI", start + len(data), 0, 0, start) + header + palette + data


def bmp_palette(count, core=False):
    return b"".join(bytes((i * 37 + c * 91) % 256 for c in (2, 1, 0)) + (b"" if core else b"\0") for i in range(count))


def bmp_rows(pack, upwards=True):
    ys = range(HEIGHT - 1, -1, -1) if upwards else range(HEIGHT)
    return [b"".join(pack(x, y) for x in range(WIDTH)) for y in ys]


def bmp_runs(bits):
    """Runs, single pixels, ends of rows, and a jump over some that stay black."""
    data = b""
    for y in range(HEIGHT - 1, -1, -1):
        numbers = [pixel(x // 4, y, 0) >> (8 - bits) for x in range(WIDTH)]
        x = 0
        while x < WIDTH:
            if y == 20 and x == 8:
                data += b"\0\2\5\0"
                x += 5
            elif x % 16 == 0:
                part = numbers[x : x + 9]
                packed = bytes(part) if bits == 8 else bytes(
                    a << 4 | b for a, b in zip(part[::2], (part[1::2] + [0])[: (len(part) + 1) // 2])
                )
                data += bytes([0, len(part)]) + packed + b"\0" * (len(packed) % 2)
                x += len(part)
            else:
                count = 1
                while x + count < WIDTH and numbers[x + count] == numbers[x] and (x + count) % 16:
                    count += 1
                data += bytes([count, numbers[x] if bits == 8 else numbers[x] * 17])
                x += count
        data += b"\0\0"
    return bmp(bits, [data + b"\0\1"], compression=1 if bits == 8 else 2, palette=bmp_palette(1 << bits))


def bmp_files():
    def c(x, y):
        return pixel(x, y, 0), pixel(x, y, 1), pixel(x, y, 2)

    def rgb555(x, y):
        r, g, b = c(x, y)
        return struct.pack("<H", r >> 3 << 10 | g >> 3 << 5 | b >> 3)

    def rgb565(x, y):
        r, g, b = c(x, y)
        return struct.pack("<H", r >> 3 << 11 | g >> 2 << 5 | b >> 3)

    def packed(bits):
        per_byte = 8 // bits
        rows = []
        for y in range(HEIGHT - 1, -1, -1):
            numbers = [pixel(x, y, 0) >> (8 - bits) for x in range(WIDTH)] + [0] * (-WIDTH % per_byte)
            rows.append(bytes(
                sum(n << (8 - bits * (k + 1)) for k, n in enumerate(numbers[i : i + per_byte]))
                for i in range(0, len(numbers), per_byte)
            ))
        return rows

    bgr = lambda x, y: bytes(reversed(c(x, y)))  # noqa: E731
    yield "24", bmp(24, bmp_rows(bgr))
    yield "24-top-down", bmp(24, bmp_rows(bgr, upwards=False), top_down=True)
    yield "24-core", bmp(24, bmp_rows(bgr), core=True)
    yield "16", bmp(16, bmp_rows(rgb555))
    yield "16-masks", bmp(16, bmp_rows(rgb565), compression=3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F))
    yield "32", bmp(32, bmp_rows(lambda x, y: bgr(x, y) + b"\x7b"))
    masks = struct.pack("<III", 0xFF000000, 0xFF0000, 0xFF00)
    yield "32-masks", bmp(32, bmp_rows(lambda x, y: b"\x7b" + bgr(x, y)), compression=3, masks=masks)
    for bits in (1, 4, 8):
        yield f"{bits}", bmp(bits, packed(bits), palette=bmp_palette(1 << bits))
    yield "8-core", bmp(8, packed(8), palette=bmp_palette(256, core=True), core=True)
    yield "runs-8", bmp_runs(8)
    yield "runs-4", bmp_runs(4)


def gif_with_offset():
    """A picture that covers a part of its screen, in colours of its own, where one can be seen through."""
    file = io.BytesIO()
    rgb_image().crop((0, 0, 20, 15)).quantize(16).save(file, "GIF", interlace=0, transparency=3)
    data = bytearray(file.getvalue())
    data[6:10] = struct.pack("<HH", WIDTH, HEIGHT)
    at = data.index(b"\x2c", 13 + 3 * 16)
    data[at + 1 : at + 5] = struct.pack("<HH", 11, 7)
    return bytes(data)


# TIFF by hand, for what Pillow does not write: a sample in blocks of its own, 16 bits of colour, alpha that is multiplied in

def tiff(photometric, bits, samples, strips, order="<", planar=1, extra=None, rows_per_strip=HEIGHT):
    def short(value):
        return struct.pack(order + "HH", value, 0)

    def long(value):
        return struct.pack(order + "I", value)

    data, offsets = b"", []
    for strip in strips:
        offsets.append(8 + len(data))
        data += strip + b"\0" * (len(strip) % 2)
    tail, tail_start = b"", 8 + len(data)

    def far(kind, values):
        nonlocal tail
        packed = b"".join(struct.pack(order + kind, value) for value in values)
        if len(packed) <= 4:
            return packed + b"\0" * (4 - len(packed))
        at = tail_start + len(tail)
        tail += packed + b"\0" * (len(packed) % 2)
        return long(at)

    tags = [
        (256, 3, 1, short(WIDTH)), (257, 3, 1, short(HEIGHT)), (258, 3, samples, far("H", [bits] * samples)),
        (259, 3, 1, short(1)), (262, 3, 1, short(photometric)), (273, 4, len(strips), far("I", offsets)),
        (277, 3, 1, short(samples)), (278, 3, 1, short(rows_per_strip)),
        (279, 4, len(strips), far("I", [len(strip) for strip in strips])), (284, 3, 1, short(planar)),
    ]
    if extra is not None:
        tags.append((338, 3, 1, short(extra)))
    directory = struct.pack(order + "H", len(tags))
    directory += b"".join(struct.pack(order + "HHI", *tag[:3]) + tag[3] for tag in tags) + long(0)
    mark = b"II*\0" if order == "<" else b"MM\0*"
    return mark + long(tail_start + len(tail)) + data + tail + directory


def tiff_files(image):
    grey = Image.frombytes("L", (WIDTH, HEIGHT), scene(1))
    alpha = Image.frombytes("RGBA", (WIDTH, HEIGHT), scene(4))
    for name in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        yield name.replace("tiff_", "").replace("adobe_", ""), image, {"compression": name}
    yield "grey", grey, {}
    yield "bilevel", grey.convert("1"), {"compression": "group4"}
    yield "palette", image.quantize(64), {"compression": "tiff_lzw"}
    yield "grey-alpha", alpha.convert("LA"), {}
    yield "alpha", alpha, {"compression": "tiff_lzw"}
    yield "cmyk", Image.frombytes("CMYK", (WIDTH, HEIGHT), scene(4)), {}
    deep = Image.frombytes("I;16", (WIDTH, HEIGHT), b"".join(
        struct.pack("<H", pixel(x, y, 0) * 2) for y in range(HEIGHT) for x in range(WIDTH)
    ))
    yield "grey-16", deep, {}
    yield "pages", image, {"save_all": True, "append_images": [grey]}
    yield "big", image, {"big_tiff": True}
    for orientation in range(2, 9):
        yield f"turned-{orientation}", image.crop((0, 0, 9, 6)), {"tiffinfo": {274: orientation}}
    yield "strips", image, {"compression": "tiff_lzw", "strip_size": WIDTH * 3 * 4}


def tiff_by_hand():
    deep = b"".join(struct.pack(">H", s * 256 + (s * 7 + 3) % 256) for s in scene(3))
    yield "rgb-16", tiff(2, 16, 3, [deep], order=">")
    planes = [bytes(pixel(x, y, c) for y in range(HEIGHT) for x in range(WIDTH)) for c in range(3)]
    yield "planes", tiff(2, 8, 3, planes, planar=2)
    multiplied = bytearray(scene(4))
    for at in range(0, len(multiplied), 4):
        for c in range(3):
            multiplied[at + c] = multiplied[at + c] * multiplied[at + 3] // 255
    yield "multiplied", tiff(2, 8, 4, [bytes(multiplied)], extra=1)
    rows = [bytes(
        (pixel(x, y, 0) & 0xF0) | (pixel(x + 1, y, 0) >> 4 if x + 1 < WIDTH else 0) for x in range(0, WIDTH, 2)
    ) for y in range(HEIGHT)]
    yield "grey-4-inverted", tiff(0, 4, 1, [b"".join(rows[y : y + 8]) for y in range(0, HEIGHT, 8)], rows_per_strip=8)


def rare_formats(image):
    for name, source, options in tiff_files(image):
        source.save(FOLDER / f"tiff-{name}.tif", "TIFF", **options)
    for name, data in tiff_by_hand():
        (FOLDER / f"tiff-{name}.tif").write_bytes(data)
    for name, data in bmp_files():
        (FOLDER / f"bmp-{name}.bmp").write_bytes(data)
    alpha = Image.frombytes("RGBA", (WIDTH, HEIGHT), scene(4))
    few = image.quantize(32)
    few.save(FOLDER / "plain.gif", interlace=0)
    few.save(FOLDER / "interlaced.gif", interlace=1)
    image.quantize(256).save(FOLDER / "many-colours.gif", transparency=7)
    Image.frombytes("L", (WIDTH, HEIGHT), scene(1)).save(FOLDER / "grey.gif")
    few.save(FOLDER / "moving.gif", save_all=True, append_images=[image.rotate(90, expand=False).quantize(8)], duration=50)
    (FOLDER / "offset.gif").write_bytes(gif_with_offset())
    image.save(FOLDER / "lossy.webp", quality=80)
    alpha.save(FOLDER / "lossy-alpha.webp", quality=80)
    image.save(FOLDER / "lossless.webp", lossless=True)
    alpha.save(FOLDER / "lossless-alpha.webp", lossless=True, exact=True)
    # For tests that decode a hundred thousand variants.
    tiny = image.crop((0, 0, 7, 5))
    tiny.save(FOLDER / "tiny.jpg", quality=70)
    tiny.save(FOLDER / "tiny-progressive.jpg", quality=70, progressive=True)
    tiny.save(FOLDER / "tiny.png")
    tiny.save(FOLDER / "tiny.bmp")
    tiny.save(FOLDER / "tiny.tif", compression="tiff_lzw")
    tiny.quantize(16).save(FOLDER / "tiny.gif")
    tiny.save(FOLDER / "tiny.webp", quality=70)
    tiny.save(FOLDER / "tiny-lossless.webp", lossless=True)
    image.save(FOLDER / "moving.webp", save_all=True, append_images=[image.rotate(90)], duration=50)


def files():
    image = rgb_image()

    def jpeg(name, source=image, **options):
        path = FOLDER / name
        source.save(path, "JPEG", quality=88, **options)

    jpeg("baseline-444.jpg", subsampling=0)
    jpeg("baseline-422.jpg", subsampling=1)
    jpeg("baseline-420.jpg", subsampling=2)
    jpeg("optimized-420.jpg", subsampling=2, optimize=True)
    jpeg("restart-420.jpg", subsampling=2, restart_marker_blocks=2)
    jpeg("progressive-420.jpg", subsampling=2, progressive=True)
    jpeg("progressive-444.jpg", subsampling=0, progressive=True)
    jpeg("progressive-restart-420.jpg", subsampling=2, progressive=True, restart_marker_blocks=2)
    jpeg("rgb-no-transform.jpg", keep_rgb=True)
    (FOLDER / "scans-444.jpg").write_bytes(jpeg_of_scans(1))
    (FOLDER / "scans-420.jpg").write_bytes(jpeg_of_scans(2))
    jpeg("grey.jpg", source=Image.frombytes("L", (WIDTH, HEIGHT), scene(1)))
    jpeg("grey-progressive.jpg", source=Image.frombytes("L", (WIDTH, HEIGHT), scene(1)), progressive=True)
    jpeg("cmyk.jpg", source=Image.frombytes("CMYK", (WIDTH, HEIGHT), scene(4)))
    exif = Image.Exif()
    exif[0x0112] = 6  # Rotated by a quarter: to be ignored.
    jpeg("exif-rotated.jpg", subsampling=2, exif=exif)
    jpeg("one-pixel.jpg", source=Image.new("RGB", (1, 1), (200, 100, 50)))
    (FOLDER / "baseline-440.jpg").write_bytes(turbo_jpeg(3, TJPF_RGB, "440"))
    (FOLDER / "baseline-411.jpg").write_bytes(turbo_jpeg(3, TJPF_RGB, "411"))
    (FOLDER / "arithmetic-420.jpg").write_bytes(turbo_jpeg(3, TJPF_RGB, "420", arithmetic=True))
    (FOLDER / "ycck-420.jpg").write_bytes(turbo_jpeg(4, TJPF_CMYK, "420"))

    for kind, label, depths in [
        (GREY, "grey", (1, 2, 4, 8, 16)), (RGB, "rgb", (8, 16)), (PALETTE, "palette", (1, 2, 4, 8)),
        (GREY_ALPHA, "grey-alpha", (8, 16)), (RGBA, "rgba", (8, 16)),
    ]:
        for depth in depths:
            (FOLDER / f"{label}-{depth}.png").write_bytes(png(kind, depth))
    (FOLDER / "grey-16-low.png").write_bytes(deep_grey_low())
    (FOLDER / "rgb-8-interlaced.png").write_bytes(png(RGB, 8, interlaced=True))
    (FOLDER / "grey-1-interlaced.png").write_bytes(png(GREY, 1, interlaced=True))
    transparent = chunk(b"tRNS", bytes(range(0, 256, 16)))
    (FOLDER / "palette-4-transparent.png").write_bytes(png(PALETTE, 4, extra=transparent))
    key = chunk(b"tRNS", struct.pack(">HHH", *[pixel(0, 0, c) for c in range(3)]))
    gamma = chunk(b"gAMA", struct.pack(">I", 100000))
    (FOLDER / "rgb-8-key-gamma.png").write_bytes(png(RGB, 8, extra=gamma + key))
    image.save(FOLDER / "pillow-rgb.png", "PNG", optimize=True)
    rare_formats(image)


def expected(path):
    with Image.open(path) as image:
        pixels = image.convert("RGB")
    return {
        "file": path.name, "width": pixels.width, "height": pixels.height,
        "sha256": hashlib.sha256(pixels.tobytes()).hexdigest(),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=pathlib.Path, help="a folder of JPEGs that is not part of the repository")
    arguments = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    manifest_path = FOLDER / "manifest.json"
    real = json.loads(manifest_path.read_text())["real"] if manifest_path.exists() else []
    files()
    if arguments.real:
        real = [expected(p) for p in sorted(arguments.real.iterdir()) if p.suffix.lower() in (".jpg", ".jpeg")]
    manifest = {
        "pillow": PIL.__version__,
        "libjpeg-turbo": features.version("libjpeg_turbo"),
        "fixtures": [expected(p) for p in sorted(FOLDER.iterdir()) if p.suffix != ".json"],
        "real": real,
    }
    manifest_path.write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
