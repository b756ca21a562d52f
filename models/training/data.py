#!/usr/bin/env python3
"""Makes the training documents: `data.py fetch` gets the sources with git, `data.py make [NAME...]` writes documents.

Sources go to `work/sources/<name>`, documents to `work/documents/<name>.jsonl` (see corpus/document.py for the form).
Without names every set is made. The sets that are templates alone need no source.
"""

import json
import subprocess
import sys
from pathlib import Path
from random import Random

from corpus import intents, plain, sources, tools, wild_tools, wordnet
from corpus.document import write

HERE = Path(__file__).parent
WORK = HERE / 'work'
SEED = 7

STORIES = ['generated-child', 'llama-stories', 'llama-slice-of-life']
TALES = ['generated-bedtime', 'generated-campfire', 'generated-scenes', 'generated-food']
EXPLANATIONS = ['llama-eli', 'llama-explanations', 'llama-wiki', 'llama-howto', 'llama-blog', 'generated-trivia',
                'generated-common', 'generated-jokes', 'generated-if']
WORDS = ['llama-sentences', 'llama-synonyms', 'generated-spelling', 'llama-paraphrase', 'llama-summaries',
         'llama-sentiment', 'generated-fill']
LONG_FORM = ['llama-textbook', 'generated-podcast', 'llama-debates', 'generated-shows', 'llama-song']
FORMATS = ['generated-extract', 'format-convertion', 'generated-sql']


def small_talk(at):
    yield from sources.personality_chat(at / 'personalitychat')
    yield from sources.chatterbot(at / 'chatterbot')


# name -> documents from randomness and the folder of sources
SETS = {
    'stories': lambda r, at: sources.written_texts(r, at / 'snakes', STORIES, 3500),
    'tales': lambda r, at: sources.written_texts(r, at / 'snakes', TALES, 4500),
    'explain': lambda r, at: sources.written_texts(r, at / 'snakes', EXPLANATIONS, 2500),
    'words': lambda r, at: sources.written_texts(r, at / 'snakes', WORDS, 3500),
    'longform': lambda r, at: sources.written_texts(r, at / 'snakes', LONG_FORM, 10**6),
    'formats': lambda r, at: sources.written_texts(r, at / 'snakes', FORMATS, 2500),
    'sgd': lambda r, at: sources.guided_dialogues(at / 'sgd'),
    'intents': lambda r, at: intents.intent_calls(r, at / 'snips', at / 'nlueval'),
    'smalltalk': lambda r, at: small_talk(at),
    'trivia': lambda r, at: sources.trivia(at / 'opentrivia'),
    'dolly': lambda r, at: sources.open_questions(at / 'dolly'),
    'oewn': lambda r, at: wordnet.word_definitions(r, at / 'oewn'),
    'toolcalls': lambda r, at: tools.tool_calls(r, 60_000),
    'extract': lambda r, at: plain.extraction(r, 30_000),
    'arith': lambda r, at: plain.arithmetic(r, 40_000),
    'unknown': lambda r, at: plain.unknown(r, 3_000),
    'echo': lambda r, at: plain.echo(r, 40_000),
    'wildtools': lambda r, at: wild_tools.WildTools(r, wordnet.lemmas(at / 'oewn')).documents(60_000),
}


def fetch():
    """Checks out each source at its commit, without its history."""
    for source in json.loads((HERE / 'sources.json').read_text()):
        target = WORK / 'sources' / source['name']
        if target.exists():
            continue
        target.mkdir(parents=True)
        git = ['git', '-C', str(target)]
        url = f'https://github.com/{source["repository"]}.git'
        subprocess.run([*git, 'init', '-q'], check=True)
        subprocess.run([*git, 'fetch', '-q', '--depth', '1', url, source['commit']], check=True)
        subprocess.run([*git, 'checkout', '-q', 'FETCH_HEAD'], check=True)
        print(source['name'], source['commit'])


def make(names):
    (WORK / 'documents').mkdir(parents=True, exist_ok=True)
    for name in names or SETS:
        # a generator of its own for each set: making one set does not depend on the others
        documents = SETS[name](Random(f'{SEED} {name}'), WORK / 'sources')
        count, characters = write(WORK / 'documents' / f'{name}.jsonl', documents)
        if count == 0:
            sys.exit(f'{name}: no documents; is its source in {WORK / "sources"}?')
        print(f'{name:12s} {count:7d} documents {characters / 1e6:8.2f} M characters', flush=True)


def main(arguments):
    match arguments:
        case ['fetch']:
            fetch()
        case ['make', *names] if all(name in SETS for name in names):
            make(names)
        case _:
            sys.exit(f'usage: data.py fetch | make [{"|".join(SETS)}]...')


if __name__ == '__main__':
    main(sys.argv[1:])
