#!/usr/bin/env python3
"""Reference values for the E2E NLG metrics, by other people's code.

BLEU by sacrebleu (13a tokens, lower case, no smoothing); ROUGE-L, CIDEr and their tokens by
pycocoevalcap, which runs Stanford's tokenizer 3.4.1; NIST by its definition, below, on sacrebleu's
tokens. Prints what E2eScoreTest and PtbTokenizerTest compare with.

  pip install sacrebleu pycocoevalcap
  e2e_metrics.py score devset.csv     the first reference of every meaning representation against the rest
  e2e_metrics.py worked CASES.tsv     hypothesis, tab, references separated by tabs
  e2e_metrics.py tokens FILE.txt      lines, each with a tab and its tokens behind it
"""
import csv
import math
import sys
from collections import Counter

from pycocoevalcap.cider.cider import Cider
from pycocoevalcap.rouge.rouge import Rouge
from pycocoevalcap.tokenizer.ptbtokenizer import PTBTokenizer
from sacrebleu.metrics import BLEU
from sacrebleu.tokenizers.tokenizer_13a import Tokenizer13a


def treebank(texts):
    tokens = PTBTokenizer().tokenize({i: [{"caption": t}] for i, t in enumerate(texts)})
    return [tokens[i][0] for i in range(len(texts))]


def ngrams(tokens, n):
    return Counter(tuple(tokens[i : i + n]) for i in range(len(tokens) - n + 1))


def nist(cases):
    """Doddington 2002 with mteval's length penalty and the mean length of the references."""
    score, counts = 0.0, Counter()
    for _, references in cases:
        for reference in references:
            counts[()] += len(reference)
            for n in range(1, 6):
                counts.update(ngrams(reference, n))
    for n in range(1, 6):
        information, total = 0.0, 0
        for hypothesis, references in cases:
            best = Counter()
            for reference in references:
                best |= ngrams(reference, n)
            for gram, k in (ngrams(hypothesis, n) & best).items():
                information += k * math.log2(counts[gram[:-1]] / counts[gram])
            total += max(0, len(hypothesis) - n + 1)
        score += information / total
    ours = sum(len(h) for h, _ in cases)
    theirs = sum(sum(map(len, r)) / len(r) for _, r in cases)
    beta = math.log(2) / math.log(1.5) ** 2
    return score * math.exp(-beta * math.log(min(1.0, ours / theirs)) ** 2)


def score(cases):
    hypotheses = [h for h, _ in cases]
    most = max(len(r) for _, r in cases)
    streams = [[r[i] if i < len(r) else None for _, r in cases] for i in range(most)]
    bleu = BLEU(lowercase=True, tokenize="13a", smooth_method="none").corpus_score(hypotheses, streams)
    print("BLEU   %.10f" % (bleu.score / 100))
    mteval = lambda text: Tokenizer13a()(text.replace("\n", " ")).lower().split()
    print("NIST   %.10f" % nist([(mteval(h), [mteval(x) for x in r]) for h, r in cases]))
    flat = iter(treebank([t for h, r in cases for t in [h, *r]]))
    res, gts = {}, {}
    for i, (_, references) in enumerate(cases):
        res[i] = [next(flat)]
        gts[i] = [next(flat) for _ in references]
    print("ROUGE  %.10f" % Rouge().compute_score(gts, res)[0])
    print("CIDEr  %.10f" % Cider().compute_score(gts, res)[0])


def main(mode, path):
    if mode == "score":
        groups = {}
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                groups.setdefault(row["mr"], []).append(row["ref"])
        score([(r[0], r[1:]) for r in groups.values() if len(r) > 1])
    elif mode == "worked":
        lines = open(path, encoding="utf-8").read().splitlines()
        score([(line.split("\t")[0], line.split("\t")[1:]) for line in lines])
    else:
        lines = open(path, encoding="utf-8").read().splitlines()
        for line, tokens in zip(lines, treebank(lines)):
            print(line + "\t" + tokens)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
