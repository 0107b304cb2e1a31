"""Fine-tunes a sentence encoder on MRPC or STS-B with PyTorch as 'lrfbench finetune' does, to compare the scores.

    python finetune_torch.py MODEL GLUE mrpc|stsb [--epochs 4] [--lr 5e-5] [--batch-size 32] [--seed 0] [--threads 2]

AdamW (weight decay 0.01 on matrices), linear warm-up over a tenth of the steps, then linear decay, gradients clipped to
norm 1, the checkpoint's dropout, at most 128 tokens. Prints the dev metric after every epoch: the mean of accuracy and
F1, or of Pearson's and Spearman's correlation.
"""

import argparse
import pathlib
import time

import numpy
import torch
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import accuracy_score, f1_score
from transformers import AutoModelForSequenceClassification, AutoTokenizer, get_linear_schedule_with_warmup

COLUMNS = {"mrpc": ("MRPC", 3, 4, 0), "stsb": ("STS-B", 7, 8, 9)}


def read(glue, task, split):
    folder, first, second, label = COLUMNS[task]
    lines = (glue / folder / f"{split}.tsv").read_text(encoding="utf-8-sig").splitlines()[1:]
    fields = [line.split("\t") for line in lines]
    return [(f[first], f[second], float(f[label])) for f in fields]


def score(task, outputs, labels):
    if task == "mrpc":
        predictions = outputs.argmax(1)
        return (accuracy_score(labels, predictions) + f1_score(labels, predictions)) / 2
    return (pearsonr(outputs[:, 0], labels)[0] + spearmanr(outputs[:, 0], labels)[0]) / 2


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model")
    parser.add_argument("glue", type=pathlib.Path)
    parser.add_argument("task", choices=COLUMNS)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--lr", type=float, default=5e-5)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(args.seed)
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    labels = 2 if args.task == "mrpc" else 1
    model = AutoModelForSequenceClassification.from_pretrained(args.model, num_labels=labels)
    train = read(args.glue, args.task, "train")
    dev = read(args.glue, args.task, "dev")

    def encode(rows):
        return tokenizer(
            [r[0] for r in rows], [r[1] for r in rows], truncation=True, max_length=128, padding=True, return_tensors="pt"
        )

    decayed = [p for p in model.parameters() if p.dim() > 1]
    others = [p for p in model.parameters() if p.dim() <= 1]
    optimizer = torch.optim.AdamW([{"params": decayed, "weight_decay": 0.01}, {"params": others, "weight_decay": 0.0}], args.lr)
    per_epoch = (len(train) + args.batch_size - 1) // args.batch_size
    total = per_epoch * args.epochs
    schedule = get_linear_schedule_with_warmup(optimizer, int(numpy.ceil(0.1 * total)), total)
    start = time.time()
    for epoch in range(args.epochs):
        model.train()
        order = numpy.random.default_rng(args.seed + epoch).permutation(len(train))
        losses = []
        for step in range(per_epoch):
            rows = [train[i] for i in order[step * args.batch_size : (step + 1) * args.batch_size]]
            target = torch.tensor([r[2] for r in rows])
            logits = model(**encode(rows)).logits
            if labels == 1:
                loss = torch.nn.functional.mse_loss(logits[:, 0], target)
            else:
                loss = torch.nn.functional.cross_entropy(logits, target.long())
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            losses.append(loss.item())
        model.eval()
        outputs = []
        with torch.inference_mode():
            for at in range(0, len(dev), 64):
                outputs.append(model(**encode(dev[at : at + 64])).logits.numpy())
        metric = score(args.task, numpy.concatenate(outputs), numpy.array([r[2] for r in dev]))
        print(f"epoch {epoch + 1}: loss {numpy.mean(losses):.4f}, dev metric {metric:.4f}, {time.time() - start:.0f} s", flush=True)


if __name__ == "__main__":
    main()
