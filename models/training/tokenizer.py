"""Byte-level BPE with the qwen2 pre-tokenizer (digits split singly), as GGUF's `gpt2` tokenizer model reads it."""

import collections
import heapq
import json
import re
import unicodedata
from pathlib import Path

CONTROL = ['<|endoftext|>', '<|im_start|>', '<|im_end|>']  # never printed
TAGS = ['<tools>', '</tools>', '<tool_call>', '</tool_call>', '<tool_response>', '</tool_response>']  # printed
ADDED = CONTROL + TAGS


def byte_characters():
    """GPT-2's table: every byte as one printable character."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    extra = iter(range(256, 512))
    return {byte: chr(byte if byte in printable else next(extra)) for byte in range(256)}


BYTE_TO_CHARACTER = byte_characters()
CHARACTER_TO_BYTE = {character: byte for byte, character in BYTE_TO_CHARACTER.items()}


def character_class(letter):
    """The Unicode category as ranges for a character class; Python's `re` has no \\p{L}."""
    ranges, start = [], None
    for point in range(0x110001):
        inside = point < 0x110000 and unicodedata.category(chr(point))[0] == letter
        if inside and start is None:
            start = point
        if not inside and start is not None:
            ranges.append(f'\\U{start:08x}-\\U{point - 1:08x}')
            start = None
    return ''.join(ranges)


def pretokenizer():
    letters, numbers = character_class('L'), character_class('N')
    return re.compile(
        r"'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]"
        rf'|[^\r\n{letters}{numbers}]?[{letters}]+|[{numbers}]| ?[^\s{letters}{numbers}]+[\r\n]*'
        r'|\s*[\r\n]+|\s+(?!\S)|\s+'
    )


PRETOKENIZER = pretokenizer()


def merge(word, pair, joined):
    out, at = [], 0
    while at < len(word):
        if tuple(word[at : at + 2]) == pair:
            out.append(joined)
            at += 2
        else:
            out.append(word[at])
            at += 1
    return out


def train(texts, vocabulary_size):
    """Returns (vocabulary, merges). Words seen once are left out: they only slow it down."""
    counts = collections.Counter()
    for text in texts:
        counts.update(PRETOKENIZER.findall(text))
    words = [([BYTE_TO_CHARACTER[b] for b in word.encode()], n) for word, n in counts.items() if n > 1]
    vocabulary, merges = sorted(BYTE_TO_CHARACTER.values()), []
    known = set(vocabulary)
    pairs, places = collections.Counter(), collections.defaultdict(set)
    for index, (word, count) in enumerate(words):
        for pair in zip(word, word[1:]):
            pairs[pair] += count
            places[pair].add(index)
    heap = [(-count, pair) for pair, count in pairs.items()]
    heapq.heapify(heap)
    while len(vocabulary) + len(ADDED) < vocabulary_size and heap:
        count, pair = heapq.heappop(heap)
        if count == 0 or pairs.get(pair, 0) != -count:
            continue  # an outdated entry
        joined = pair[0] + pair[1]
        merges.append(pair)
        if joined not in known:
            known.add(joined)
            vocabulary.append(joined)
        touched = set()
        for index in places.pop(pair):
            word, n = words[index]
            for old in zip(word, word[1:]):
                pairs[old] -= n
                touched.add(old)
            word = merge(word, pair, joined)
            words[index] = (word, n)
            for new in zip(word, word[1:]):
                pairs[new] += n
                places[new].add(index)
                touched.add(new)
        for changed in touched:
            if pairs[changed] > 0:
                heapq.heappush(heap, (-pairs[changed], changed))
        del pairs[pair]
    return vocabulary, merges


class Tokenizer:
    def __init__(self, vocabulary, merges):
        self.tokens = vocabulary + ADDED
        self.merges = [tuple(pair) for pair in merges]
        self.ids = {token: index for index, token in enumerate(self.tokens)}
        self.first_added = len(vocabulary)
        self.end_of_text, self.start_of_turn, self.end_of_turn = (self.ids[token] for token in CONTROL)
        self._rank = {pair: index for index, pair in enumerate(self.merges)}
        self._split = re.compile('(' + '|'.join(map(re.escape, ADDED)) + ')')
        self._cache = {}

    @classmethod
    def load(cls, path):
        data = json.loads(Path(path).read_text(encoding='utf-8'))
        return cls(data['vocab'], data['merges'])

    def save(self, path):
        data = {'vocab': self.tokens[: self.first_added], 'merges': self.merges}
        Path(path).write_text(json.dumps(data), encoding='utf-8')

    def _encode_word(self, word):
        if (known := self._cache.get(word)) is not None:
            return known
        parts = [BYTE_TO_CHARACTER[b] for b in word.encode()]
        last = len(self.merges)
        while len(parts) > 1:
            rank, at = min((self._rank.get(pair, last), i) for i, pair in enumerate(zip(parts, parts[1:])))
            if rank == last:
                break
            parts[at : at + 2] = [parts[at] + parts[at + 1]]
        ids = [self.ids[part] for part in parts]
        if len(self._cache) < 500_000:
            self._cache[word] = ids
        return ids

    def encode(self, text, added=True):
        """Token ids; `added` says whether the names of control tokens and tags become those tokens."""
        ids = []
        for part in self._split.split(text) if added else [text]:
            if added and part in ADDED:
                ids.append(self.ids[part])
            else:
                for word in PRETOKENIZER.findall(part):
                    ids += self._encode_word(word)
        return ids

    def decode(self, ids):
        data = b''
        for index in ids:
            token = self.tokens[index]
            data += token.encode() if index >= self.first_added else bytes(CHARACTER_TO_BYTE[c] for c in token)
        return data.decode(errors='replace')
