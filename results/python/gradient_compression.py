#!/usr/bin/env python3
"""Trains models with compressed gradients, and puts their logs together.

Trains each model with the same seeds by `lrfbench finetune --gradients HOW` for several HOW, leaves out what an earlier
call has trained, and writes one CSV of all: a row for every ten steps, with means of the loss, of bytes, errors and
seconds, and a row for every epoch with the metric on the dev set. Needs Python's standard library only.
"""

import argparse
import csv
import json
import pathlib
import subprocess
import sys

LRFBENCH = pathlib.Path(__file__).resolve().parents[2] / "lrfbench"
EXCHANGES = ["none"] + [f"powersgd:rank={rank}" for rank in (1, 2, 4, 8)] + ["gradiveq"]


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--demo", action="store_true", help="train a demo:gpt2 that is drawn anew on demo-lm")
    parser.add_argument("--minilm", help="a directory of MiniLM that is not fine-tuned, trained on MRPC")
    parser.add_argument("--glue", help="GLUE, for --minilm")
    parser.add_argument("--gradients", default=",".join(EXCHANGES), help="ways, by commas (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--seeds", default="0", help="by commas (default: %(default)s)")
    parser.add_argument("--epochs", type=int, help="default: 1 of the demo, 2 of MiniLM")
    parser.add_argument("--limit", type=int, default=0, help="training examples, 0 for all")
    parser.add_argument("--lrfbench", default=str(LRFBENCH), help="the program")
    parser.add_argument("--runs", required=True, help="the folder of the trainings' directories")
    parser.add_argument("--out", required=True, help="the CSV to write")
    chosen = parser.parse_args()
    if chosen.minilm and not chosen.glue:
        parser.error("--minilm needs --glue")
    if not (chosen.minilm or chosen.demo):
        parser.error("give --demo, --minilm or both")
    return chosen


def train(chosen, name, model, task, rate, epochs, how, seed):
    """Trains one model unless that is done; returns its directory."""
    folder = "-".join([name, how.replace(":", "-").replace("=", ""), f"w{chosen.workers}", f"s{seed}"])
    out = pathlib.Path(chosen.runs) / folder
    # An unfinished training has a state, and goes on where that was saved.
    if (out / "config.json").exists() and not (out / ".lrfbench-training").exists():
        return out
    command = [chosen.lrfbench, "finetune", "--model", *model, "--task", task, "--lr", rate, "--seed", str(seed)]
    command += ["--epochs", str(chosen.epochs or epochs), "--batch-size", "32", "--train-limit", str(chosen.limit)]
    command += ["--gradients", how, "--workers", str(chosen.workers), "--out", str(out)]
    if chosen.glue:
        command += ["--glue", chosen.glue]
    print(" ".join(command), file=sys.stderr)
    subprocess.run(command, check=True)
    return out


def mean(rows, column):
    values = [float(row[column]) for row in rows if row[column] != ""]
    return f"{sum(values) / len(values):.9g}" if values else ""


def summary(out):
    """The rows of a training: of ten steps each, and of epochs."""
    with open(out / "training.csv", newline="") as file:
        log = list(csv.DictReader(file))
    averaged = [name for name in log[0] if name == "loss" or list(log[0]).index(name) > list(log[0]).index("seconds")]
    window = []
    for number, row in enumerate(log):
        of_epoch = row["learning_rate"] == ""
        if not of_epoch:
            window.append(row)
        ends = number + 1 == len(log) or log[number + 1]["learning_rate"] == ""
        if window and (len(window) == 10 or ends and not of_epoch):
            means = {name: mean(window, name) for name in averaged}
            yield {"step": row["step"], "epoch": row["epoch"], "kind": "steps", **means, "metric": ""}
            window = []
        if of_epoch:
            empty = dict.fromkeys(averaged, "")
            told = {"loss": f"{float(row['loss']):.6g}", "metric": row["metric"]}
            yield {"step": row["step"], "epoch": row["epoch"], "kind": "epoch", **empty, **told}


def main():
    chosen = arguments()
    # The embedded model knows its task already.
    trainings = [("demo", ["demo:gpt2", "--from-scratch"], "demo-lm", "2e-3", 1)] if chosen.demo else []
    trainings += [("minilm", [chosen.minilm], "mrpc", "5e-5", 2)] if chosen.minilm else []
    rows = []
    for name, model, task, rate, epochs in trainings:
        for how in chosen.gradients.split(","):
            for seed in map(int, chosen.seeds.split(",")):
                out = train(chosen, name, model, task, rate, epochs, how, seed)
                block = json.loads((out / "config.json").read_text())["lrfbench"]
                facts = {"model": name, "task": task, "gradients": block["gradients"]}
                facts |= {"workers": block["workers"], "seed": block["seed"]}
                rows += [facts | row for row in summary(out)]
    with open(chosen.out, "w", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
