#!/usr/bin/env python3
"""Trains the stages of stages.json, one after the other.

  train.py tokenizer          work/a.jsonl and work/b.jsonl -> tokenizer.json (only to change the vocabulary)
  train.py prepare STAGE      work/STAGE.jsonl -> work/STAGE.ids (uint16) and work/STAGE.learn (uint8)
  train.py run STAGE          -> work/STAGE.pt

`run` takes `minutes=`, `steps=`, `threads=` and `device=` after the stage to differ from stages.json.
"""

import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn

import tokenizer as bpe
from model import Llama, Shape

HERE = Path(__file__).parent
WORK = HERE / 'work'
TOKENIZER = HERE / 'tokenizer.json'


@dataclass
class Settings:
    """How a stage is trained. The learning rate warms up, stays, and falls to 0 over the last `decay` of the run."""

    minutes: float
    learning_rate: float
    warmup_steps: int
    start_from: str | None = None
    batch: int = 8
    weight_decay: float = 0.1
    prompt_weight: float = 0.3  # loss on prompt tokens: copying is learned there
    decay: float = 0.3
    steps: int = 10**9
    threads: int = 1
    seed: int = 0
    device: str = 'cpu'

    def rate(self, step, done):
        return self.learning_rate * min(1, (step + 1) / self.warmup_steps) * min(1, (1 - done) / self.decay)


def prepare(stage):
    """Documents to tokens. Each ends with <|endoftext|>, which is learned."""
    tokenizer = bpe.Tokenizer.load(TOKENIZER)
    total = 0
    with (open(WORK / f'{stage}.jsonl', encoding='utf-8') as documents,
          open(WORK / f'{stage}.ids', 'wb') as ids_file, open(WORK / f'{stage}.learn', 'wb') as learn_file):
        for line in documents:
            ids, learn = [], []
            for text, weight in json.loads(line):
                segment = tokenizer.encode(text)
                ids += segment
                learn += [weight] * len(segment)
            ids.append(tokenizer.end_of_text)
            learn.append(1)
            ids_file.write(np.array(ids, dtype=np.uint16).tobytes())
            learn_file.write(np.array(learn, dtype=np.uint8).tobytes())
            total += len(ids)
    print(f'{stage}: {total} tokens')


class Data:
    """Windows of a stage's tokens. The last 2 % (at most 100,000 tokens) are held out."""

    def __init__(self, stage, context, device):
        ids = np.fromfile(WORK / f'{stage}.ids', dtype=np.uint16).astype(np.int32)
        self.ids = torch.from_numpy(ids).to(device)
        self.learn = torch.from_numpy(np.fromfile(WORK / f'{stage}.learn', dtype=np.uint8)).to(device)
        self.window = torch.arange(context + 1, device=device)
        self.context = context
        self.held_out = len(ids) - min(len(ids) // 50, 100_000)
        if len(ids) - self.held_out <= context + 1:
            sys.exit(f'{stage}: {len(ids)} tokens are too few')

    def batch(self, rng, count, held_out=False):
        """(inputs, targets, learn), each (count, context)"""
        low, high = (self.held_out, len(self.ids)) if held_out else (0, self.held_out)
        starts = torch.from_numpy(rng.integers(low, high - self.context - 1, count)).to(self.ids.device)
        at = starts[:, None] + self.window
        tokens = self.ids[at].long()
        return tokens[:, :-1], tokens[:, 1:], self.learn[at[:, 1:]]


def optimizer_of(model, settings):
    """Weight decay for matrices, none for the norms."""
    matrices = [p for p in model.parameters() if p.dim() > 1]
    vectors = [p for p in model.parameters() if p.dim() < 2]
    groups = [{'params': matrices, 'weight_decay': settings.weight_decay}, {'params': vectors, 'weight_decay': 0}]
    return torch.optim.AdamW(groups, lr=settings.learning_rate, betas=(0.9, 0.95))


def autocast(settings):
    return torch.autocast('cuda' if 'cuda' in settings.device else 'cpu', dtype=torch.bfloat16)


@torch.no_grad()
def held_out_loss(model, data, settings):
    """Mean loss of what is to be learned, on the same six batches every time."""
    rng = np.random.default_rng(1)
    with autocast(settings):
        return sum(model.loss(*data.batch(rng, 8, held_out=True)).item() for _ in range(6)) / 6


def run(stage, shape, settings):
    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads)
    rng = np.random.default_rng(settings.seed)
    model = Llama(shape).to(settings.device)
    if settings.start_from:
        model.load_state_dict(torch.load(WORK / f'{settings.start_from}.pt', map_location=settings.device)['state'])
    loss_of = torch.compile(model.loss) if 'cuda' in settings.device else model.loss
    data, optimizer = Data(stage, shape.context, settings.device), optimizer_of(model, settings)
    print(f'{sum(p.numel() for p in model.parameters()) / 1e6:.2f} M parameters, {data.held_out / 1e6:.1f} M tokens')
    start, step, loss = time.monotonic(), 0, None
    while (done := max((time.monotonic() - start) / (settings.minutes * 60), step / settings.steps)) < 1:
        for group in optimizer.param_groups:
            group['lr'] = settings.rate(step, done)
        with autocast(settings):
            inputs, targets, learn = data.batch(rng, settings.batch)
            loss = loss_of(inputs, targets, learn + (1 - learn) * settings.prompt_weight)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        step += 1
        if step % 50 == 0:
            held_out = f' held out {held_out_loss(model, data, settings):.3f}' if step % 250 == 0 else ''
            speed = step * settings.batch * shape.context / (time.monotonic() - start)
            print(f'step {step} loss {loss.item():.3f}{held_out} {speed:.0f} tokens/s', flush=True)
    print(f'{step} steps, {step * settings.batch * shape.context / 1e6:.2f} M tokens, '
          f'held out {held_out_loss(model, data, settings):.4f}')
    torch.save({'shape': asdict(shape), 'state': model.state_dict()}, WORK / f'{stage}.pt')


def load(path):
    saved = torch.load(path, map_location='cpu')
    model = Llama(Shape(**saved['shape']))
    model.load_state_dict(saved['state'])
    return model.eval()


def train_tokenizer(size):
    def texts():
        for stage in ('a', 'b'):
            with open(WORK / f'{stage}.jsonl', encoding='utf-8') as documents:
                for line in documents:
                    yield ''.join(text for text, _ in json.loads(line))

    bpe.Tokenizer(*bpe.train(texts(), size)).save(TOKENIZER)


def main(arguments):
    plan = json.loads((HERE / 'stages.json').read_text())
    shape, stages = Shape(**plan['shape']), plan['stages']
    match arguments:
        case ['tokenizer']:
            train_tokenizer(shape.vocabulary)
        case ['prepare', stage] if stage in stages:
            prepare(stage)
        case ['run', stage, *changes] if stage in stages:
            settings = {key: value for key, value in stages[stage].items() if key != 'mix'}
            for key, value in (change.split('=', 1) for change in changes):
                settings[key] = {'minutes': float, 'steps': int, 'threads': int, 'device': str}[key](value)
            run(stage, shape, Settings(**settings))
        case _:
            sys.exit(__doc__)


if __name__ == '__main__':
    main(sys.argv[1:])
