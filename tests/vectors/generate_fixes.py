#!/usr/bin/env python3
"""Makes fixes.csv: positions for which phone and server must come to the same bytes.

They lie around the edges of area.geojson (a district with a hole and an edge of 40 km), from nanodegrees to
kilometres off, with every accuracy that matters: python3 tests/vectors/generate_fixes.py
"""
import json
import pathlib
import random

HERE = pathlib.Path(__file__).parent
OUTER = [[121.40, 31.20], [121.82, 31.21], [121.80, 31.30], [121.60, 31.26], [121.45, 31.31], [121.40, 31.20]]
HOLE = [[121.50, 31.23], [121.50, 31.24], [121.52, 31.24], [121.52, 31.23], [121.50, 31.23]]
ACCURACIES = [0.5, 5, 13.333, 20, 20.001, 37.5, 64, 149.999, 150, 150.001, 0, -3]
OFFSETS_DEG = [0, 1e-9, 1e-7, 1e-6, 1e-5, 0.0004, 0.0006, 0.0009, 0.001, 0.0014, 0.0019, 0.0025, 0.01, 0.2, 3]


def main():
    rng = random.Random(20261123)
    feature = {"type": "Feature", "properties": {"name": "Vector"},
               "geometry": {"type": "Polygon", "coordinates": [OUTER, HOLE]}}
    (HERE / "area.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}) + "\n")
    rows = ["time,lat,lon,accuracy_m,simulated,satellites,speed_mps,provider"]
    edges = [(a, b) for ring in (OUTER, HOLE) for a, b in zip(ring, ring[1:])]
    for second in range(600):
        (ax, ay), (bx, by) = rng.choice(edges)
        t = rng.choice([0, 1, 0.5, rng.random()])
        off = rng.choice(OFFSETS_DEG) * rng.choice([-1, 1])
        lon, lat = ax + t * (bx - ax) + off * rng.random(), ay + t * (by - ay) + off
        accuracy = rng.choice(ACCURACIES) if rng.random() < 0.6 else round(rng.uniform(3, 160), 3)
        simulated = "true" if rng.random() < 0.03 else "false"
        hour, minute = divmod(second, 60)
        rows.append(f"2026-05-12T{hour + 6:02}:{minute:02}:00+08:00,{lat:.9f},{lon:.9f},{accuracy},{simulated},"
                    f"{rng.randrange(0, 14)},{rng.uniform(0, 12):.3f},{rng.choice(['gps', 'network', 'fused', 'beidou'])}")
    (HERE / "fixes.csv").write_text("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
