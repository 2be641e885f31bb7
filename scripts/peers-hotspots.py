#!/usr/bin/env python3
"""What `gridwatch hotspots` says, against esda and libpysal (PySAL).

    python3 -m venv peers && peers/bin/pip install esda libpysal && peers/bin/python scripts/peers-hotspots.py GRIDWATCH

Irregular polygons with counts: z of Gi* and local Moran to 1e-9, Moran's I with its z, the same neighbours, and
permutation p within the error of the dice. Skips plainly where PySAL is not there.
"""
import json
import math
import random
import subprocess
import sys
import tempfile

try:
    import libpysal
    import numpy
    from esda.getisord import G_Local
    from esda.moran import Moran, Moran_Local
except ImportError as missing:
    print(f"skipped: {missing}; pip install esda libpysal")
    sys.exit(0)

PERMUTATIONS = 9999


def board(side, dice):
    """A board whose inner vertices are moved, so that no two areas are alike."""
    at = {}
    for i in range(side + 1):
        for j in range(side + 1):
            inner = 0 < i < side and 0 < j < side
            move = (dice.uniform(-0.3, 0.3), dice.uniform(-0.3, 0.3)) if inner else (0, 0)
            at[i, j] = (110 + 0.01 * (i + move[0]), 40 + 0.01 * (j + move[1]))
    ring = lambda i, j: [at[i, j], at[i + 1, j], at[i + 1, j + 1], at[i, j + 1], at[i, j]]
    return [ring(i, j) for j in range(side) for i in range(side)]


def ours(binary, file, method, weights, value="v"):
    command = [binary, "hotspots", "--input", file, "--value", value, "--method", method, "--weights", weights,
               "--permutations", str(PERMUTATIONS)]
    said = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    return said["about"], [feature["properties"] for feature in said["features"]]


def worst(name, ours, theirs, limit):
    far = max(abs(a - b) for a, b in zip(ours, theirs, strict=True))
    print(f"hotspots.peers.{name}: {far:.3g} apart (limit {limit:g})")
    assert far <= limit, (name, far)


def main(binary):
    dice = random.Random(5)
    side = 24
    rings = board(side, dice)
    values = [float(dice.randrange(4) + (6 if i % side < 5 and i // side < 6 else 0)) for i in range(side * side)]
    # Without ties, of which esda loses some to rounding.
    apart = [v + dice.random() for v in values]
    features = [
        {"type": "Feature", "properties": {"v": v, "w": w}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
        for ring, v, w in zip(rings, values, apart)
    ]
    y = numpy.array(values)
    with tempfile.NamedTemporaryFile("w", suffix=".geojson") as file:
        json.dump({"type": "FeatureCollection", "features": features}, file)
        file.flush()
        for name, make in (("queen", libpysal.weights.Queen), ("rook", libpysal.weights.Rook)):
            polygons = [libpysal.cg.Polygon(ring) for ring in rings]
            weights = make(polygons, silence_warnings=True)
            numpy.random.seed(1)
            gi = G_Local(y, weights, transform="B", star=True, permutations=PERMUTATIONS)
            about, hot = ours(binary, file.name, "gi-star", name)
            worst(f"{name}.gi_star.z", [row["z"] for row in hot], gi.Zs, 1e-9)
            # esda's p is of one side.
            worst(f"{name}.gi_star.p", [row["p"] / 2 for row in hot], gi.p_norm, 1e-9)
            gi = G_Local(numpy.array(apart), weights, transform="B", star=True, permutations=PERMUTATIONS)
            about, hot = ours(binary, file.name, "gi-star", name, "w")
            # Both throw dice: five standard deviations of a probability of a half, and of one that is rare.
            worst(f"{name}.gi_star.p_sim", [row["p_sim"] for row in hot], gi.p_sim, 5 * math.sqrt(0.5 / PERMUTATIONS))
            rare = [(row["p_sim"], p) for row, p in zip(hot, gi.p_sim) if p < 0.01]
            assert len(rare) > 10, "something is hot"
            worst(f"{name}.gi_star.p_sim.rare", *zip(*rare), 5 * math.sqrt(0.02 / PERMUTATIONS))
            local = Moran_Local(y, weights, transformation="r", permutations=PERMUTATIONS)
            about, like = ours(binary, file.name, "moran", name)
            worst(f"{name}.moran.i", [row["i"] for row in like], local.Is, 1e-9)
            quadrants = {"high_high": 1, "low_high": 2, "low_low": 3, "high_low": 4}
            assert [quadrants[row["quadrant"]] for row in like] == list(local.q), "the same quadrants"
            whole = Moran(y, weights, transformation="r", permutations=99)
            theirs = [whole.I, whole.EI, whole.z_rand]
            worst(f"{name}.moran.global", [about["global"][k] for k in ("i", "expected", "z")], theirs, 1e-9)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "target/release/gridwatch")
