#!/usr/bin/env python3
"""What others take for the pictures of `cargo bench --bench heat`: CPU milliseconds, the median of some rounds.

    python3 -m venv peers && peers/bin/pip install numpy opencv-python-headless datashader pillow
    peers/bin/python scripts/peers-heat.py [EVENTS]      # `make bench-peers` does all of it

A city like that of the benchmark: half of the events anywhere in 19.2 × 10.8 km, half around 64 busy places; a Gaussian of
100 m, 256 colours, PNG; a frame of 1920 × 1080, and a tile of 256 × 256 with the margin that it needs. numpy or datashader
counts, OpenCV blurs on one thread. Whoever is not there is skipped, plainly.
"""
import io
import statistics
import sys
import time

try:
    import cv2
    import numpy
except ImportError as missing:
    print(f"skipped: {missing}; pip install numpy opencv-python-headless")
    sys.exit(0)
try:
    import datashader
    import datashader.transfer_functions
    import pandas
    import PIL
    import xarray
except ImportError as missing:
    datashader = None
    print(f"datashader skipped: {missing}; pip install datashader pillow")

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


def main(most):
    cv2.setNumThreads(1)
    for count in (most // 10, most):
        events = city(count)
        name = f"{count // 1_000_000}m" if count >= 1_000_000 else str(count)
        for what, picture in PICTURES.items():
            tell(f"{what}.{name}.numpy_opencv", lambda: of_numpy(events, *picture))
        if datashader:
            frame = pandas.DataFrame({"x": events[:, 0], "y": events[:, 1]})
            for what, picture in PICTURES.items():
                tell(f"{what}.{name}.datashader", lambda: of_datashader(frame, *picture))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000)
