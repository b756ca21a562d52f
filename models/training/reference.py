#!/usr/bin/env python3
"""Reference values that the engine's tests compare with: `reference.py MODEL.gguf > ../reference.json`.

For each text: its token ids, the five most probable next tokens, the mean negative log-likelihood of the text
(nats per token) and the greedy continuation of up to 60 tokens. Computed by PyTorch in float32; make it from the f16 file.
"""

import json
import sys

import torch

from gguf import read
from model import generate

TOOL = (
    '{"name": "get_weather", "parameters": {"type": "object", "properties": {"location": {"type": "string"}, '
    '"unit": {"type": "string", "enum": ["celsius", "fahrenheit"]}}, "required": ["location"]}}'
)
TEXTS = [
    'Once upon a time, there was a little girl named Lily.',
    'What is 12 + 7?',
    'It\'s 2024-05-17; don\'t   panic!\n\n  Naïve café – 東京 🙂 \t x_y {"a": [1, 2.5]}\r\nEND',
    '<|im_start|>user\nHello!<|im_end|>\n<|im_start|>assistant\n',
    f'<|im_start|>system\nTools:\n<tools>\n{TOOL}\n</tools><|im_end|>\n<|im_start|>user\n'
    'What is the weather in Paris in celsius?<|im_end|>\n<|im_start|>assistant\n',
]


def reference(model, tokenizer, text):
    ids = tokenizer.encode(text)
    with torch.no_grad():
        logits = model(torch.tensor([ids]))[0]
    top = logits[-1].softmax(-1).topk(5)
    of_text = logits[:-1].log_softmax(-1).gather(1, torch.tensor(ids[1:])[:, None])
    greedy = generate(model, tokenizer, text, 60)
    return {
        'text': text,
        'ids': ids,
        'top': [[int(token), float(p)] for token, p in zip(top.indices, top.values)],
        'nll': float(-of_text.mean()),
        'greedy': greedy,
        'greedyText': tokenizer.decode(greedy),
    }


if __name__ == '__main__':
    if len(sys.argv) != 2:
        sys.exit('usage: reference.py MODEL.gguf')
    print(json.dumps([reference(*read(sys.argv[1]), text) for text in TEXTS]))
