#!/usr/bin/env python3
"""What OpenCV's usual way takes for pictures of the sizes in benches/vision.rs: MOG2, then connected components.

The pictures are its own: a street of stones with noise and four walkers, unshrunk.

Prints "name: value unit" lines, one thread. Skips with a message where OpenCV cannot be had:
    apt-get install python3-opencv    or    pip install opencv-python-headless
"""
import statistics
import sys
import time

try:
    import cv2
    import numpy
except ImportError as why:
    print(f"skipped: no OpenCV here ({why})")
    sys.exit(0)

cv2.setNumThreads(1)
random = numpy.random.default_rng(1)

for width, height in [(320, 180), (640, 360)]:
    street = random.integers(60, 180, (height // 8 + 1, width // 8 + 1), dtype=numpy.uint8)
    street = cv2.resize(street, (width, height)).astype(numpy.int16)
    pictures = []
    for i in range(100):
        picture = street + random.normal(0, 2, street.shape).astype(numpy.int16)
        for walker in range(4):
            x, y = (walker * 70 + i * 3) * width // 320 % width, (40 + 25 * walker) * height // 180
            picture[y : y + height // 6, x : x + width // 25] = 30 + 50 * walker
        pictures.append(numpy.clip(picture, 0, 255).astype(numpy.uint8))
    mog2 = cv2.createBackgroundSubtractorMOG2()
    rounds = {"mog2": [], "components": []}
    for _ in range(15):
        spent = dict.fromkeys(rounds, 0.0)
        for picture in pictures:
            begun = time.process_time()
            mask = mog2.apply(picture)
            between = time.process_time()
            cv2.connectedComponentsWithStats((mask == 255).astype(numpy.uint8))
            spent["mog2"] += between - begun
            spent["components"] += time.process_time() - between
        for name, seconds in spent.items():
            rounds[name].append(seconds / len(pictures) * 1e6)
    for name, values in rounds.items():
        print(f"opencv.{name}.{width}x{height}: {statistics.median(values[1:]):.0f} us")
