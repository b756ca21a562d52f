#!/usr/bin/env python3
"""Greedy answers to generated tasks that training never saw: `evaluate.py MODEL.gguf [COUNT]`.

The tasks come from the templates with a seed of their own. Counted are exact answers, answers that are valid JSON,
tool calls with the right name, and answers that end with the right number. It runs in PyTorch, so it measures the weights, not the server.
"""

import json
import re
import sys
from random import Random

from corpus import plain, tools
from gguf import read
from model import generate

SEED = 12345
KINDS = {'tools': tools.tool_calls, 'extraction': plain.extraction, 'arithmetic': plain.arithmetic}


def tasks(kind, r, count):
    """(prompt, expected answer) pairs; conversations without a tool call are left out of `tools`."""
    found = []
    for document in KINDS[kind](r, 10 * count):
        at = next(i for i, (_, learn) in enumerate(document) if learn)
        answer = document[at][0].removesuffix('<|im_end|>')
        if kind == 'tools' and '<tool_call>' not in answer:
            continue
        found.append((''.join(text for text, _ in document[:at]), answer))
        if len(found) == count:
            break
    return found


def parsed(text):
    body = text.removeprefix('<tool_call>\n').removesuffix('\n</tool_call>')
    try:
        return json.loads(body)
    except ValueError:
        return None


def last_number(text):
    return (re.findall(r'-?\d+', text) or [None])[-1]


def evaluate(model, tokenizer, kind, r, count):
    score = {'tasks': 0, 'too long': 0, 'exact': 0, 'valid JSON': 0, 'right tool': 0, 'right number': 0}
    for prompt, expected in tasks(kind, r, count):
        score['tasks'] += 1
        if len(tokenizer.encode(prompt)) + 120 > model.shape.context:
            score['too long'] += 1
            continue
        answer = tokenizer.decode(generate(model, tokenizer, prompt, 120))
        score['exact'] += answer == expected
        value = parsed(answer)
        score['valid JSON'] += isinstance(value, dict)
        if kind == 'tools':
            score['right tool'] += isinstance(value, dict) and value.get('name') == parsed(expected)['name']
        if kind == 'arithmetic':
            score['right number'] += last_number(answer) == last_number(expected)
    return score


if __name__ == '__main__':
    if len(sys.argv) not in (2, 3):
        sys.exit('usage: evaluate.py MODEL.gguf [COUNT]')
    loaded, r = read(sys.argv[1]), Random(SEED)
    for kind in KINDS:
        print(kind, evaluate(*loaded, kind, r, int(sys.argv[2]) if len(sys.argv) == 3 else 60), flush=True)
