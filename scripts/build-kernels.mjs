// Assembles the sampler's WebAssembly and writes it as a TypeScript module, so that neither build nor run needs an assembler.
//   node scripts/build-kernels.mjs           write sampler/kernels.ts
//   node scripts/build-kernels.mjs --check   exit with 1 when the written module is not what the source assembles to
import { readFile, writeFile } from 'node:fs/promises';
import wabt from 'wabt';

const folder = new URL('../packages/parley/src/engine/sampler/', import.meta.url);
const source = new URL('kernels.wat', folder);
const target = new URL('kernels.ts', folder);

const assembler = await wabt();
const features = { simd: true, relaxed_simd: true };
const parsed = assembler.parseWat('kernels.wat', await readFile(source, 'utf8'), features);
parsed.validate(features);
const base64 = Buffer.from(parsed.toBinary({}).buffer).toString('base64');
const lines = base64.match(/.{1,100}/g).map((line) => `  '${line}'`);
const text = `// Written by scripts/build-kernels.mjs from kernels.wat; do not edit.

/** The assembled module, base64. */
export const KERNELS =
${lines.join(' +\n')};
`;

if (process.argv.includes('--check')) {
  const written = await readFile(target, 'utf8');
  if (written !== text) {
    console.error(
      'sampler/kernels.ts is not what kernels.wat assembles to: run node scripts/build-kernels.mjs',
    );
    process.exitCode = 1;
  }
} else {
  await writeFile(target, text);
}
