#!/usr/bin/env python3
"""Continuations by transformers' generate, which GeneratorTest and GeneratedTextTest compare with.

  generate_torch.py MODEL              tokens, on the prompts of shared/golden/gpt2-lm
  generate_torch.py MODEL TOKENIZER    texts, with a directory of vocab.json and merges.txt
"""
import json
import sys

import torch
from transformers import GPT2LMHeadModel, GPT2Tokenizer

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
    "once": dict(num_beams=1, no_repeat_ngram_size=1),
    "onceBeam": dict(num_beams=4, no_repeat_ngram_size=1),
}
# Runs of their continuations are in these prompts already, when they may be repeated.
ECHOES = [
    [79, 48, 48, 79, 3, 79, 79, 1],
    [33, 33, 50, 33, 81, 35, 47, 78, 16],
    [33, 53, 81, 28, 43, 64, 56, 12, 7, 85],
    [79, 79],
]
ECHO_CASES = {
    "echo": dict(num_beams=1, no_repeat_ngram_size=2),
    "echoBeam": dict(num_beams=4, no_repeat_ngram_size=2),
    "echoThree": dict(num_beams=3, no_repeat_ngram_size=3),
}
TEXTS = ["the caf", "the end of the caf\u00e9 is", "The", "a\nb", "not in the caf\u00e9, but", "you"]
TEXT_CASES = {
    "greedy": dict(num_beams=1),
    "beam": dict(num_beams=3),
    "runs": dict(num_beams=1, no_repeat_ngram_size=2),
}

model = GPT2LMHeadModel.from_pretrained(sys.argv[1]).eval()


def continuation(prompt, **options):
    ids = torch.tensor([prompt])
    out = model.generate(
        ids, attention_mask=torch.ones_like(ids), do_sample=False, max_new_tokens=16, pad_token_id=0, **options)
    return out[0, len(prompt):].tolist()


if len(sys.argv) == 2:
    for cases, prompts in ((CASES, PROMPTS), (ECHO_CASES, ECHOES)):
        for name, options in cases.items():
            for prompt in prompts:
                tokens = continuation(prompt, eos_token_id=[99, 53, 30], **options)
                print("%s; %s; %s" % (name, " ".join(map(str, prompt)), " ".join(map(str, tokens))))
else:
    tokenizer = GPT2Tokenizer.from_pretrained(sys.argv[2])
    for name, options in TEXT_CASES.items():
        for text in TEXTS:
            tokens = continuation(tokenizer(text)["input_ids"], **options)
            decoded = tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False)
            print(json.dumps({"case": name, "prompt": text, "text": decoded}))
