"""Times bert-base (random weights) in PyTorch and ONNX Runtime on the CPU.

    python bert_cpu.py --threads 2 --shapes 1x128,8x128 [--rank 128] [--dtype fp32|bf16|int8]

Prints one CSV line per runtime, shape and variant: runtime,variant,batch,seq,median_ms,min_ms,runs.
"low-rank" replaces every matrix of every block by two Linear layers of the given rank. bf16 is PyTorch's model in
bf16, int8 ONNX Runtime's dynamically quantized one.
"""

import argparse
import os
import statistics
import tempfile
import time


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--shapes", default="1x128,8x128")
    parser.add_argument("--rank", type=int, default=128)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--no-onnx", action="store_true")
    parser.add_argument("--no-torch", action="store_true")
    parser.add_argument("--dtype", choices=("fp32", "bf16", "int8"), default="fp32")
    return parser.parse_args()


def time_runs(run, runs):
    for _ in range(3):
        run()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1e3)
    return times


def report(runtime, variant, batch, seq, times):
    print(f"{runtime},{variant},{batch},{seq},{statistics.median(times):.2f},{min(times):.2f},{len(times)}", flush=True)


def low_rank(model, rank):
    import torch

    def factor(parent, name):
        dense = getattr(parent, name)
        down = torch.nn.Linear(dense.in_features, rank, bias=False)
        up = torch.nn.Linear(rank, dense.out_features)
        setattr(parent, name, torch.nn.Sequential(down, up))

    for layer in model.bert.encoder.layer:
        for name in ("query", "key", "value"):
            factor(layer.attention.self, name)
        factor(layer.attention.output, "dense")
        factor(layer.intermediate, "dense")
        factor(layer.output, "dense")
    return model.eval()


def main():
    args = parse()
    os.environ.setdefault("OMP_NUM_THREADS", str(args.threads))
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    print("runtime,variant,batch,seq,median_ms,min_ms,runs", flush=True)
    for variant in ("dense", f"rank-{args.rank}"):
        model = BertForSequenceClassification(BertConfig()).eval()
        if variant != "dense":
            model = low_rank(model, args.rank)
        onnx = not args.no_onnx and args.dtype != "bf16"
        session = onnx_session(model, args.threads, args.dtype == "int8") if onnx else None
        if args.dtype == "bf16":
            model = model.to(torch.bfloat16)
        for shape in args.shapes.split(","):
            batch, seq = (int(part) for part in shape.split("x"))
            ids = torch.randint(1000, 30000, (batch, seq))
            mask = torch.ones_like(ids)
            if args.dtype != "int8" and not args.no_torch:
                with torch.inference_mode():
                    times = time_runs(lambda: model(input_ids=ids, attention_mask=mask), args.runs)
                report("pytorch", variant, batch, seq, times)
            if session is not None:
                feed = {"input_ids": ids.numpy(), "attention_mask": mask.numpy()}
                report("onnxruntime", variant, batch, seq, time_runs(lambda: session.run(None, feed), args.runs))


def onnx_session(model, threads, int8, types=False):
    """A session of ids and mask, and with types also of which text of a pair a token belongs to."""
    import onnxruntime
    import torch

    class Logits(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = model

        def forward(self, *inputs):
            return self.model(**dict(zip(names, inputs))).logits

    names = ["input_ids", "attention_mask"] + ["token_type_ids"] * types
    ids = torch.randint(100, model.config.vocab_size, (2, 128))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "bert.onnx")
        axes = {0: "batch", 1: "seq"}
        torch.onnx.export(
            Logits().eval(), (ids, *[torch.ones_like(ids)] * (len(names) - 1)), path, dynamo=False, opset_version=17,
            input_names=names, output_names=["logits"],
            dynamic_axes={**{name: axes for name in names}, "logits": {0: "batch"}},
        )
        if int8:
            from onnxruntime.quantization import QuantType, quantize_dynamic

            quantize_dynamic(path, path + ".int8", weight_type=QuantType.QInt8)
            path += ".int8"
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


if __name__ == "__main__":
    main()
