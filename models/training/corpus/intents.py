"""Real utterances with marked slots as tool calls, with other intents as distractors."""

import csv
import json
import re
from pathlib import Path
from random import Random

from .document import Turn, conversation

SLOT = re.compile(r'\[([^:\]]+):([^\]]+)\]')
SLOT_TEXT = re.compile(r'\[[^:\]]+:\s*([^\]]+?)\s*\]')


def snips(root: Path):
    """(intent, utterance, slots)"""
    for path in sorted(root.glob('2017*/*/train_*_full.json')):
        for intent, items in json.loads(path.read_text(encoding='latin1')).items():
            for item in items:
                text = ''.join(part['text'] for part in item['data']).strip()
                yield intent, text, {part['entity']: part['text'].strip() for part in item['data'] if 'entity' in part}


def nlu_evaluation(root: Path):
    """(intent, utterance, slots); the folds repeat each other, so each answer id is taken once."""
    seen = set()
    folds = 'CrossValidation/autoGeneFromRealAnno/*/CrossValidation/KFold_*/*/**/*.csv'
    for path in sorted(root.glob(folds)):
        with open(path, encoding='utf-8', errors='replace') as file:
            for row in csv.reader(file, delimiter=';'):
                if len(row) < 6 or row[0] in seen or row[0] == 'answerid':
                    continue
                seen.add(row[0])
                if row[1] != 'general':
                    slots = {name.strip(): value.strip() for name, value in SLOT.findall(row[3])}
                    yield f'{row[1]}_{row[2]}', SLOT_TEXT.sub(r'\1', row[3]), slots


def count_slots(rows):
    """Intent -> slot -> how many utterances have it."""
    counts = {}
    for intent, _, slots in rows:
        known = counts.setdefault(intent, {})
        for name in slots:
            known[name] = known.get(name, 0) + 1
    return counts


def definition(intent, counts):
    description = re.sub('([a-z])([A-Z])', r'\1 \2', intent).replace('_', ' ').capitalize()
    properties = {name: {'type': 'string'} for name, count in counts[intent].items() if count >= 5}
    return {'name': intent, 'description': description, 'parameters': {'type': 'object', 'properties': properties}}


def intent_calls(r: Random, snips_root: Path, nlu_root: Path):
    rows = [*snips(snips_root), *nlu_evaluation(nlu_root)]
    counts = count_slots(rows)
    for intent, text, slots in rows:
        tool = definition(intent, counts)
        arguments = {name: slots[name] for name in tool['parameters']['properties'] if name in slots}
        others = [other for other in r.sample(sorted(counts), r.choice([0, 1, 1, 2])) if other != intent]
        tools = [tool, *(definition(other, counts) for other in others)]
        r.shuffle(tools)
        yield conversation([Turn('user', text), Turn('assistant', '', ((intent, arguments),))], tools=tools)
