"""Readers of the public data sets named in ../sources.json. Each takes the folder of one checkout."""

import csv
import json
import re
from pathlib import Path
from random import Random

from .document import Turn, conversation, exchange, to_json

SYSTEMS = ['You are a helpful assistant.', None, None, 'You are a friendly assistant. Answer shortly.']
UNWANTED = re.compile(r'\b(sex|rape|suicid|murder|kill(ed|er|ing)?|drugs?|porn|nazi|terroris)', re.I)
LONGEST_TOOLS = 2600  # characters of tool definitions that still leave room for a dialogue


def written_texts(r: Random, root: Path, kinds, longest):
    """snakes: blocks `question <start> answer <end>` in Markdown files named after their kind."""
    for kind in kinds:
        for path in sorted((root / 'training_data').glob(kind + '*.md')):
            for block in path.read_text(encoding='utf-8', errors='replace').split('<end>'):
                if block.count('<start>') != 1:
                    continue
                question, answer = (part.strip() for part in block.split('<start>'))
                if question and answer and len(question) + len(answer) <= longest and not UNWANTED.search(answer):
                    yield exchange(question.removeprefix('Question: '), answer.removeprefix('Answer: '),
                                   system=r.choice(SYSTEMS))


def service_tools(services):
    """Schema-guided dialogue: each intent of a service as a tool, keyed by (service, intent)."""
    tools = {}
    for service in services:
        slots = {slot['name']: slot for slot in service['slots']}
        for intent in service['intents']:
            properties = {}
            for name in intent['required_slots'] + list(intent['optional_slots']):
                slot = slots[name]
                properties[name] = {'type': 'string', 'description': slot['description']}
                if slot['is_categorical'] and 0 < len(slot['possible_values']) <= 8:
                    properties[name]['enum'] = slot['possible_values']
            tools[service['service_name'], intent['name']] = {
                'name': intent['name'],
                'description': intent['description'],
                'parameters': {'type': 'object', 'properties': properties, 'required': intent['required_slots']},
            }
    return tools


def dialogue_turns(dialogue):
    for turn in dialogue['turns']:
        if turn['speaker'] == 'USER':
            yield Turn('user', turn['utterance'])
            continue
        for frame in turn['frames']:
            if 'service_call' in frame:
                call = frame['service_call']
                yield Turn('assistant', '', ((call['method'], call['parameters']),))
                yield Turn('tool', to_json(frame.get('service_results', [])[:1]))
        yield Turn('assistant', turn['utterance'])


def guided_dialogues(root: Path):
    for split in ('train', 'dev', 'test'):
        tools = service_tools(json.loads((root / split / 'schema.json').read_text()))
        for path in sorted((root / split).glob('dialogues_*.json')):
            for dialogue in json.loads(path.read_text()):
                used = [tool for (service, _), tool in tools.items() if service in dialogue['services']]
                if len(to_json(used)) <= LONGEST_TOOLS:
                    yield conversation(list(dialogue_turns(dialogue)), tools=used)


def personality_chat(root: Path):
    for path in sorted((root / 'CSharp/Datasets').glob('Queries_*.tsv')):
        with open(path, encoding='utf-8-sig') as file:
            rows = list(csv.reader(file, delimiter='\t', quoting=csv.QUOTE_NONE))[1:]
        yield from (exchange(row[0], row[1]) for row in rows if len(row) > 1)


def chatterbot(root: Path):
    left_out = ('politics', 'gossip', 'psychology', 'tech_support')
    for path in sorted((root / 'chatterbot_corpus/data/english').glob('*.yml')):
        if path.stem in left_out:
            continue
        said = []
        for line in path.read_text(encoding='utf-8').split('\n'):
            if line.startswith('- - '):
                said = [line[4:].strip()]
            elif line.startswith('  - ') and said:
                said.append(line[4:].strip())
                if len(said) % 2 == 0:
                    yield conversation([Turn(('user', 'assistant')[i % 2], text) for i, text in enumerate(said)])
                else:
                    yield exchange(said[-2], said[-1])


def trivia(root: Path):
    for path in sorted((root / 'categories').glob('*')):
        for block in path.read_text(encoding='utf-8', errors='replace').split('#Q ')[1:]:
            question, _, rest = block.partition('\n^ ')
            yield exchange(question.replace('\n', ' '), rest.split('\n')[0].strip().rstrip('.') + '.')


def open_questions(root: Path):
    with open(root / 'chinkara-open_qa.jsonl', encoding='utf-8') as file:
        for line in file:
            question, _, answer = json.loads(line)['text'].partition('### Assistant:')
            if len(answer) < 900:
                yield exchange(question.replace('### Human:', ''), answer)
