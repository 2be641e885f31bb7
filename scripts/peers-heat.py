#!/usr/bin/env python3
"""What others take for the pictures of `cargo bench --bench heat`: CPU milliseconds, the median of some rounds; and whether
the heat is what SciPy makes of the same events.

    python3 -m venv peers && peers/bin/pip install numpy opencv-python-headless datashader pillow
    peers/bin/python scripts/peers-heat.py [EVENTS]                   # `make bench-peers` does all of it
    peers/bin/python scripts/peers-heat.py --values GRIDWATCH SITE    # `make verify`, with scipy

A city like that of the benchmark: half of the events anywhere in 19.2 × 10.8 km, half around 64 busy places; a Gaussian of
100 m, 256 colours, PNG; a frame of 1920 × 1080, and a tile of 256 × 256 with the margin that it needs. numpy or datashader
counts, OpenCV blurs on one thread. Whoever is not there is skipped, plainly.
"""
import io
import math
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

try:
    import numpy
except ImportError as missing:
    print(f"skipped: {missing}; pip install numpy")
    sys.exit(0)
try:
    import cv2
    import datashader
    import datashader.transfer_functions
    import pandas
    import PIL
    import xarray
except ImportError as missing:
    datashader, WITHOUT = None, missing

SIGMA_M = 100.0
CITY_M = (19_200.0, 10_800.0)
# Metres to a pixel, width, height, and where the western and northern edges are, in metres.
PICTURES = {
    "frame_1080p": (10.0, 1920, 1080, (0.0, 0.0)),
    "tile_256": (7.27, 256, 256, (8_000.0, 4_500.0)),
}
ROUNDS = 5


def city(count):
    dice = numpy.random.default_rng(5)
    busy = dice.random((64, 2))
    around = busy[dice.integers(0, 64, count // 2)] + (dice.random((count // 2, 2)) - 0.5) * 0.02
    events = numpy.clip(numpy.vstack([dice.random((count - count // 2, 2)), around]), 0, 1 - 1e-9)
    return events * CITY_M


def tell(name, draw):
    times = []
    for _ in range(ROUNDS + 1):
        begun = time.process_time()
        draw()
        times.append((time.process_time() - begun) * 1e3)
    # The first round warms up.
    print(f"heat.peers.{name}: {statistics.median(times[1:]):.3g} ms", flush=True)


def counted_by_numpy(events, m_per_px, width, height, corner):
    x, y = ((events - corner) / m_per_px).astype(numpy.int32).T
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    counts = numpy.bincount((y * width + x)[inside], minlength=width * height)
    return counts.reshape(height, width).astype(numpy.float32)


def of_numpy(events, m_per_px, width, height, corner):
    margin = int(4 * SIGMA_M / m_per_px) + 1
    corner = numpy.subtract(corner, margin * m_per_px)
    counts = counted_by_numpy(events, m_per_px, width + 2 * margin, height + 2 * margin, corner)
    density = cv2.GaussianBlur(counts, (0, 0), SIGMA_M / m_per_px)[margin:-margin, margin:-margin]
    levels = numpy.log1p(density * (9 / density.max())) * (255 / numpy.log(10))
    picture = cv2.applyColorMap(levels.astype(numpy.uint8), cv2.COLORMAP_INFERNO)
    return cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 1])[1]


def of_datashader(frame, m_per_px, width, height, corner):
    margin = int(4 * SIGMA_M / m_per_px) + 1
    wide, high = width + 2 * margin, height + 2 * margin
    west, north = numpy.subtract(corner, margin * m_per_px)
    canvas = datashader.Canvas(wide, high, (west, west + wide * m_per_px), (north, north + high * m_per_px))
    counts = canvas.points(frame, "x", "y", datashader.count()).data.astype(numpy.float32)
    density = cv2.GaussianBlur(counts, (0, 0), SIGMA_M / m_per_px)[margin:-margin, margin:-margin]
    shaded = datashader.transfer_functions.shade(xarray.DataArray(density, dims=("y", "x")), how="log")
    png = io.BytesIO()
    shaded.to_pil().save(png, "png", compress_level=1)
    return png.getvalue()


def values(binary, site):
    """Four tiles, the one picture of them all, and SciPy's of the same events at four times the resolution."""
    try:
        from scipy.ndimage import gaussian_filter
    except ImportError as missing:
        return print(f"skipped: {missing}; pip install scipy")
    zoom, radius_m = 15, 300.0
    first = (int((110.02 + 180) / 360 * 2**zoom), int((1 - math.asinh(math.tan(math.radians(40.42))) / math.pi) / 2 * 2**zoom))
    longitude = lambda x: x / 2**zoom * 360 - 180
    latitude = lambda y: math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / 2**zoom))))
    dice = numpy.random.default_rng(9)
    # In tiles from the first one's corner: some beyond the picture, which shine into it.
    events = numpy.vstack([dice.random((3_000, 2)) * 2.4 - 0.2, 0.9 + dice.normal(size=(2_000, 2)) * 0.1])
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        rows = [f"{longitude(first[0] + x)!r},{latitude(first[1] + y)!r}" for x, y in events.tolist()]
        (folder / "events.csv").write_text("lon,lat\n" + "\n".join(rows))

        def ours(*frame):
            command = [binary, "heatmap", "--site", site, "--input", folder / "events.csv", "--output", folder / "heat.png",
                       "--values", folder / "heat.npy", "--radius-m", str(radius_m), *frame]
            subprocess.run(command, check=True, capture_output=True)
            return numpy.load(folder / "heat.npy").astype(float)

        west, north, east, south = longitude(first[0]), latitude(first[1]), longitude(first[0] + 2), latitude(first[1] + 2)
        whole = ours("--bbox", f"{west!r},{south!r},{east!r},{north!r}", "--size", "512x512")
        tile = lambda dx, dy: ours("--tile", f"{zoom}/{first[0] + dx}/{first[1] + dy}")
        tiles = numpy.block([[tile(0, 0), tile(1, 0)], [tile(0, 1), tile(1, 1)]])
    fine, margin = 4, 256
    side = (512 + 2 * margin) * fine
    counts, *_ = numpy.histogram2d(events[:, 1], events[:, 0], side, [(-margin / 256, 2 + margin / 256)] * 2)
    m_per_px = 40_075_016.686 * math.cos(math.radians((north + south) / 2)) / 2**zoom / 256 / fine
    density = gaussian_filter(counts, radius_m / 3 / m_per_px, truncate=4) / (m_per_px / 1e3) ** 2
    middle = density.reshape(side // fine, fine, side // fine, fine).mean(axis=(1, 3))[margin:-margin, margin:-margin]
    for name, theirs, limit in (("tiles_of_the_whole", tiles, 1e-5), ("scipy", middle, 1e-2)):
        far = abs(whole - theirs).max() / whole.max()
        print(f"heat.peers.{name}: {far:.3g} of the highest apart (limit {limit:g})")
        assert far <= limit, (name, far)


def main(most):
    if not datashader:
        return print(f"skipped: {WITHOUT}; pip install opencv-python-headless datashader pillow")
    cv2.setNumThreads(1)
    for count in (most // 10, most):
        events = city(count)
        name = f"{count // 1_000_000}m" if count >= 1_000_000 else str(count)
        for what, picture in PICTURES.items():
            tell(f"{what}.{name}.numpy_opencv", lambda: of_numpy(events, *picture))
        frame = pandas.DataFrame({"x": events[:, 0], "y": events[:, 1]})
        for what, picture in PICTURES.items():
            tell(f"{what}.{name}.datashader", lambda: of_datashader(frame, *picture))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--values"]:
        values(*sys.argv[2:])
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
