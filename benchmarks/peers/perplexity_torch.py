#!/usr/bin/env python3
"""Perplexity of a GPT-2 directory by PyTorch and transformers, in float64.

Windows slide over the text so that every token but the first is predicted exactly once, each from
up to CONTEXT tokens before it; what PerplexityEvaluationTest and `lrfbench eval --task lm` give.

  perplexity_torch.py MODEL TEXT CONTEXT STRIDE [WINDOWS]   with the directory's tokenizer
  perplexity_torch.py MODEL ids:COUNT CONTEXT STRIDE        on token ids (i * i * 7 + i * 3) % 100
  perplexity_torch.py --random DIR TOKENIZER                writes a small GPT-2 with random weights
"""
import math
import sys

import torch
from transformers import AutoTokenizer, GPT2Config, GPT2LMHeadModel


def write_random(directory, tokenizer):
    torch.manual_seed(0)
    tokens = AutoTokenizer.from_pretrained(tokenizer)
    config = GPT2Config(
        vocab_size=len(tokens), n_positions=256, n_embd=64, n_layer=2, n_head=4,
        bos_token_id=tokens.eos_token_id, eos_token_id=tokens.eos_token_id, initializer_range=0.2)
    GPT2LMHeadModel(config).save_pretrained(directory)
    tokens.save_pretrained(directory)


def main(model, text, context, stride, windows=0):
    net = GPT2LMHeadModel.from_pretrained(model, dtype=torch.float64).eval()
    if text.startswith("ids:"):
        ids = torch.tensor([(i * i * 7 + i * 3) % 100 for i in range(int(text[4:]))])
    else:
        tokenizer = AutoTokenizer.from_pretrained(model)
        content = open(text, encoding="utf-8", newline="").read()
        ids = tokenizer(content, return_tensors="pt", add_special_tokens=False).input_ids[0]
    total, count, done, number = 0.0, 0, 0, 0
    end = min(context, len(ids) - 1)
    with torch.no_grad():
        while done < end and (windows == 0 or number < windows):
            begin = max(0, end - context)
            logits = net(ids[None, begin:end]).logits[0, done - begin :]
            total += torch.nn.functional.cross_entropy(logits, ids[done + 1 : end + 1], reduction="sum").item()
            count += end - done
            done, end, number = end, min(end + stride, len(ids) - 1), number + 1
    print("tokens %d" % count)
    print("loss %.10f" % (total / count))
    print("perplexity %.8f" % math.exp(total / count))


if __name__ == "__main__":
    if sys.argv[1] == "--random":
        write_random(sys.argv[2], sys.argv[3])
    else:
        main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
