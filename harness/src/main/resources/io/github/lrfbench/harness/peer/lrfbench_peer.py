"""Runs a model in PyTorch or ONNX Runtime on the processor for `lrfbench sweep --peer`.

    python lrfbench_peer.py RUNTIME THREADS

RUNTIME is pytorch, which reads checkpoints, or onnxruntime, which reads ONNX files. Questions are lines on stdin, and
each has an answer on stdout:

    version                 version VERSION
    load PATH               loaded
    read ID ID ...;ID ...   logits N, and after the line N numbers, float32, little-endian
    run                     ran NANOSECONDS

What goes wrong is answered by a line `failed MESSAGE`.
"""

import os
import sys
import time

# What libraries print is no answer.
answers = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)

# Idle threads of either side turn in circles for a moment before they sleep; the other shall not be timed meanwhile.
PAUSE = 0.002


class Pytorch:
    def __init__(self, threads):
        import torch

        self.torch, self.model, self.options = torch, None, {}
        torch.set_num_threads(threads)

    def version(self):
        import safetensors, transformers  # noqa: whether they are there

        return self.torch.__version__.split("+")[0]

    def load(self, directory):
        import lrfbench_loader

        self.model = lrfbench_loader.load(directory)
        config = self.model.config
        if config.model_type == "gpt2":
            # As ours does: no cache, and of a language model what follows the last token only.
            self.options = {"use_cache": False}
            if self.model.get_output_embeddings() is not None:
                self.options["logits_to_keep"] = 1
            elif config.pad_token_id is None:
                # No token is padding then; transformers wants to be told of one all the same.
                config.pad_token_id = -1

    def read(self, rows):
        self.ids = self.torch.tensor(rows)
        return self.forward().flatten().float().numpy()

    def forward(self):
        with self.torch.inference_mode():
            return self.model(self.ids, **self.options).logits


class OnnxRuntime:
    def __init__(self, threads):
        import onnxruntime

        self.onnxruntime, self.threads, self.session = onnxruntime, threads, None

    def version(self):
        return self.onnxruntime.__version__

    def load(self, file):
        options = self.onnxruntime.SessionOptions()
        options.intra_op_num_threads = self.threads
        # Its threads would go on spinning after a call, and take processors from ours in ours.
        options.add_session_config_entry("session.force_spinning_stop", "1")
        options.inter_op_num_threads = 1
        options.graph_optimization_level = self.onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        self.session = self.onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])

    def read(self, rows):
        import numpy

        ids = numpy.array(rows, dtype=numpy.int64)
        self.feed = {i.name: ids if i.name == "input_ids" else 0 * ids for i in self.session.get_inputs()}
        return self.forward()[0].flatten()

    def forward(self):
        return self.session.run(None, self.feed)


class Peer:
    def __init__(self, runtime):
        self.runtime = runtime

    def answer(self, question):
        what, _, rest = question.partition(" ")
        return getattr(self, what)(rest)

    def version(self, _):
        return "version " + self.runtime.version(), b""

    def load(self, path):
        self.runtime.load(path)
        return "loaded", b""

    def read(self, text):
        logits = self.runtime.read([[int(id) for id in row.split()] for row in text.split(";")])
        return f"logits {logits.size}", logits.astype("<f4").tobytes()

    def run(self, _):
        time.sleep(PAUSE)
        start = time.perf_counter_ns()
        self.runtime.forward()
        nanos = time.perf_counter_ns() - start
        time.sleep(PAUSE)
        return f"ran {nanos}", b""


def main():
    runtimes, peer = {"pytorch": Pytorch, "onnxruntime": OnnxRuntime}, None
    for line in sys.stdin:
        try:
            peer = peer or Peer(runtimes[sys.argv[1]](int(sys.argv[2])))
            text, numbers = peer.answer(line.rstrip("\n"))
        except Exception as e:
            text, numbers = "failed " + " ".join(f"{type(e).__name__}: {e}".split())[:800], b""
        answers.write(text.encode() + b"\n" + numbers)
        answers.flush()


if __name__ == "__main__":
    main()
