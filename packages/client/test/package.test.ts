import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const ROOT = new URL('..', import.meta.url);

function sources(): string[] {
  return readdirSync(new URL('src', ROOT), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.includes('.test.'),
  );
}

test('nothing is imported but what lies here, and nothing of Node is used', () => {
  assert.ok(sources().length > 40);
  for (const file of sources()) {
    const source = readFileSync(new URL(`src/${file}`, ROOT), 'utf8');
    const imported = [...source.matchAll(/(?:from |import\()'([^']+)'/g)].map(([, path]) => path ?? '');
    for (const path of imported) assert.match(path, /^\.\.?\/[\w./-]+\.ts$/, `${file} imports ${path}`);
    assert.doesNotMatch(source, /\b(?:Buffer|require)\b[.(]|\bglobalThis\.process\b/, file);
  }
});

test('the package needs nothing at run time', () => {
  const { dependencies, peerDependencies, optionalDependencies } = JSON.parse(
    readFileSync(new URL('package.json', ROOT), 'utf8'),
  );
  assert.deepEqual([dependencies, peerDependencies, optionalDependencies], [undefined, undefined, undefined]);
});

/** Bytes of what is loaded at once, minified and compressed, and the sources in it. */
async function bundle(code: string): Promise<{ bytes: number; inputs: string[] }> {
  const { metafile, outputFiles } = await build({
    stdin: { contents: code, resolveDir: fileURLToPath(ROOT), sourcefile: 'entry.js' },
    bundle: true,
    minify: true,
    splitting: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['source'],
    outdir: 'out',
    metafile: true,
  });
  const files = new Map(outputFiles.map(({ path, contents }) => [path.split('/out/')[1] ?? '', contents]));
  const loaded = new Set<string>();
  const load = (name: string) => {
    if (loaded.has(name)) return;
    loaded.add(name);
    for (const { path, kind } of metafile.outputs[`out/${name}`]?.imports ?? []) {
      if (kind === 'import-statement') load(path.replace('out/', ''));
    }
  };
  load('stdin.js');
  const parts = [...loaded].map((name) => files.get(name) ?? assert.fail(name));
  const inputs = [...loaded].flatMap((name) => Object.keys(metafile.outputs[`out/${name}`]?.inputs ?? {}));
  return { bytes: gzipSync(Buffer.concat(parts), { level: 9 }).length, inputs };
}

const use = `
  export const create = (params) => client.chat.completions.create(params);
  export async function* stream(params) {
    for await (const chunk of await client.chat.completions.create({ ...params, stream: true })) yield chunk;
  }`;

// From the main entry a bundler keeps a little more of the modules that it takes apart.
for (const [entry, most] of [
  ['@parley/client/core', 6000],
  ['@parley/client', 6100],
] as const) {
  test(`create and stream of ParleyCore from ${entry} stay under ${most} bytes`, async () => {
    const code = `import { ParleyCore } from '${entry}'; const client = new ParleyCore(); ${use}`;
    const { bytes, inputs } = await bundle(code);
    assert.ok(bytes < most, `${bytes} bytes`);
    const extra = inputs.filter((path) =>
      /parse|tools|schema|facades|events|resources\/(?!create)/.test(path),
    );
    assert.deepEqual(extra, []);
  });
}

test('what Parley loads at once holds no helper for schemas or tools', async () => {
  const { bytes, inputs } = await bundle(
    `import { Parley } from '@parley/client'; const client = new Parley(); ${use}`,
  );
  assert.ok(bytes < 8000, `${bytes} bytes`);
  assert.deepEqual(inputs.filter((path) => /src\/(parse|tools|schema|facades)\//.test(path)), []); // biome-ignore format: one line
});
