#!/usr/bin/env python3
"""What `gridwatch hotspots` says, against esda and libpysal (PySAL), scikit-learn and pymannkendall.

    scripts/install-peers esda libpysal scikit-learn pymannkendall
    target/peers/bin/python scripts/peers-hotspots.py GRIDWATCH SITE   # `make verify` does it
    target/peers/bin/python scripts/peers-hotspots.py --times          # `make bench-peers` does it

Irregular polygons with counts: z of Gi* and local Moran to 1e-9, Moran's I with its z, the same neighbours, and
permutation p within the error of the dice. Incidents on the ground: kernel densities to 1e-9 where they are summed exactly and
to a hundredth by bins, the clusters of DBSCAN with haversine metres, and the trends of Mann and Kendall. Skips plainly where a library is not there.
"""
import json
import math
import os
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
            around = G_Local(y, weights, transform="B", star=False, permutations=0)
            about, near = ours(binary, file.name, "gi", name)
            worst(f"{name}.gi.z", [row["z"] for row in near], around.Zs, 1e-9)
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


def on_plane(first, points):
    """Metres around a place, by the ellipsoid's radii of curvature there (WGS84)."""
    e2, latitude = 6.694379990141316e-3, math.radians(first[1])
    w2 = 1 - e2 * math.sin(latitude) ** 2
    east = 6_378_137.0 / math.sqrt(w2) * math.cos(latitude)
    north = 6_378_137.0 * (1 - e2) / w2**1.5
    return numpy.radians(numpy.subtract(points, first)) * (east, north)


def densities(binary, site):
    """Kernel density in the middle of each cell: exactly, and by way of bins where there are too many."""
    try:
        from sklearn.neighbors import KernelDensity
    except ImportError as missing:
        return print(f"skipped: {missing}; pip install scikit-learn")
    dice = numpy.random.default_rng(3)

    def compare(name, count, cells, kernel, bandwidth, limit):
        points = (110.03, 40.412) + dice.normal(size=(count, 2)) * (0.002, 0.001)
        with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
            file.write("lon,lat\n" + "".join(f"{float(x)!r},{float(y)!r}\n" for x, y in points))
            file.flush()
            command = [binary, "hotspots", "--site", site, "--input", file.name, "--method", "kde", "--cells", cells,
                       "--kernel", kernel, "--bandwidth-m", str(bandwidth), "--edge", "none", "--keep-piles"]
            said = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        assert said["about"]["elsewhere"] == 0, "all of them lie on the grids"
        rings = numpy.array([feature["geometry"]["coordinates"][0][0] for feature in said["features"]])
        middles = rings[:, :4].mean(axis=1)
        model = KernelDensity(kernel=kernel, bandwidth=bandwidth).fit(on_plane(middles[0], points))
        theirs = numpy.exp(model.score_samples(on_plane(middles[0], middles))) * count * 1e6
        ours = numpy.array([feature["properties"]["per_km2"] for feature in said["features"]])
        worst(f"kde.{name}.{kernel}", ours / theirs.max(), theirs / theirs.max(), limit)

    for kernel in ("gaussian", "epanechnikov"):
        compare("exact", 500, "square:100", kernel, 150, 1e-9)
        compare("binned", 100_000, "square:20", kernel, 600, 1e-2)


EARTH_M = 6_371_008.8


def clusters(binary, site):
    """The same incidents are core, and the same lie together; to which of two clusters a border goes depends on order."""
    try:
        from sklearn.cluster import DBSCAN
    except ImportError as missing:
        return print(f"skipped: {missing}; pip install scikit-learn")
    dice = random.Random(7)
    busy = [(110.0 + dice.random() * 0.04, 40.39 + dice.random() * 0.03) for _ in range(12)]
    points = [(110.0 + dice.random() * 0.04, 40.39 + dice.random() * 0.03) for _ in range(3000)]
    points += [(x + dice.gauss(0, 4e-4), y + dice.gauss(0, 3e-4)) for x, y in busy for _ in range(150)]
    with tempfile.NamedTemporaryFile("w", suffix=".csv", delete=False) as file:
        file.write("lon,lat\n" + "".join(f"{x!r},{y!r}\n" for x, y in points))

    def ours_of(method):
        command = [binary, "hotspots", "--site", site, "--input", file.name, "--method", method, "--eps-m", "60",
                   "--min-points", "12"]
        said = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        return [feature["properties"] for feature in said["features"]]

    ours = ours_of("dbscan")
    radians = numpy.radians([(y, x) for x, y in points])
    theirs = DBSCAN(eps=60 / EARTH_M, min_samples=12, metric="haversine", algorithm="ball_tree").fit(radians)
    core = set(theirs.core_sample_indices_)
    assert [row["core"] for row in ours] == [i in core for i in range(len(points))], "the same are core"
    pairs = {(row["cluster"], int(label)) for i, (row, label) in enumerate(zip(ours, theirs.labels_)) if i in core}
    assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs}), "the same lie together"
    assert [row["cluster"] == -1 for row in ours] == [label == -1 for label in theirs.labels_], "the same are noise"
    print(f"hotspots.peers.dbscan: {len(core)} core, {len(pairs)} clusters, the same")
    from sklearn.cluster import HDBSCAN
    from sklearn.metrics import adjusted_rand_score

    model = HDBSCAN(min_cluster_size=12, min_samples=12, metric="haversine", algorithm="ball_tree", copy=True)
    labels = [row["cluster"] for row in ours_of("hdbscan")]
    # Many distances are those of the same core: which edge comes first is open, and scikit-learn given the same points in
    # another order agrees no better with itself (0.99).
    alike = adjusted_rand_score(labels, model.fit(radians).labels_)
    print(f"hotspots.peers.hdbscan: {max(labels) + 1} clusters, adjusted Rand index {alike:.4f}")
    assert alike > 0.98, "the same lie together"
    os.unlink(file.name)


def trends(binary, site):
    try:
        import pymannkendall
    except ImportError as missing:
        return print(f"skipped: {missing}; pip install pymannkendall")
    dice = random.Random(11)
    rows = []
    for day in range(84):
        for _ in range(20 + day):
            # More and more of it in the west.
            west = dice.random() < 0.2 + 0.5 * day / 84
            rows.append((110.0 + dice.random() * (0.012 if west else 0.04), 40.39 + dice.random() * 0.03, day))
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as file:
        date = lambda day: f"2026-{1 + day // 28:02d}-{1 + day % 28:02d}T12:00:00+08:00"
        file.write("lon,lat,time\n" + "".join(f"{x!r},{y!r},{date(day)}\n" for x, y, day in rows))
        file.flush()
        command = [binary, "hotspots", "--site", site, "--input", file.name, "--method", "emerging", "--cells", "square:500",
                   "--step-days", "7"]
        said = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    judged = [feature["properties"] for feature in said["features"] if feature["properties"]["trend"]]
    assert len(judged) > 10 and any(row["pattern"] for row in judged), "something emerges"
    theirs = [pymannkendall.original_test(row["zs"]) for row in judged]
    for key in ("z", "p", "slope"):
        worst(f"mann_kendall.{key}", [row["trend"][key] for row in judged], [getattr(one, key) for one in theirs], 1e-9)


def times():
    """CPU milliseconds for the same as the benchmark's, the median of three."""
    import statistics
    import time

    def tell(name, work):
        taken = []
        for _ in range(3):
            begun = time.process_time()
            work()
            taken.append((time.process_time() - begun) * 1e3)
        print(f"hotspots.peers.{name}: {statistics.median(taken):.3g} ms", flush=True)

    columns, rows = 173, 174
    square = lambda x, y: [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1), (x, y)]
    rings = [square(110 + x / 1000, 40 + y / 1000) for y in range(rows) for x in range(columns)]
    polygons = [libpysal.cg.Polygon([(110 + i % columns * 1e-3 + dx * 1e-3, 40 + i // columns * 1e-3 + dy * 1e-3)
                                     for dx, dy in ((0, 0), (1, 0), (1, 1), (0, 1), (0, 0))]) for i in range(len(rings))]
    tell("queen_weights.30k", lambda: libpysal.weights.Rook(polygons, silence_warnings=True))
    weights = libpysal.weights.lat2W(rows, columns, rook=False)
    values = numpy.random.default_rng(5).integers(0, 20, rows * columns).astype(float)
    tell("gi_star.30k", lambda: G_Local(values, weights, transform="B", star=True, permutations=0))
    tell("gi_star.30k.999_permutations", lambda: G_Local(values, weights, transform="B", star=True, permutations=999))
    dice = numpy.random.default_rng(5)
    busy = dice.random((64, 2))
    around = busy[numpy.arange(500_000) % 64] + (dice.random((500_000, 2)) - 0.5) * 0.02
    points = numpy.vstack([dice.random((500_000, 2)), around]) * (20_000, 11_000)
    try:
        from KDEpy import FFTKDE

        board = numpy.stack(numpy.meshgrid(numpy.linspace(-2e3, 22e3, 1024), numpy.linspace(-2e3, 13e3, 1024), indexing="ij"), -1)
        board = board.reshape(-1, 2)
        tell("kde.1m", lambda: FFTKDE(kernel="gaussian", bw=100).fit(points).evaluate(board))
    except ImportError as missing:
        print(f"skipped: {missing}; pip install KDEpy")
    try:
        from sklearn.cluster import DBSCAN
    except ImportError as missing:
        return print(f"skipped: {missing}; pip install scikit-learn")
    tell("dbscan.1m", lambda: DBSCAN(eps=10, min_samples=12, algorithm="kd_tree").fit(points))


if __name__ == "__main__":
    if sys.argv[1:] == ["--times"]:
        times()
    else:
        binary, site = (sys.argv[1:] + ["target/release/gridwatch", "."][len(sys.argv) - 1:])[:2]
        main(binary)
        densities(binary, site)
        clusters(binary, site)
        trends(binary, site)
