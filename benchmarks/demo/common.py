"""The synthetic tasks, their files, tokens and metrics."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import matthews_corrcoef
from tokenizers import BertWordPieceTokenizer


@dataclass(frozen=True)
class Task:
    name: str
    folder: str
    header: int
    texts: tuple[int, ...]
    label: int
    labels: tuple[str, ...]  # as the file writes them, in the order of the logits; empty for a score
    names: tuple[str, ...]


TASKS = {
    task.name: task
    for task in (
        Task("demo-cola", "CoLA", 0, (3,), 1, ("0", "1"), ("unacceptable", "acceptable")),
        Task("demo-sst2", "SST-2", 1, (0,), 1, ("0", "1"), ("negative", "positive")),
        Task("demo-rte", "RTE", 1, (1, 2), 3, ("entailment", "not_entailment"), ("entailment", "not_entailment")),
        Task("demo-stsb", "STS-B", 1, (7, 8), 9, (), ()),
    )
}


@dataclass
class Example:
    ids: list[int]
    types: list[int]
    label: int | float  # the index of a class, or a score


def tokenizer(vocabulary: Path) -> BertWordPieceTokenizer:
    return BertWordPieceTokenizer(str(vocabulary), lowercase=True)


def read(task: Task, file: Path, tokens: BertWordPieceTokenizer):
    """The examples of a file."""
    rows = [line.split("\t") for line in file.read_text("utf-8").splitlines()[task.header :]]
    texts = [tuple(row[i] for i in task.texts) for row in rows]
    encoded = tokens.encode_batch([pair if len(pair) > 1 else pair[0] for pair in texts])
    labels = [task.labels.index(row[task.label]) if task.labels else float(row[task.label]) for row in rows]
    return [Example(e.ids, e.type_ids, label) for e, label in zip(encoded, labels)]


def batches(examples, size: int):
    """Tensors (ids, type ids, mask, labels) of examples of similar length."""
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].ids))
    for start in range(0, len(order), size):
        chosen = [examples[i] for i in order[start : start + size]]
        width = max(len(example.ids) for example in chosen)
        ids = torch.zeros(len(chosen), width, dtype=torch.long)
        types, mask = torch.zeros_like(ids), torch.zeros_like(ids)
        for row, example in enumerate(chosen):
            length = len(example.ids)
            ids[row, :length] = torch.tensor(example.ids)
            types[row, :length] = torch.tensor(example.types)
            mask[row, :length] = 1
        yield ids, types, mask, torch.tensor([example.label for example in chosen])


@torch.inference_mode()
def evaluate(logits_of, task: Task, examples) -> dict[str, float]:
    """The task's metrics; logits_of maps (ids, type ids, mask) to logits."""
    outputs, labels = [], []
    for ids, types, mask, targets in batches(examples, 100):
        outputs.append(logits_of(ids, types, mask).float())
        labels.append(targets)
    logits, targets = torch.cat(outputs).numpy(), torch.cat(labels).numpy()
    if not task.labels:
        scores = logits[:, 0]
        return {"pearson": float(pearsonr(scores, targets)[0]), "spearman": float(spearmanr(scores, targets)[0])}
    predictions = logits.argmax(1)
    found = {"accuracy": float((predictions == targets).mean())}
    if task.name == "demo-cola":
        found["mcc"] = float(matthews_corrcoef(targets, predictions))
    return found


def show(metrics: dict[str, float]) -> str:
    return json.dumps({name: round(value, 4) for name, value in metrics.items()})
