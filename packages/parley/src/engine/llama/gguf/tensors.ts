import { readString } from './metadata.ts';
import type { FileReader } from './reader.ts';
import { modelFileError } from './reader.ts';
import { TENSOR_TYPES } from './types.ts';

const MAX_DIMENSIONS = 4;
const MAX_NAME_BYTES = 64;
const MIN_TENSOR_BYTES = 8 + 1 + 4 + 8 + 4 + 8;

export interface TensorSummary {
  readonly count: number;
  /** Values over all tensors: the parameter count. */
  readonly values: number;
  /** The type that holds most values, where it is a known one. */
  readonly dominantType: string | undefined;
}

interface Tensor {
  readonly name: string;
  readonly type: number;
  readonly values: number;
  readonly offset: number;
}

/** Reads the tensor directory and checks that all data lies inside the file. */
export function readTensors(reader: FileReader, count: number, alignment: number): TensorSummary {
  if (count * MIN_TENSOR_BYTES > reader.remaining) {
    throw modelFileError(
      reader.file,
      `it is truncated or corrupt: it claims ${count} tensors, but ${reader.remaining} bytes follow.`,
    );
  }
  const tensors = Array.from({ length: count }, (_, i) => readTensor(reader, i, alignment));
  const start = Math.ceil(reader.position / alignment) * alignment;
  const valuesByType = new Map<number, number>();
  for (const tensor of tensors) {
    checkExtent(reader, tensor, start);
    valuesByType.set(tensor.type, (valuesByType.get(tensor.type) ?? 0) + tensor.values);
  }
  const [dominant] = [...valuesByType].sort((a, b) => b[1] - a[1]);
  return {
    count,
    values: tensors.reduce((sum, tensor) => sum + tensor.values, 0),
    dominantType: dominant && TENSOR_TYPES[dominant[0]]?.[0],
  };
}

function readTensor(reader: FileReader, index: number, alignment: number): Tensor {
  const name = readString(reader, `name of tensor ${index}`, MAX_NAME_BYTES);
  const what = `tensor '${name}'`;
  const dimensions = reader.uint32(what);
  if (dimensions > MAX_DIMENSIONS) {
    throw modelFileError(
      reader.file,
      `${what} has ${dimensions} dimensions, at most ${MAX_DIMENSIONS} exist.`,
    );
  }
  let values = 1;
  for (let i = 0; i < dimensions; i++) values *= reader.uint64(`${what}, dimension ${i}`);
  if (values === 0 || !Number.isSafeInteger(values)) {
    throw modelFileError(reader.file, `${what} has absurd dimensions.`);
  }
  const type = reader.uint32(what);
  const offset = reader.uint64(`offset of ${what}`);
  if (offset % alignment !== 0) {
    throw modelFileError(reader.file, `${what} lies at ${offset}, which is no multiple of ${alignment}.`);
  }
  return { name, type, values, offset };
}

/** Of a type that is not in the table only the beginning can be checked; native code refuses what it does not know. */
function checkExtent(reader: FileReader, { name, type, values, offset }: Tensor, start: number): void {
  const [, block, bytes] = TENSOR_TYPES[type] ?? ['', 1, 0];
  if (values % block !== 0) {
    throw modelFileError(
      reader.file,
      `tensor '${name}' has ${values} values, which fill no blocks of ${block}.`,
    );
  }
  const end = start + offset + (values / block) * bytes;
  if (end > reader.size) {
    throw modelFileError(
      reader.file,
      `it is truncated: tensor '${name}' ends at byte ${end}, the file at ${reader.size}.`,
    );
  }
}
