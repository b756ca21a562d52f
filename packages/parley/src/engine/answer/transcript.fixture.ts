/** Test support: what a reader says of an output, checked against that output. */
import assert from 'node:assert/strict';
import type { AnswerPart, AnswerReader } from './format.ts';
import { seeded } from './random-text.fixture.ts';

/** Pieces of one answer, neighbours of a kind joined. */
export type Item =
  | { readonly text: string }
  | { readonly reasoning: string }
  | {
      readonly call: string;
      readonly arguments: string;
      readonly id?: string;
      /** Left out for functions. */
      readonly kind?: 'custom';
    };

/** All at once, code unit by code unit, or in pieces of random length. */
export type Cut = 'whole' | 'each' | { readonly seed: number };

export function readCut(reader: AnswerReader, output: string, cut: Cut): AnswerPart[] {
  const parts = pieces(output, cut).flatMap((piece) => reader.push(piece));
  return [...parts, ...reader.end()];
}

function pieces(output: string, cut: Cut): string[] {
  if (cut === 'whole') return [output];
  const random = cut === 'each' ? () => 0 : seeded(cut.seed);
  const found: string[] = [];
  for (let at = 0; at < output.length; ) {
    const length = 1 + Math.floor(random() * 12);
    found.push(output.slice(at, at + length));
    at += length;
  }
  return found;
}

/** Joins parts, and checks that they use up the output in its order. */
export function itemsOf(parts: readonly AnswerPart[], output: string): Item[] {
  const items: Item[] = [];
  let at = 0;
  for (const part of parts) {
    if (part.type === 'skip') at += part.length;
    else if (part.type === 'text' || part.type === 'reasoning') {
      assert.equal(
        part.text,
        output.slice(at, at + part.text.length),
        `at ${at} of ${JSON.stringify(output)}`,
      );
      at += part.text.length;
    }
    add(items, part);
  }
  assert.equal(
    at,
    output.length,
    `${at} of ${output.length} code units are accounted for: ${JSON.stringify(output)}`,
  );
  return items;
}

function add(items: Item[], part: AnswerPart): void {
  const last = items.at(-1);
  switch (part.type) {
    case 'skip':
      if (part.separates) add(items, { type: part.separates, text: '\n\n' });
      return;
    case 'text':
      if (last && 'text' in last) items[items.length - 1] = { text: last.text + part.text };
      else items.push({ text: part.text });
      return;
    case 'reasoning':
      if (last && 'reasoning' in last) items[items.length - 1] = { reasoning: last.reasoning + part.text };
      else items.push({ reasoning: part.text });
      return;
    case 'call': {
      const { name, id, kind } = part;
      items.push({
        call: name,
        arguments: '',
        ...(id !== undefined && { id }),
        ...(kind === 'custom' && { kind }),
      });
      return;
    }
    case 'arguments':
      assert.ok(last && 'call' in last, 'arguments without a call');
      items[items.length - 1] = { ...last, arguments: last.arguments + part.text };
  }
}
