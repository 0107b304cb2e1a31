"""Truncates the 72 matrices of a bert-base encoder (Gaussian, fp32) with NumPy and others.

    python svd_numpy.py make FOLDER [--seed 0]
    python svd_numpy.py time FOLDER [--threads 2] [--rank 128] [--peers numpy,gram,torch,torch-lowrank]

"make" writes FOLDER/weights.bin: 48 of 768 x 768, 12 of 3072 x 768, 12 of 768 x 3072, row-major
little-endian floats. "time" decomposes them one after the other and prints one CSV line per peer:
runtime,algorithm,threads,rank,seconds,worst_error_over_optimum. The numpy peer also writes
FOLDER/optimal.txt, the smallest possible Frobenius error of each matrix at this rank. Peers:
numpy          numpy.linalg.svd(full_matrices=False), then cut: the yardstick
gram           scipy: syrk, then LAPACK's eigenvectors of the largest eigenvalues (syevr), then a product
torch          torch.linalg.svd(full_matrices=False)
torch-lowrank  torch.svd_lowrank(q=rank + 10, niter=2)
"""

import argparse
import os
import pathlib
import time

SHAPES = [(768, 768)] * 48 + [(3072, 768)] * 12 + [(768, 3072)] * 12


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("action", choices=["make", "time"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rank", type=int, default=128)
    parser.add_argument("--peers", default="numpy")
    return parser.parse_args()


def make(folder, seed):
    import numpy

    generator = numpy.random.default_rng(seed)
    with open(folder / "weights.bin", "wb") as file:
        for shape in SHAPES:
            file.write(generator.standard_normal(shape).astype("<f4").tobytes())


def read(folder):
    import numpy

    numbers = numpy.fromfile(folder / "weights.bin", dtype="<f4")
    matrices = []
    start = 0
    for rows, cols in SHAPES:
        matrices.append(numbers[start : start + rows * cols].reshape(rows, cols))
        start += rows * cols
    return matrices


def peer(name, rank):
    """A function from a matrix to the two factors of its approximation."""
    import numpy

    if name == "numpy":

        def run(w):
            u, s, vt = numpy.linalg.svd(w, full_matrices=False)
            return u[:, :rank] * s[:rank], vt[:rank], s

    elif name == "gram":
        from scipy.linalg import blas, eigh

        def run(w):
            tall = w.shape[0] >= w.shape[1]
            gram = blas.ssyrk(1, w, trans=1 if tall else 0, lower=1)
            last = gram.shape[0] - 1
            _, v = eigh(gram, lower=True, driver="evr", check_finite=False, subset_by_index=[last - rank + 1, last])
            return (w @ v, v.T, None) if tall else (v, v.T @ w, None)

    else:
        import torch

        def run(w):
            matrix = torch.from_numpy(w)
            if name == "torch":
                u, s, vt = torch.linalg.svd(matrix, full_matrices=False)
            else:
                u, s, v = torch.svd_lowrank(matrix, q=rank + 10, niter=2)
                vt = v.T
            return (u[:, :rank] * s[:rank]).numpy(), vt[:rank].numpy(), None

    return run


def measure(name, matrices, folder, threads, rank):
    import numpy

    run = peer(name, rank)
    run(matrices[0])
    start = time.perf_counter()
    results = [run(w) for w in matrices]
    seconds = time.perf_counter() - start
    optimal_file = folder / "optimal.txt"
    if name == "numpy":
        optima = [float(numpy.sqrt(numpy.sum(s[rank:].astype("f8") ** 2))) for _, _, s in results]
        optimal_file.write_text("".join(f"{value!r}\n" for value in optima))
    else:
        optima = [float(line) for line in optimal_file.read_text().split()]
    errors = [numpy.linalg.norm(w.astype("f8") - a.astype("f8") @ b.astype("f8")) for w, (a, b, _) in zip(matrices, results)]
    worst = max(error / optimum for error, optimum in zip(errors, optima))
    print(f"{'torch' if name.startswith('torch') else 'scipy' if name == 'gram' else name},{name},{threads},{rank},{seconds:.3f},{worst:.6f}", flush=True)


def main():
    args = parse()
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = str(args.threads)
    if args.action == "make":
        make(args.folder, args.seed)
        return
    if "torch" in args.peers:
        import torch

        torch.set_num_threads(args.threads)
    matrices = read(args.folder)
    for name in args.peers.split(","):
        measure(name, matrices, args.folder, args.threads, args.rank)


if __name__ == "__main__":
    main()
