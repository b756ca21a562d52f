#!/usr/bin/env python3
"""Shuffles sets of documents into one file: `mix.py STAGE`, with STAGE a name in stages.json.

A share is a fraction or a multiple of a set's documents: 0.5 takes half of them, 2 takes them twice.
"""

import json
import sys
from pathlib import Path
from random import Random

HERE = Path(__file__).parent
WORK = HERE / 'work'


def mix(shares, r: Random):
    documents = []
    for name, share in shares.items():
        with open(WORK / 'documents' / f'{name}.jsonl', encoding='utf-8') as file:
            lines = file.readlines()  # not splitlines(): texts hold U+2028 and its kin
        documents += lines * int(share) + r.sample(lines, int(len(lines) * (share % 1)))
    r.shuffle(documents)
    return documents


def main(arguments):
    stages = json.loads((HERE / 'stages.json').read_text())['stages']
    if len(arguments) != 1 or arguments[0] not in stages:
        sys.exit(f'usage: mix.py {"|".join(stages)}')
    stage = arguments[0]
    documents = mix(stages[stage]['mix'], Random(5))
    (WORK / f'{stage}.jsonl').write_text(''.join(documents), encoding='utf-8')
    print(f'{stage}: {len(documents)} documents')


if __name__ == '__main__':
    main(sys.argv[1:])
