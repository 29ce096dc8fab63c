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


def turbo_jpeg(channels, pixel_format, sampling):
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
        "fixtures": [expected(p) for p in sorted(FOLDER.iterdir()) if p.suffix in (".jpg", ".png")],
        "real": real,
    }
    manifest_path.write_text(json.dumps(manifest, indent=1) + "\n")


if __name__ == "__main__":
    main()
