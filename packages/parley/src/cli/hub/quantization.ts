const QUANTIZATION =
  /(?:^|[-_./])((?:UD-)?(?:I?Q\d+(?:_[A-Z0-9]+)*|TQ\d_\d|MXFP4(?:_[A-Z]+)*|NVFP4|BF16|FP?16|FP?32))(?=$|[-_./])/gi;

/** The quantization that a file's name tells, as `Q4_K_M`; undefined when it tells none. */
export function quantizationOf(path: string): string | undefined {
  const stem = path.replace(/\.gguf$/i, '').replace(/-\d{5}-of-\d{5}$/, '');
  const found = [...stem.matchAll(QUANTIZATION)].at(-1)?.[1];
  return found?.toUpperCase().replace(/^FP/, 'F');
}
