"""Runs a model in PyTorch on the processor for `lrfbench sweep --peer pytorch`.

    python lrfbench_peer.py THREADS

Questions are lines on stdin, and each has an answer on stdout:

    version                 version VERSION
    load DIR                loaded
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


class Peer:
    def __init__(self, threads):
        import torch

        self.torch, self.model, self.ids = torch, None, None
        torch.set_num_threads(threads)

    def answer(self, question):
        what, _, rest = question.partition(" ")
        return getattr(self, what)(rest)

    def version(self, _):
        import safetensors, transformers  # noqa: whether they are there

        return "version " + self.torch.__version__.split("+")[0], b""

    def load(self, directory):
        import lrfbench_loader

        self.model = lrfbench_loader.load(directory)
        return "loaded", b""

    def forward(self):
        with self.torch.inference_mode():
            return self.model(self.ids).logits

    def read(self, text):
        self.ids = self.torch.tensor([[int(id) for id in row.split()] for row in text.split(";")])
        logits = self.forward().flatten().float()
        return f"logits {logits.numel()}", logits.numpy().astype("<f4").tobytes()

    def run(self, _):
        time.sleep(PAUSE)
        start = time.perf_counter_ns()
        self.forward()
        nanos = time.perf_counter_ns() - start
        time.sleep(PAUSE)
        return f"ran {nanos}", b""


def main():
    peer = None
    for line in sys.stdin:
        try:
            peer = peer or Peer(int(sys.argv[1]))
            text, numbers = peer.answer(line.rstrip("\n"))
        except Exception as e:
            text, numbers = "failed " + " ".join(f"{type(e).__name__}: {e}".split())[:800], b""
        answers.write(text.encode() + b"\n" + numbers)
        answers.flush()


if __name__ == "__main__":
    main()
