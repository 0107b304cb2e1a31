"""Scores development sets of GLUE in ONNX Runtime and PyTorch on the CPU, from texts to accuracy.

    python evaluate_cpu.py models --model DIR --out FOLDER [--tasks sst2,mnli] [--shapes given,6x384,bert-base]
    python evaluate_cpu.py time --glue GLUE --threads 2 [--limit 872] MODEL:TASK ...

"models" writes for each task what is scored, and prints MODEL:TASK of each: the model of DIR, its head drawn anew where
it has not as many outputs as the task has classes, or other shapes with random weights over its vocabulary.

"time" prints a CSV line for each runtime: runtime,model,task,sentences,median_ms,sentences_per_s,accuracy,runs. A run
takes the texts, which are in memory as the model is, through tokenization and passes to the accuracy. ONNX Runtime gets
batches of 32 of texts sorted by length, which the tokenizers library has encoded all at once, each padded to its longest;
PyTorch is transformers' pipeline("text-classification", batch_size=32), which takes texts in the file's order.
"""

import argparse
import os
import statistics
import time

from bert_cpu import onnx_session

BATCH = 32
MAX_LENGTH = 128
WARM_UP = 200
# Folder and file, columns of the texts, column of the label, names of the classes in the official order.
TASKS = {
    "sst2": ("SST-2/dev.tsv", ["sentence"], "label", ["negative", "positive"]),
    "mnli": (
        "MNLI/dev_matched.tsv", ["sentence1", "sentence2"], "gold_label", ["entailment", "neutral", "contradiction"],
    ),
    "mrpc": ("MRPC/dev.tsv", ["#1 String", "#2 String"], "Quality", ["not_equivalent", "equivalent"]),
    "rte": ("RTE/dev.tsv", ["sentence1", "sentence2"], "label", ["entailment", "not_entailment"]),
}

SHAPES = {
    "6x384": {"num_hidden_layers": 6, "hidden_size": 384, "num_attention_heads": 12, "intermediate_size": 1536},
    "bert-base": {},
}


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    models = commands.add_parser("models")
    models.add_argument("--model", required=True)
    models.add_argument("--out", required=True)
    models.add_argument("--tasks", default="sst2")
    models.add_argument("--shapes", default="given,bert-base")
    timed = commands.add_parser("time")
    timed.add_argument("--glue", required=True)
    timed.add_argument("--threads", type=int, default=2)
    timed.add_argument("--limit", type=int, default=0, help="first examples to take; 0 takes all")
    timed.add_argument("--runs", type=int, default=1)
    timed.add_argument("--peers", default="onnxruntime,pytorch")
    timed.add_argument("subjects", nargs="+")
    return parser.parse_args()


def write_models(args):
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer, BertConfig
    from transformers import BertForSequenceClassification

    torch.manual_seed(0)
    tokenizer = AutoTokenizer.from_pretrained(args.model)
    for task in args.tasks.split(","):
        names = dict(enumerate(TASKS[task][3]))
        labels = {"num_labels": len(names), "id2label": names, "label2id": {name: i for i, name in names.items()}}
        for shape in args.shapes.split(","):
            if shape == "given":
                model = AutoModelForSequenceClassification.from_pretrained(
                    args.model, ignore_mismatched_sizes=True, **labels
                )
                shape = f"{model.config.num_hidden_layers}x{model.config.hidden_size}"
            else:
                config = BertConfig(vocab_size=len(tokenizer), **SHAPES[shape], **labels)
                model = BertForSequenceClassification(config)
            folder = os.path.join(args.out, f"{shape}-{task}")
            model.save_pretrained(folder)
            tokenizer.save_pretrained(folder)
            print(f"{folder}:{task}")


def read(glue, task, limit):
    """The texts of each example as a list of one or two, and the numbers of their classes."""
    file, columns, label, names = TASKS[task]
    with open(os.path.join(glue, file), encoding="utf-8-sig", newline="\n") as lines:
        header, *rows = [line.rstrip("\r\n").split("\t") for line in lines]
    texts = [[row[header.index(column)] for column in columns] for row in rows]
    found = [row[header.index(label)] for row in rows]
    classes = [names.index(name) if name in names else int(name) for name in found if name != "-"]
    texts = [text for text, name in zip(texts, found) if name != "-"]
    return (texts[:limit], classes[:limit]) if limit else (texts, classes)


def sorted_batches(session, tokenizer):
    """Predicts by ONNX Runtime, the longest texts first."""
    import numpy

    def predict(texts):
        encoded = tokenizer(*map(list, zip(*texts)), truncation=True, max_length=MAX_LENGTH)
        ids, types = encoded["input_ids"], encoded["token_type_ids"]
        order = sorted(range(len(texts)), key=lambda i: -len(ids[i]))
        classes = [0] * len(texts)
        for start in range(0, len(order), BATCH):
            batch = order[start : start + BATCH]
            shape = len(batch), len(ids[batch[0]])
            feed = {name: numpy.zeros(shape, numpy.int64) for name in ("input_ids", "attention_mask", "token_type_ids")}
            for row, i in enumerate(batch):
                feed["input_ids"][row, : len(ids[i])] = ids[i]
                feed["attention_mask"][row, : len(ids[i])] = 1
                feed["token_type_ids"][row, : len(ids[i])] = types[i]
            for i, logits in zip(batch, session.run(None, feed)[0]):
                classes[i] = int(logits.argmax())
        return classes

    return predict


def piped(model, tokenizer):
    """Predicts by transformers' pipeline."""
    from transformers import pipeline

    pipe = pipeline("text-classification", model=model, tokenizer=tokenizer, batch_size=BATCH, device="cpu")

    def predict(texts):
        inputs = [{"text": text[0], **({"text_pair": text[1]} if len(text) > 1 else {})} for text in texts]
        outputs = pipe(inputs, truncation=True, max_length=MAX_LENGTH)
        return [model.config.label2id[output["label"]] for output in outputs]

    return predict


def measure(args):
    os.environ.setdefault("OMP_NUM_THREADS", str(args.threads))
    # Threads of the tokenizers library.
    os.environ.setdefault("RAYON_NUM_THREADS", str(args.threads))
    import torch
    from transformers import AutoModelForSequenceClassification, AutoTokenizer

    torch.set_num_threads(args.threads)
    print("runtime,model,task,sentences,median_ms,sentences_per_s,accuracy,runs", flush=True)
    for subject in args.subjects:
        folder, _, task = subject.rpartition(":")
        tokenizer = AutoTokenizer.from_pretrained(folder)
        model = AutoModelForSequenceClassification.from_pretrained(folder).eval()
        texts, gold = read(args.glue, task, args.limit)
        for peer in args.peers.split(","):
            if peer == "onnxruntime":
                predict = sorted_batches(onnx_session(model, args.threads, False, types=True), tokenizer)
            else:
                predict = piped(model, tokenizer)
            predict(texts[:WARM_UP])
            times = []
            for _ in range(args.runs):
                start = time.perf_counter()
                accuracy = sum(a == b for a, b in zip(predict(texts), gold)) / len(gold)
                times.append((time.perf_counter() - start) * 1e3)
            ms = statistics.median(times)
            name = os.path.basename(folder)
            rate = 1e3 * len(texts) / ms
            print(f"{peer},{name},{task},{len(texts)},{ms:.2f},{rate:.2f},{accuracy:.6f},{args.runs}", flush=True)


if __name__ == "__main__":
    arguments = parse()
    write_models(arguments) if arguments.command == "models" else measure(arguments)
