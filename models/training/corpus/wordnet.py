"""Open English WordNet: definitions as questions and answers, and the list of plain words.

The YAML files are read line by line: they are regular, and a YAML parser would be the only dependency of its kind.
"""

import re
from pathlib import Path
from random import Random

from .document import exchange

QUESTIONS = ['What is {a}?', 'Define {w}.', 'What does "{w}" mean?', 'What is the meaning of {w}?',
             'Explain the word {w}.']


def entry_files(root: Path):
    return sorted((root / 'src/yaml').glob('entries-*.yaml'))


def lemmas(root: Path):
    """Lower-case words of 3 to 11 letters."""
    found = []
    for path in entry_files(root):
        for line in path.read_text(encoding='utf-8').split('\n'):
            if line[:1] not in ('', ' ') and re.fullmatch('[a-z]{3,11}', word := line.strip().rstrip(':')):
                found.append(word)
    return found


def first_senses(root: Path):
    """(word, part of speech) -> id of its first synset."""
    senses = {}
    for path in entry_files(root):
        word = part = None
        for line in path.read_text(encoding='utf-8').split('\n'):
            if line[:1] not in ('', ' '):
                word, part = line.strip().rstrip(':').strip('\'"'), None
            elif re.match(r'  [nvars](-\d)?:$', line):
                part = line.strip()[0]
            elif (match := re.match(r'      synset: (\S+)', line)) and part:
                senses.setdefault((word, part), match[1])
    return senses


def definitions(root: Path):
    """Id of a synset -> its first definition."""
    found = {}
    for path in sorted((root / 'src/yaml').glob('*.yaml')):
        if 'entries' in path.name or 'frames' in path.name:
            continue
        synset, inside, text = None, False, ''
        for line in path.read_text(encoding='utf-8').split('\n'):
            if re.match(r"'?\d{8}-[nvars]'?:", line):
                synset, inside = line.strip().rstrip(':').strip("'"), False
            elif line.startswith('  definition:'):
                inside, text = True, ''
            elif inside and line.startswith('  - ') and not text:
                text = line[4:].strip()
            elif inside and line.startswith('    ') and text:
                text += ' ' + line.strip()
            elif inside:
                found.setdefault(synset, text.strip('\'"').replace("''", "'"))
                inside = False
    return found


def word_definitions(r: Random, root: Path):
    known = definitions(root)
    for (word, part), synset in first_senses(root).items():
        definition = known.get(synset)
        if not definition or part not in 'nva' or not re.fullmatch('[a-z][a-z -]{2,}', word):
            continue
        article = 'an' if word[0] in 'aeiou' else 'a'
        asked = f'{article} {word}' if part == 'n' else f'the meaning of {word}'
        start = f'{article.title()} {word} is ' if part == 'n' else f'"{word}" means '
        yield exchange(r.choice(QUESTIONS).format(a=asked, w=word), start + definition.split(';')[0].strip() + '.')
