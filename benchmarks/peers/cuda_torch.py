"""What PyTorch takes on a GPU for the work that cuda.sh compares.

    python cuda_torch.py bert                 bert-base, eager
    python cuda_torch.py compile              bert-base in fp16 by torch.compile(mode="reduce-overhead")
    python cuda_torch.py lowrank              dense layers and pairs of thin ones, replayed as CUDA graphs
    python cuda_torch.py svd FOLDER           loops over the matrices of svd_numpy.py; writes FOLDER/optimal.txt

Prints CSV like the programs it is compared with.
"""

import copy
import statistics
import sys
import time

import torch

DTYPES = {"fp32": torch.float32, "tf32": torch.float32, "fp16": torch.float16}
COMPILED = ["fp16"]  # half a minute for each model
RANK = 128


def time_ms(run, runs):
    for _ in range(10):
        run()
    torch.cuda.synchronize()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        torch.cuda.synchronize()
        times.append((time.perf_counter() - start) * 1e3)
    return times


def use_tf32(wanted):
    torch.backends.cuda.matmul.allow_tf32 = wanted
    torch.backends.cudnn.allow_tf32 = wanted


def bert(eager=True, compiled=True):
    if eager:
        measure_bert("pytorch", DTYPES, lambda model: model)
    if compiled:
        wanted = [name for name in COMPILED if name in DTYPES]
        measure_bert("torch-compile", wanted, lambda model: torch.compile(model, mode="reduce-overhead", fullgraph=False))


def measure_bert(runtime, names, prepare):
    from bert_cpu import low_rank
    from transformers import BertConfig, BertForSequenceClassification

    print("runtime,variant,batch,seq,median_ms,min_ms,runs", flush=True)
    dense = BertForSequenceClassification(BertConfig()).eval()
    thin = low_rank(copy.deepcopy(dense), RANK)
    for name in names:
        use_tf32(name == "tf32")
        for variant, model in (("dense", dense), (f"rank-{RANK}", thin)):
            run = prepare(copy.deepcopy(model).to("cuda", DTYPES[name]))
            for batch in (1, 32):
                ids = torch.randint(1000, 30000, (batch, 128), device="cuda")
                with torch.inference_mode():
                    times = time_ms(lambda: run(input_ids=ids), 100)
                print(
                    f"{runtime},{name} {variant},{batch},128,{statistics.median(times):.4f},{min(times):.4f},{len(times)}",
                    flush=True,
                )
            torch._dynamo.reset()


def graph(run):
    """A function that replays what run does as a CUDA graph."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            run()
    torch.cuda.current_stream().wait_stream(stream)
    captured = torch.cuda.CUDAGraph()
    with torch.cuda.graph(captured):
        run()
    return captured.replay


def lowrank():
    print("dtype,outputs,inputs,rank,rows,dense_ms,two_products_ms,two_products_graph_ms", flush=True)
    for name in ("fp32", "fp16"):
        use_tf32(False)
        for outputs, inputs in ((768, 768), (3072, 768), (768, 3072)):
            for rows in (1, 16, 128, 1024, 8192):
                x = torch.randn(rows, inputs, device="cuda", dtype=DTYPES[name])
                w = torch.randn(inputs, outputs, device="cuda", dtype=DTYPES[name])
                dense = statistics.median(time_ms(lambda: x @ w, 100))
                for rank in (16, 32, 64, 128, 256):
                    down = torch.randn(inputs, rank, device="cuda", dtype=DTYPES[name])
                    up = torch.randn(rank, outputs, device="cuda", dtype=DTYPES[name])
                    plain = statistics.median(time_ms(lambda: (x @ down) @ up, 100))
                    replayed = statistics.median(time_ms(graph(lambda: (x @ down) @ up), 100))
                    print(f"{name},{outputs},{inputs},{rank},{rows},{dense:.4f},{plain:.4f},{replayed:.4f}", flush=True)


def svd(folder):
    import pathlib

    from svd_numpy import read

    use_tf32(False)
    matrices = [torch.from_numpy(w.copy()).cuda() for w in read(pathlib.Path(folder))]
    print("runtime,algorithm,threads,rank,seconds,worst_error_over_optimum", flush=True)
    optima = []

    def full(w):
        u, s, vt = torch.linalg.svd(w, full_matrices=False)
        return u[:, :RANK] * s[:RANK], vt[:RANK], s

    def thin(w):
        u, s, v = torch.svd_lowrank(w, q=RANK + 10, niter=2)
        return u[:, :RANK] * s[:RANK], v[:, :RANK].T, None

    for name, run in (("torch-svd", full), ("torch-svd-lowrank", thin)):
        run(matrices[0])
        torch.cuda.synchronize()
        start = time.perf_counter()
        results = [run(w) for w in matrices]
        torch.cuda.synchronize()
        seconds = time.perf_counter() - start
        if name == "torch-svd":
            optima = [s[RANK:].double().square().sum().sqrt().item() for _, _, s in results]
            with open(f"{folder}/optimal.txt", "w") as file:
                file.writelines(f"{optimum!r}\n" for optimum in optima)
        errors = [
            (w.double() - a.double() @ b.double()).norm().item() / optimum
            for w, (a, b, _), optimum in zip(matrices, results, optima)
        ]
        print(f"torch,{name},0,{RANK},{seconds:.3f},{max(errors):.6f}", flush=True)


if __name__ == "__main__":
    {
        "bert": lambda: bert(compiled=False),
        "compile": lambda: bert(eager=False),
        "lowrank": lowrank,
        "svd": svd,
    }[sys.argv[1]](*sys.argv[2:])
