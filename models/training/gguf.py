#!/usr/bin/env python3
"""Writes a model as GGUF, and reads such a file back: `gguf.py CHECKPOINT.pt OUT.gguf f16|q8_0`.

Reading knows only what writing needs: a `llama` model with these metadata, in F32, F16 and Q8_0.
"""

import struct
import sys
from pathlib import Path

import numpy as np
import torch

from model import Llama, Shape
from tokenizer import ADDED, CONTROL, TAGS, Tokenizer

HERE = Path(__file__).parent
ALIGNMENT = 32
U32, I32, F32, BOOL, STRING, ARRAY = 4, 5, 6, 7, 8, 9
PACKED = {U32: '<I', I32: '<i', F32: '<f', BOOL: '<?'}
TENSOR_F32, TENSOR_F16, TENSOR_Q8_0 = 0, 1, 8
NORMAL, TOKEN_CONTROL, USER_DEFINED, UNUSED = 1, 3, 4, 5


def q8_0(weights):
    """Blocks of 32 values: an f16 scale and 32 signed bytes."""
    blocks = weights.reshape(-1, 32).astype(np.float32)
    scale = np.abs(blocks).max(1) / 127
    inverse = np.divide(1, scale, out=np.zeros_like(scale), where=scale > 0)
    values = np.clip(np.rint(blocks * inverse[:, None]), -127, 127).astype(np.int8)
    return np.concatenate([scale.astype(np.float16)[:, None].view(np.uint8), values.view(np.uint8)], 1).tobytes()


def pack_string(text):
    data = text.encode()
    return struct.pack('<Q', len(data)) + data


def pack_entry(key, kind, value, item_kind=None):
    def one(kind, value):
        return pack_string(value) if kind == STRING else struct.pack(PACKED[kind], value)

    if kind == ARRAY:
        body = struct.pack('<IQ', item_kind, len(value)) + b''.join(one(item_kind, item) for item in value)
    else:
        body = one(kind, value)
    return pack_string(key) + struct.pack('<I', kind) + body


def metadata(shape, tokenizer, name, kind):
    tokens = list(tokenizer.tokens)
    types = [NORMAL] * tokenizer.first_added + [TOKEN_CONTROL] * len(CONTROL) + [USER_DEFINED] * len(TAGS)
    while len(tokens) < shape.vocabulary:
        tokens.append(f'<|unused{len(tokens)}|>')
        types.append(UNUSED)
    template = (HERE / 'chat-template.jinja').read_text(encoding='utf-8').removesuffix('\n')
    return [
        ('general.architecture', STRING, 'llama'),
        ('general.name', STRING, name),
        ('general.alignment', U32, ALIGNMENT),
        ('general.file_type', U32, {'f16': 1, 'q8_0': 7}[kind]),
        ('general.quantization_version', U32, 2),
        ('llama.context_length', U32, shape.context),
        ('llama.embedding_length', U32, shape.width),
        ('llama.block_count', U32, shape.layers),
        ('llama.feed_forward_length', U32, shape.feed_forward),
        ('llama.attention.head_count', U32, shape.heads),
        ('llama.attention.head_count_kv', U32, shape.kv_heads),
        ('llama.attention.layer_norm_rms_epsilon', F32, shape.epsilon),
        ('llama.rope.dimension_count', U32, shape.head_width),
        ('llama.rope.freq_base', F32, shape.rope_base),
        ('llama.vocab_size', U32, shape.vocabulary),
        ('tokenizer.ggml.model', STRING, 'gpt2'),
        ('tokenizer.ggml.pre', STRING, 'qwen2'),
        ('tokenizer.ggml.tokens', ARRAY, tokens, STRING),
        ('tokenizer.ggml.token_type', ARRAY, types, I32),
        ('tokenizer.ggml.merges', ARRAY, [' '.join(pair) for pair in tokenizer.merges], STRING),
        ('tokenizer.ggml.bos_token_id', U32, tokenizer.end_of_text),
        ('tokenizer.ggml.eos_token_id', U32, tokenizer.end_of_turn),
        ('tokenizer.ggml.padding_token_id', U32, tokenizer.end_of_text),
        ('tokenizer.ggml.add_bos_token', BOOL, False),
        ('tokenizer.chat_template', STRING, template),
    ]


def pack_tensor(weights, kind):
    """(ggml type, bytes); vectors stay in f32."""
    if weights.ndim == 1:
        return TENSOR_F32, weights.astype('<f4').tobytes()
    if kind == 'q8_0':
        return TENSOR_Q8_0, q8_0(weights)
    return TENSOR_F16, weights.astype('<f2').tobytes()


def write(model, tokenizer, path, kind, name='parley-tiny'):
    entries = metadata(model.shape, tokenizer, name, kind)
    infos, blobs, offset = [], [], 0
    for key, parameter in model.state_dict().items():
        weights = parameter.detach().float().numpy()
        ggml_type, data = pack_tensor(weights, kind)
        extents = b''.join(struct.pack('<Q', extent) for extent in weights.shape[::-1])
        infos.append(pack_string(key) + struct.pack('<I', weights.ndim) + extents
                     + struct.pack('<IQ', ggml_type, offset))
        blobs.append(data + bytes(-len(data) % ALIGNMENT))
        offset += len(blobs[-1])
    head = b'GGUF' + struct.pack('<IQQ', 3, len(infos), len(entries))
    head += b''.join(pack_entry(*entry) for entry in entries) + b''.join(infos)
    Path(path).write_bytes(head + bytes(-len(head) % ALIGNMENT) + b''.join(blobs))


class Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, form):
        (value,) = struct.unpack_from(form, self.data, self.at)
        self.at += struct.calcsize(form)
        return value

    def string(self):
        length = self.take('<Q')
        self.at += length
        return self.data[self.at - length : self.at].decode()

    def value(self, kind):
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            item, count = self.take('<I'), self.take('<Q')
            return [self.value(item) for _ in range(count)]
        return self.take(PACKED[kind])


def unpack_tensor(data, offset, extents, ggml_type):
    count = int(np.prod(extents))
    if ggml_type == TENSOR_Q8_0:
        blocks = np.frombuffer(data, np.uint8, count // 32 * 34, offset).reshape(-1, 34)
        scale = blocks[:, :2].copy().view(np.float16).astype(np.float32)
        weights = blocks[:, 2:].view(np.int8) * scale
    else:
        form = {TENSOR_F32: np.float32, TENSOR_F16: np.float16}[ggml_type]
        weights = np.frombuffer(data, form, count, offset).astype(np.float32)
    return torch.from_numpy(weights.reshape(extents[::-1]).copy())


def read(path):
    """(model, tokenizer) of a file that `write` made."""
    data = Path(path).read_bytes()
    reader = Reader(data)
    if reader.take('<4s') != b'GGUF' or reader.take('<I') != 3:
        sys.exit(f'{path}: not a GGUF file of version 3')
    tensors, entries = reader.take('<Q'), reader.take('<Q')
    meta = {}
    for _ in range(entries):
        key = reader.string()
        meta[key] = reader.value(reader.take('<I'))
    infos = []
    for _ in range(tensors):
        name = reader.string()
        extents = [reader.take('<Q') for _ in range(reader.take('<I'))]
        infos.append((name, extents, reader.take('<I'), reader.take('<Q')))
    start = reader.at + -reader.at % ALIGNMENT
    state = {name: unpack_tensor(data, start + offset, extents, kind) for name, extents, kind, offset in infos}
    model = Llama(Shape(
        vocabulary=meta['llama.vocab_size'], width=meta['llama.embedding_length'], layers=meta['llama.block_count'],
        heads=meta['llama.attention.head_count'], kv_heads=meta['llama.attention.head_count_kv'],
        feed_forward=meta['llama.feed_forward_length'], context=meta['llama.context_length'],
        rope_base=meta['llama.rope.freq_base'], epsilon=meta['llama.attention.layer_norm_rms_epsilon']))
    model.load_state_dict(state)
    tokens = meta['tokenizer.ggml.tokens']
    merges = [tuple(pair.split(' ')) for pair in meta['tokenizer.ggml.merges']]
    return model.eval(), Tokenizer(tokens[: tokens.index(ADDED[0])], merges)


def main(arguments):
    if len(arguments) != 3 or arguments[2] not in ('f16', 'q8_0'):
        sys.exit('usage: gguf.py CHECKPOINT.pt OUT.gguf f16|q8_0')
    from train import load

    checkpoint, out, kind = arguments
    write(load(checkpoint), Tokenizer.load(HERE / 'tokenizer.json'), out, kind)
    print(f'{out}: {Path(out).stat().st_size / 1e6:.2f} MB')


if __name__ == '__main__':
    main(sys.argv[1:])
