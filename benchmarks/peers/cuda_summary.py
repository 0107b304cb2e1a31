"""Prints the ratios of what cuda.sh measured, from the files that are in a folder."""

import csv
import pathlib
import statistics
import sys

folder = pathlib.Path(sys.argv[1])


def rows(*names):
    """The rows of files, without headers that are repeated; none of a file that is not there."""
    found = []
    for name in names:
        if (folder / name).exists():
            with open(folder / name) as file:
                found += [row for row in csv.DictReader(file) if row.get("runtime") != "runtime"]
    return found


def bert():
    times = {(r["runtime"], r["variant"], r["batch"]): float(r["median_ms"]) for r in rows("bert.csv", "bert-compile.csv")}
    if times:
        print("bert-base, median ms and ratio of LRF-Bench to PyTorch")
    for (runtime, variant, batch), ms in sorted(times.items()):
        if runtime == "lrfbench":
            peers = ((p, times.get((p, variant, batch))) for p in ("pytorch", "torch-compile"))
            ratios = ", ".join(f"{ms / t:.3f} of {p}'s {t:.3f}" for p, t in peers if t)
            print(f"  {variant} {batch} x 128: {ms:.3f} ms; {ratios or 'nothing beside it'}")


def lowrank():
    for dtype in ("fp32", "fp16"):
        found = {}
        for r in rows(f"kernels-{dtype}.csv"):
            if r["kind"] in ("lowrank_matmul", "lowrank_two_products"):
                found[r["rows"], r["cols"], r["batch_rows"], r["rank"], r["kind"]] = float(r["latency_ms_p50"])
        gains, losses = [], []
        for (m, n, t, rank, kind), ms in found.items():
            two = found.get((m, n, t, rank, "lowrank_two_products"))
            if kind == "lowrank_matmul" and two:
                losses.append(ms / min(ms, two))
                if int(rank) <= 64 and 16 <= int(t) <= 1024:
                    gains.append(two / ms)
        if gains:
            print("low-rank products: how often faster than two cuBLAS products, and the choice against the best")
            print(f"  {dtype}, ranks up to 64, 16 to 1024 rows: median {statistics.median(gains):.2f}, least {min(gains):.2f};"
                  f" the choice is at worst {max(losses):.3f} of the better of the two")


def svd():
    seconds = {}
    for r in rows("svd.csv"):
        times = seconds.setdefault((r["runtime"], r["algorithm"]), [])
        times.append((float(r["seconds"]), float(r["worst_error_over_optimum"])))
    if seconds:
        print("truncated SVD of 72 matrices to rank 128")
    loops = {name: seconds["torch", name][0][0] for name in ("torch-svd", "torch-svd-lowrank") if ("torch", name) in seconds}
    for (runtime, algorithm), found in seconds.items():
        median = statistics.median(s for s, _ in found)
        ratios = "".join(f"; {loop / median:.1f} times as fast as {name}" for name, loop in loops.items())
        print(f"  {runtime} {algorithm}: {median:.3f} s, error {max(e for _, e in found):.6f} of the optimum{ratios}")


bert()
lowrank()
svd()
