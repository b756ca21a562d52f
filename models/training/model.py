"""A Llama model in plain PyTorch. Parameter names are those of GGUF, so that exporting is a copy."""

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn


@dataclass
class Shape:
    vocabulary: int
    width: int
    layers: int
    heads: int
    kv_heads: int
    feed_forward: int
    context: int
    rope_base: float = 10000.0
    epsilon: float = 1e-5

    @property
    def head_width(self):
        return self.width // self.heads


class RMSNorm(nn.Module):
    def __init__(self, width, epsilon):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x):
        x = x.float()
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon) * self.weight


def rotate(x, cos, sin):
    """Rotary positions on interleaved pairs, as llama.cpp's `llama` architecture expects."""
    a, b = x[..., 0::2], x[..., 1::2]
    return torch.stack((a * cos - b * sin, a * sin + b * cos), -1).flatten(-2)


class Block(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        kv_width = shape.kv_heads * shape.head_width
        self.attn_norm = RMSNorm(shape.width, shape.epsilon)
        self.ffn_norm = RMSNorm(shape.width, shape.epsilon)
        self.attn_q = nn.Linear(shape.width, shape.width, bias=False)
        self.attn_k = nn.Linear(shape.width, kv_width, bias=False)
        self.attn_v = nn.Linear(shape.width, kv_width, bias=False)
        self.attn_output = nn.Linear(shape.width, shape.width, bias=False)
        self.ffn_gate = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.ffn_up = nn.Linear(shape.width, shape.feed_forward, bias=False)
        self.ffn_down = nn.Linear(shape.feed_forward, shape.width, bias=False)

    def forward(self, x, cos, sin):
        return self.feed_forward(self.attention(x, cos, sin))

    def attention(self, x, cos, sin):
        shape = self.shape
        batch, length, _ = x.shape
        h = self.attn_norm(x)

        def heads(projected, count):
            return projected.view(batch, length, count, shape.head_width).transpose(1, 2)

        q = rotate(heads(self.attn_q(h), shape.heads), cos, sin)
        k = rotate(heads(self.attn_k(h), shape.kv_heads), cos, sin)
        v = heads(self.attn_v(h), shape.kv_heads)
        k, v = (t.repeat_interleave(shape.heads // shape.kv_heads, 1) for t in (k, v))
        out = F.scaled_dot_product_attention(q.to(v.dtype), k.to(v.dtype), v, is_causal=True)
        return x + self.attn_output(out.transpose(1, 2).reshape(batch, length, shape.width))

    def feed_forward(self, x):
        h = self.ffn_norm(x)
        return x + self.ffn_down(F.silu(self.ffn_gate(h)) * self.ffn_up(h))


class Llama(nn.Module):
    def __init__(self, shape):
        super().__init__()
        self.shape = shape
        self.token_embd = nn.Embedding(shape.vocabulary, shape.width)  # tied with the output layer
        self.blk = nn.ModuleList(Block(shape) for _ in range(shape.layers))
        self.output_norm = RMSNorm(shape.width, shape.epsilon)
        steps = torch.arange(0, shape.head_width, 2).float() / shape.head_width
        angles = torch.outer(torch.arange(shape.context).float(), shape.rope_base**-steps)
        self.register_buffer('cos', angles.cos(), persistent=False)
        self.register_buffer('sin', angles.sin(), persistent=False)
        self.initialise()

    def initialise(self):
        residual = 1 / math.sqrt(2 * self.shape.layers)
        for name, parameter in self.named_parameters():
            if parameter.dim() > 1:
                scale = residual if name.endswith(('attn_output.weight', 'ffn_down.weight')) else 1
                nn.init.normal_(parameter, std=0.02 * scale)

    def forward(self, ids):
        """Logits of every position. `ids` is (batch, length), length at most the context."""
        x = self.token_embd(ids)
        length = ids.shape[1]
        for block in self.blk:
            x = block(x, self.cos[:length], self.sin[:length])
        return F.linear(self.output_norm(x), self.token_embd.weight)

    def loss(self, ids, targets, weights):
        """Cross entropy of the next tokens, weighted token by token."""
        logits = self(ids).float().flatten(0, 1)
        losses = F.cross_entropy(logits, targets.reshape(-1), reduction='none')
        weights = weights.reshape(-1).float()
        return (losses * weights).sum() / weights.sum().clamp(min=1)


@torch.no_grad()
def generate(model, tokenizer, text, limit, temperature=0.0):
    """Token ids of the continuation, without the token that ended it. No KV cache: it is short and never served."""
    ids = tokenizer.encode(text)
    start = len(ids)
    while len(ids) - start < limit:
        logits = model(torch.tensor([ids[-model.shape.context :]]))[0, -1]
        if temperature == 0:
            token = int(logits.argmax())
        else:
            token = int(torch.multinomial((logits / temperature).softmax(-1), 1))
        if token in (tokenizer.end_of_text, tokenizer.end_of_turn):
            break
        ids.append(token)
    return ids[start:]
