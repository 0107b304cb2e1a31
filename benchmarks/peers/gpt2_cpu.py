"""Times gpt2-small (random weights, fp32) in PyTorch and ONNX Runtime on the CPU.

    python gpt2_cpu.py --threads 2 last:1x128 all:8x128 decode:1x512

last: a pass over whole sequences for the logits of the last token; all: for those of all tokens; decode: one token
with a cache of what came before it. Prints one CSV line per runtime and subject:
runtime,variant,batch,seq,median_ms,min_ms,runs.
"""

import argparse
import os
import tempfile
import time

from bert_cpu import report, time_runs


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--no-onnx", action="store_true")
    parser.add_argument("subjects", nargs="+")
    return parser.parse_args()


def main():
    args = parse()
    os.environ.setdefault("OMP_NUM_THREADS", str(args.threads))
    import torch
    from transformers import GPT2Config, GPT2LMHeadModel

    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    model = GPT2LMHeadModel(GPT2Config()).eval()
    sessions = {}
    print("runtime,variant,batch,seq,median_ms,min_ms,runs", flush=True)
    for subject in args.subjects:
        variant, shape = subject.split(":")
        batch, seq = (int(part) for part in shape.split("x"))
        ids = torch.randint(0, 50257, (batch, seq))
        with torch.inference_mode():
            if variant == "decode":
                report("pytorch", variant, batch, seq, decode(model, ids, args.runs))
                continue
            kept = 1 if variant == "last" else 0
            run = lambda: model(input_ids=ids, use_cache=False, logits_to_keep=kept)
            report("pytorch", variant, batch, seq, time_runs(run, args.runs))
        if not args.no_onnx:
            if variant not in sessions:
                sessions[variant] = onnx_session(model, kept, args.threads)
            feed = {"input_ids": ids.numpy()}
            report("onnxruntime", variant, batch, seq, time_runs(lambda: sessions[variant].run(None, feed), args.runs))


def decode(model, ids, runs):
    """One token with a cache of the others, which is cut back to its length after each run."""
    from transformers import DynamicCache

    cache = DynamicCache()
    model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
    token = ids[:, -1:]
    times = []
    for run in range(-3, runs):
        start = time.perf_counter()
        model(input_ids=token, past_key_values=cache, use_cache=True)
        if run >= 0:
            times.append((time.perf_counter() - start) * 1e3)
        cache.crop(-1)
    return times


def onnx_session(model, kept, threads):
    import onnxruntime
    import torch
    from transformers import GPT2LMHeadModel

    # Eager attention with a mask of our own: what transformers makes of a missing mask has no ONNX operator.
    eager = GPT2LMHeadModel._from_config(model.config, attn_implementation="eager")
    eager.load_state_dict(model.state_dict())

    class Logits(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.model = eager

        def forward(self, input_ids):
            batch, seq = input_ids.shape
            causal = torch.ones(seq, seq, dtype=torch.bool).tril()
            mask = torch.where(causal, 0.0, float(torch.finfo(torch.float32).min)).expand(batch, 1, seq, seq)
            positions = torch.arange(seq).unsqueeze(0)
            states = self.model.transformer(
                input_ids=input_ids, attention_mask=mask, position_ids=positions, use_cache=False
            ).last_hidden_state
            return self.model.lm_head(states[:, -1:] if kept else states)

    ids = torch.randint(0, 50257, (2, 128))
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "gpt2.onnx")
        axes = {0: "batch", 1: "seq"}
        torch.onnx.export(
            Logits().eval(), (ids,), path, dynamo=False, opset_version=17,
            input_names=["input_ids"], output_names=["logits"],
            dynamic_axes={"input_ids": axes, "logits": axes if not kept else {0: "batch"}},
        )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        with torch.inference_mode():
            expected = model(input_ids=ids, logits_to_keep=kept).logits.numpy()
        error = abs(session.run(None, {"input_ids": ids.numpy()})[0] - expected).max()
        assert error < 1e-3, f"the exported model differs by {error}"
        return session


if __name__ == "__main__":
    main()
