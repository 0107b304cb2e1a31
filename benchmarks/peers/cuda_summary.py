"""Prints the ratios of what cuda.sh measured, from the files in a folder."""

import csv
import pathlib
import statistics
import sys

folder = pathlib.Path(sys.argv[1])


def rows(name):
    with open(folder / name) as file:
        return list(csv.DictReader(file))


print("bert-base, median ms and ratio of LRF-Bench to PyTorch")
times = {(r["runtime"], r["variant"], r["batch"]): float(r["median_ms"]) for r in rows("bert.csv") if r["runtime"] != "runtime"}
for (runtime, variant, batch), ms in sorted(times.items()):
    if runtime == "lrfbench":
        peers = ((p, times.get((p, variant, batch))) for p in ("pytorch", "torch-compile"))
        ratios = ", ".join(f"{ms / t:.3f} of {p}'s {t:.3f}" for p, t in peers if t)
        print(f"  {variant} {batch} x 128: {ms:.3f} ms; {ratios}")

print("low-rank products: how often faster than two cuBLAS products, and the choice against the best")
for dtype in ("fp32", "fp16"):
    found = {}
    for r in rows(f"kernels-{dtype}.csv"):
        if r["kind"] in ("lowrank_matmul", "lowrank_two_products", "dense_matmul"):
            key = (r["rows"], r["cols"], r["batch_rows"], r["rank"])
            found[key + (r["kind"],)] = float(r["latency_ms_p50"])
    gains, losses = [], []
    for (m, n, t, rank, kind), ms in found.items():
        if kind == "lowrank_matmul":
            two = found[m, n, t, rank, "lowrank_two_products"]
            losses.append(ms / min(ms, two))
            if int(rank) <= 64 and 16 <= int(t) <= 1024:
                gains.append(two / ms)
    if gains:
        print(f"  {dtype}, ranks up to 64, 16 to 1024 rows: median {statistics.median(gains):.2f}, least {min(gains):.2f};"
              f" the choice is at worst {max(losses):.3f} of the better of the two")

print("truncated SVD of 72 matrices to rank 128")
seconds = {}
for r in rows("svd.csv"):
    if r["runtime"] != "runtime":
        seconds.setdefault((r["runtime"], r["algorithm"]), []).append((float(r["seconds"]), float(r["worst_error_over_optimum"])))
loop = seconds["torch", "torch-svd"][0][0]
thin = seconds["torch", "torch-svd-lowrank"][0][0]
for (runtime, algorithm), found in seconds.items():
    median = statistics.median(s for s, _ in found)
    print(f"  {runtime} {algorithm}: {median:.3f} s, error {max(e for _, e in found):.6f} of the optimum;"
          f" {loop / median:.1f} times as fast as torch.linalg.svd, {thin / median:.1f} as torch.svd_lowrank")
