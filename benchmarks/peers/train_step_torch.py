"""Times a training step of bert-base in PyTorch on the CPU: forward, backward, clipping, AdamW; dropout on.

    python train_step_torch.py [--threads 2] [--batch 8] [--tokens 128] [--steps 5]

Prints runtime,batch,seq,median_ms,min_ms,steps,peak_resident_mb.
"""

import argparse
import resource
import statistics
import time

import torch
from transformers import BertConfig, BertForSequenceClassification

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--batch", type=int, default=8)
parser.add_argument("--tokens", type=int, default=128)
parser.add_argument("--steps", type=int, default=5)
args = parser.parse_args()
torch.set_num_threads(args.threads)
torch.manual_seed(0)
model = BertForSequenceClassification(BertConfig()).train()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5)
labels = torch.randint(0, 2, (args.batch,))
times = []
for _ in range(2 + args.steps):
    ids = torch.randint(1000, 30000, (args.batch, args.tokens))
    start = time.perf_counter()
    optimizer.zero_grad()
    model(input_ids=ids, labels=labels).loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    times.append((time.perf_counter() - start) * 1e3)
times = times[2:]
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print("runtime,batch,seq,median_ms,min_ms,steps,peak_resident_mb")
print(f"pytorch,{args.batch},{args.tokens},{statistics.median(times):.0f},{min(times):.0f},{len(times)},{peak}")
