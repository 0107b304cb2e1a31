"""Trains the demo models from scratch: a shared encoder on all synthetic tasks, then one model per task.

    python train.py DATA OUT

DATA holds the generated files and vocab.txt; OUT receives one Hugging Face directory per task.
"""

import argparse
import copy
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from torch.nn import functional
from transformers import BertConfig, BertForSequenceClassification

from common import TASKS, batches, evaluate, read, show, tokenizer

SEED = 20240607
SCORE_WEIGHT = 0.2  # brings a squared error on a scale of five to the size of the other losses
MARK_WEIGHT = 3.0


def configuration(task, vocabulary_size: int, args) -> BertConfig:
    config = BertConfig(
        vocab_size=vocabulary_size,
        hidden_size=args.hidden,
        num_hidden_layers=args.layers,
        num_attention_heads=args.heads,
        intermediate_size=args.intermediate,
        max_position_embeddings=128,
        hidden_dropout_prob=args.dropout,
        attention_probs_dropout_prob=0.0,
        initializer_range=args.init,
        num_labels=max(1, len(task.names)),
        attn_implementation="eager",  # several times faster here than the fused kernel in bfloat16
    )
    if task.names:
        config.id2label = dict(enumerate(task.names))
        config.label2id = {name: i for i, name in enumerate(task.names)}
    return config


def mark_errors(examples):
    """Marks what is wrong in the worse sentence of each minimal pair: the pieces that the better one lacks."""
    for good, bad in zip(examples[::2], examples[1::2]):
        if good.label == bad.label:
            continue
        if good.label == 0:
            good, bad = bad, good
        shortest = min(len(good.ids), len(bad.ids))
        start = next((i for i in range(shortest) if good.ids[i] != bad.ids[i]), shortest)
        end = next((i for i in range(shortest) if good.ids[-1 - i] != bad.ids[-1 - i]), shortest)
        end = min(end, shortest - start)
        if start + end < shortest // 2:
            continue  # not a pair
        stop = max(start + 1, len(bad.ids) - end)
        good.marks = [0] * len(good.ids)
        bad.marks = [int(start <= i < stop) for i in range(len(bad.ids))]


def prepare(bert, gain):
    """Starts where attention has something to go by.

    Positions are sinusoids (Vaswani et al., 2017), and every query equals its key, so that a piece first attends to
    its neighbours and to its like, here or in the other sentence.
    """
    positions = bert.embeddings.position_embeddings.weight
    count, width = positions.shape
    angles = torch.arange(count)[:, None] * 10000.0 ** (-torch.arange(0, width, 2) / width)
    spread = bert.config.initializer_range * 2**0.5
    positions.data.copy_(spread * torch.stack((angles.sin(), angles.cos()), 2).reshape(count, width))
    for layer in bert.encoder.layer:
        attention = layer.attention.self
        torch.nn.init.normal_(attention.key.weight, std=gain)
        attention.query.weight.data.copy_(attention.key.weight.data)


def loss_of(model, task, batch, marker):
    ids, types, mask, labels, marks = batch
    with torch.autocast("cpu", dtype=torch.bfloat16):
        states = model.bert(input_ids=ids, token_type_ids=types, attention_mask=mask)
        logits = model.classifier(states.pooler_output).float()
    if not task.labels:
        return SCORE_WEIGHT * functional.mse_loss(logits[:, 0], labels.float())
    loss = functional.cross_entropy(logits, labels)
    known = marks >= 0
    if marker is not None and known.any():
        wrong = marker(states.last_hidden_state[known].float())[:, 0]
        loss = loss + MARK_WEIGHT * functional.binary_cross_entropy_with_logits(wrong, marks[known].float())
    return loss


def optimizer_of(parameters, rate, args):
    parameters = list(parameters)
    matrices = [p for p in parameters if p.dim() > 1]
    vectors = [p for p in parameters if p.dim() == 1]
    groups = [
        {"params": matrices, "weight_decay": args.decay},
        {"params": vectors, "weight_decay": 0.0},
    ]
    return torch.optim.AdamW(groups, lr=rate, fused=True)


def run(models, data, rate, epochs, args, generator, label, marker=None):
    """Trains models (by task name) on their batches in random alternation; linear warm-up and decay."""
    parameters = {id(p): p for model in models.values() for p in model.parameters()}
    for parameter in marker.parameters() if marker else ():
        parameters[id(parameter)] = parameter
    optimizer = optimizer_of(parameters.values(), rate, args)
    total = epochs * sum(-(-len(data[name][0]) // args.batch) for name in models)
    warm = max(1, total // 12)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.0, (total - step) / (total - warm)))
    )
    start, step = time.time(), 0
    recent = {name: [] for name in models}
    for _ in range(epochs):
        mixed = [(name, b) for name in models for b in batches(data[name][0], args.batch, generator)]
        generator.shuffle(mixed)
        for name, batch in mixed:
            loss = loss_of(models[name], TASKS[name], batch, marker)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(parameters.values(), 1.0)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            recent[name].append(loss.item())
            step += 1
            if step % args.log == 0:
                means = {n: round(float(np.mean(v[-100:])), 3) for n, v in recent.items() if v}
                print(f"{label} {step}/{total} {time.time() - start:.0f}s {means}", flush=True)


def report(models, data):
    for name, model in models.items():
        model.eval()
        found = evaluate(lambda i, t, m, f=model: f(input_ids=i, token_type_ids=t, attention_mask=m).logits,
                         TASKS[name], data[name][1])
        model.train()
        print(name, show(found), flush=True)


def save(model, folder: Path):
    folder.mkdir(parents=True, exist_ok=True)
    model.config.dtype = "float16"
    model.config.architectures = ["BertForSequenceClassification"]
    model.config.save_pretrained(folder)
    halves = {name: tensor.half().contiguous() for name, tensor in model.state_dict().items()}
    save_file(halves, folder / "model.safetensors", metadata={"format": "pt"})


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--tune-epochs", type=int, default=1)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--tune-rate", type=float, default=3e-4)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--decay", type=float, default=0.01)
    parser.add_argument("--dropout", type=float, default=0.0)
    parser.add_argument("--init", type=float, default=0.05)
    parser.add_argument("--hidden", type=int, default=128)
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--intermediate", type=int, default=512)
    parser.add_argument("--alike", type=float, default=0.06)
    parser.add_argument("--log", type=int, default=500)
    parser.add_argument("--limit", type=int, default=None)
    parser.add_argument("--tasks", nargs="*", default=list(TASKS))
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)
    generator = np.random.default_rng(SEED)

    tokens = tokenizer(args.data / "vocab.txt")
    data = {}
    for name in args.tasks:
        folder = args.data / TASKS[name].folder
        data[name] = tuple(read(TASKS[name], folder / f"{split}.tsv", tokens) for split in ("train", "dev"))
        data[name] = (data[name][0][: args.limit], data[name][1])
        if name == "demo-cola":
            mark_errors(data[name][0])
        lengths = [len(example.ids) for example in data[name][0]]
        print(name, len(lengths), "mean tokens", np.mean(lengths), "max", max(lengths), flush=True)

    models = {}
    for name in args.tasks:
        model = BertForSequenceClassification(configuration(TASKS[name], tokens.get_vocab_size(), args))
        if models:
            model.bert = next(iter(models.values())).bert
        models[name] = model
    prepare(models[args.tasks[0]].bert, args.alike)
    print("parameters", sum(p.numel() for p in models[args.tasks[0]].parameters()), flush=True)
    marker = torch.nn.Linear(args.hidden, 1)
    run(models, data, args.rate, args.epochs, args, generator, "shared", marker)
    report(models, data)
    for name, model in models.items():
        own = copy.deepcopy(model)
        if args.tune_epochs:
            run({name: own}, data, args.tune_rate, args.tune_epochs, args, generator, name)
            report({name: own}, data)
        save(own, args.out / name)


if __name__ == "__main__":
    main()
