import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { encodeHeader, pad } from './header.mjs';
import { CHATML, metadata } from './metadata.mjs';
import { randomFiller } from './random.mjs';
import { bytesOf, listTensors, tensorData, valuesOf } from './tensors.mjs';
import { makeVocabulary } from './vocabulary.mjs';

/**
 * Writes a random-weight model, under another name until it is whole. The same options give the same bytes.
 * `template` is a chat template, or null for a file without one. Returns how many weights there are.
 */
export function writeGguf(path, { name, shape, type, seed = 1, template = CHATML }) {
  const tensors = listTensors(shape, type);
  const entries = metadata(name, shape, type, makeVocabulary(shape.vocabulary), template ?? undefined);
  const fill = randomFiller(seed);
  const file = openSync(`${path}.part`, 'w');
  try {
    writeSync(file, encodeHeader(entries, tensors));
    for (const tensor of tensors) {
      for (const data of tensorData(tensor, fill)) writeSync(file, data);
      writeSync(file, Buffer.alloc(pad(bytesOf(tensor)) - bytesOf(tensor)));
    }
  } finally {
    closeSync(file);
  }
  renameSync(`${path}.part`, path);
  return tensors.reduce((sum, tensor) => sum + valuesOf(tensor), 0);
}
