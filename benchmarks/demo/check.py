"""How the demo models' metrics fall when every encoder matrix is cut by plain truncated SVD.

    python check.py DATA MODELS

For a kept fraction k of the parameters of an m x n matrix the rank is floor(k m n / (m + n)).
"""

import argparse
import copy
import time
from pathlib import Path

import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertForSequenceClassification

from common import TASKS, evaluate, read, show, tokenizer


def load(folder: Path) -> BertForSequenceClassification:
    model = BertForSequenceClassification(BertConfig.from_pretrained(folder, dtype="float32"))
    weights = {name: tensor.float() for name, tensor in load_file(folder / "model.safetensors").items()}
    model.load_state_dict(weights)
    return model.eval()


def truncate(model, keep: float):
    cut = copy.deepcopy(model)
    for module in cut.bert.encoder.modules():
        if isinstance(module, torch.nn.Linear):
            rows, columns = module.weight.shape
            rank = max(1, int(keep * rows * columns / (rows + columns)))
            u, s, vt = torch.linalg.svd(module.weight.data, full_matrices=False)
            module.weight.data = (u[:, :rank] * s[:rank]) @ vt[:rank]
    return cut


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("models", type=Path)
    parser.add_argument("--keep", type=float, nargs="*", default=[0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1])
    args = parser.parse_args()
    torch.set_num_threads(1)
    tokens = tokenizer(args.data / "vocab.txt")
    for name, task in TASKS.items():
        if not (args.models / name).is_dir():
            continue
        model = load(args.models / name)
        dev = read(task, args.data / task.folder / "dev.tsv", tokens)
        for keep in [1.0, *args.keep]:
            start = time.time()
            cut = model if keep == 1.0 else truncate(model, keep)
            found = evaluate(lambda i, t, m, f=cut: f(input_ids=i, token_type_ids=t, attention_mask=m).logits, task, dev)
            print(name, "dense" if keep == 1.0 else keep, show(found), f"{time.time() - start:.1f}s", flush=True)


if __name__ == "__main__":
    main()
