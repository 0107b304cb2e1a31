#!/usr/bin/env python3
"""Continuations by transformers' generate, which GeneratorTest compares with.

  generate_torch.py MODEL     on the prompts of shared/golden/gpt2-lm
"""
import sys

import torch
from transformers import GPT2LMHeadModel

PROMPTS = [
    [49, 52, 75, 93, 8, 18, 81, 93, 28, 34, 85, 44],
    [30, 81, 28, 43, 64, 56, 12, 7, 85],
    [81, 35, 47, 78, 16],
    [3],
]
CASES = {
    "greedy": dict(num_beams=1),
    "beam": dict(num_beams=4),
    "short": dict(num_beams=4, length_penalty=-1.0),
    "long": dict(num_beams=3, length_penalty=2.0),
    "early": dict(num_beams=4, early_stopping=True),
    "ngram": dict(num_beams=3, no_repeat_ngram_size=2, length_penalty=0.8),
}

model = GPT2LMHeadModel.from_pretrained(sys.argv[1]).eval()
for name, options in CASES.items():
    for prompt in PROMPTS:
        ids = torch.tensor([prompt])
        out = model.generate(
            ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=16,
            eos_token_id=[99, 53, 30], pad_token_id=0, **options)
        tokens = out[0, len(prompt):].tolist()
        print("%s; %s; %s" % (name, " ".join(map(str, prompt)), " ".join(map(str, tokens))))
