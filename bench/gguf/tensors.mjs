import { toHalf } from './random.mjs';

/** ggml's tensor types: id, values and bytes of a block, and the `general.file_type` of a file made of them. */
export const TYPES = {
  F32: { id: 0, values: 1, bytes: 4, fileType: 0 },
  F16: { id: 1, values: 1, bytes: 2, fileType: 1 },
  Q4_0: { id: 2, values: 32, bytes: 18, fileType: 2 },
  Q8_0: { id: 8, values: 32, bytes: 34, fileType: 7 },
};
/** Standard deviations of uniform integers: 256 and 16 of them. */
const DEVIATION = { Q8_0: 73.9, Q4_0: 4.61 };
const BLOCKS_AT_ONCE = 1 << 16;

/** The tensors of a `llama` model. `deviation` is that of the weights; undefined: a norm, all ones, in F32. */
export function listTensors(shape, type) {
  const queries = shape.heads * shape.headWidth;
  const keys = shape.kvHeads * shape.headWidth;
  const matrix = (name, columns, rows, gain) => ({
    name,
    extents: [columns, rows],
    type,
    deviation: gain / Math.sqrt(columns),
  });
  const norm = (name) => ({ name, extents: [shape.width], type: 'F32', deviation: undefined });
  const blocks = Array.from({ length: shape.layers }, (_, i) => [
    norm(`blk.${i}.attn_norm.weight`),
    matrix(`blk.${i}.attn_q.weight`, shape.width, queries, 1.2),
    matrix(`blk.${i}.attn_k.weight`, shape.width, keys, 1.2),
    matrix(`blk.${i}.attn_v.weight`, shape.width, keys, 1),
    matrix(`blk.${i}.attn_output.weight`, queries, shape.width, 1),
    norm(`blk.${i}.ffn_norm.weight`),
    matrix(`blk.${i}.ffn_gate.weight`, shape.width, shape.feedForward, 1),
    matrix(`blk.${i}.ffn_up.weight`, shape.width, shape.feedForward, 1),
    matrix(`blk.${i}.ffn_down.weight`, shape.feedForward, shape.width, 1),
  ]);
  return [
    // embeddings of deviation 1 and logits of deviation about 3 make distributions that look like a model's
    matrix('token_embd.weight', shape.width, shape.vocabulary, Math.sqrt(shape.width)),
    ...blocks.flat(),
    norm('output_norm.weight'),
    matrix('output.weight', shape.width, shape.vocabulary, 3),
  ];
}

export const valuesOf = (tensor) => tensor.extents.reduce((a, b) => a * b, 1);
export const bytesOf = (tensor) => (valuesOf(tensor) / TYPES[tensor.type].values) * TYPES[tensor.type].bytes;

function fillQuantized(buffer, tensor) {
  const { bytes } = TYPES[tensor.type];
  const scale = toHalf(tensor.deviation / DEVIATION[tensor.type]);
  for (let at = 0; at < buffer.length; at += bytes) buffer.writeUInt16LE(scale, at);
}

function fillPlain(buffer, tensor, words) {
  const scale = (tensor.deviation * Math.sqrt(3)) / 2 ** 31; // uniform with that deviation
  if (tensor.type === 'F32') {
    for (let i = 0; i < words.length; i++) buffer.writeFloatLE(words[i] * scale, i * 4);
  } else {
    for (let i = 0; i < words.length; i++) buffer.writeUInt16LE(toHalf(words[i] * scale), i * 2);
  }
}

/** The data of one tensor, in pieces of a few megabytes. `fill` gives the random words. */
export function* tensorData(tensor, fill) {
  if (tensor.deviation === undefined) {
    yield Buffer.from(new Float32Array(valuesOf(tensor)).fill(1).buffer);
    return;
  }
  const { values, bytes } = TYPES[tensor.type];
  const total = valuesOf(tensor) / values;
  for (let done = 0; done < total; done += BLOCKS_AT_ONCE) {
    const count = Math.min(BLOCKS_AT_ONCE, total - done);
    const words = new Int32Array(values === 1 ? count : Math.ceil((count * bytes) / 4));
    fill(words);
    const buffer = values === 1 ? Buffer.alloc(count * bytes) : Buffer.from(words.buffer, 0, count * bytes);
    if (values === 1) fillPlain(buffer, tensor, words);
    else fillQuantized(buffer, tensor);
    yield buffer;
  }
}
