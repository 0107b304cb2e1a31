#!/usr/bin/env python3
"""Perplexity of a GPT-2 directory by PyTorch and transformers, in float64.

Windows slide over the text so that every token but the first is predicted exactly once, each from
up to CONTEXT tokens before it; what PerplexityEvaluationTest and `lrfbench eval --task lm` give.

  perplexity_torch.py MODEL TEXT CONTEXT STRIDE [WINDOWS]   with the directory's tokenizer
  perplexity_torch.py MODEL ids:COUNT CONTEXT STRIDE        on token ids (i * i * 7 + i * 3) % 100
  perplexity_torch.py MODEL TEXT CONTEXT STRIDE transformers|rolling   as `--windows` says
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
    if windows in ("transformers", "rolling"):
        prefix = 0 if text.startswith("ids:") else tokenizer.bos_token_id
        totals = transformers_windows(net, ids, context, stride) if windows == "transformers" else rolling_windows(
            net, ids.tolist(), prefix, context)
        return tell(*totals)
    total, count, done, number = 0.0, 0, 0, 0
    end = min(context, len(ids) - 1)
    with torch.no_grad():
        while done < end and (windows == 0 or number < windows):
            begin = max(0, end - context)
            logits = net(ids[None, begin:end]).logits[0, done - begin :]
            total += torch.nn.functional.cross_entropy(logits, ids[done + 1 : end + 1], reduction="sum").item()
            count += end - done
            done, end, number = end, min(end + stride, len(ids) - 1), number + 1
    tell(total, count)


def transformers_windows(net, ids, context, stride):
    """As https://huggingface.co/docs/transformers/perplexity does."""
    total, count, before = 0.0, 0, 0
    for begin in range(0, len(ids), stride):
        end = min(begin + context, len(ids))
        inputs = ids[None, begin:end]
        targets = inputs.clone()
        targets[:, : -(end - before)] = -100
        weight = (targets != -100).sum().item() - 1
        if weight > 0:
            with torch.no_grad():
                total += net(inputs, labels=targets).loss.item() * weight
            count += weight
        before = end
        if end == len(ids):
            break
    return total, count


def rolling_windows(net, ids, prefix, context):
    """As loglikelihood_rolling of lm-evaluation-harness does."""
    from lm_eval.utils import get_rolling_token_windows

    total, count = 0.0, 0
    for inputs, targets in get_rolling_token_windows(ids, prefix, context, 1):
        with torch.no_grad():
            logits = net(torch.tensor([inputs])).logits[0, -len(targets) :]
        total += torch.nn.functional.cross_entropy(logits, torch.tensor(targets), reduction="sum").item()
        count += len(targets)
    return total, count


def tell(total, count):
    print("tokens %d" % count)
    print("loss %.10f" % (total / count))
    print("perplexity %.8f" % math.exp(total / count))


if __name__ == "__main__":
    if sys.argv[1] == "--random":
        write_random(sys.argv[2], sys.argv[3])
    else:
        main(sys.argv[1], sys.argv[2], *(int(a) if a.isdigit() else a for a in sys.argv[3:]))
