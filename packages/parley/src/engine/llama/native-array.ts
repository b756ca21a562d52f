import koffi from 'koffi';

/** Memory of the C heap, seen from JavaScript without a copy. */
export interface NativeArray<T> {
  readonly pointer: unknown;
  readonly view: T;
  /** The view must not be used afterwards. */
  free(): void;
}

export function nativeInt32(length: number): NativeArray<Int32Array> {
  const pointer: unknown = koffi.alloc('int32_t', length);
  const view = new Int32Array(koffi.view(pointer, length * 4));
  view.fill(0);
  return { pointer, view, free: () => koffi.free(pointer) };
}

export function nativeInt8(length: number): NativeArray<Int8Array> {
  const pointer: unknown = koffi.alloc('int8_t', length);
  const view = new Int8Array(koffi.view(pointer, length));
  view.fill(0);
  return { pointer, view, free: () => koffi.free(pointer) };
}

/** An array of pointers to the entries of `target`, one an entry. */
export function nativePointers(target: NativeArray<Int32Array>): NativeArray<BigUint64Array> {
  const length = target.view.length;
  const pointer: unknown = koffi.alloc('uint64_t', length);
  const view = new BigUint64Array(koffi.view(pointer, length * 8));
  const base = BigInt(koffi.address(target.pointer));
  for (let i = 0; i < length; i++) view[i] = base + BigInt(4 * i);
  return { pointer, view, free: () => koffi.free(pointer) };
}
