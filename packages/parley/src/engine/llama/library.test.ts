import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { describe, test } from 'node:test';
import { buildGguf, textEntry } from './gguf/build-gguf.ts';
import { checkDefaults, MODEL_PARAMS, PINNED_VERSION } from './layout.ts';
import { loadLibrary } from './library.ts';
import { locateLibraries } from './locate.ts';
import { LlamaRuntime } from './runtime.ts';
import { QUANTIZED_MODEL, withFolder } from './shipped-model.ts';
import { loadTokenizer } from './tokenizer.ts';

describe('locating', () => {
  test('finds the installed package', () => {
    const found = locateLibraries({ env: {} });
    for (const file of [found.base, found.ggml, found.llama]) {
      assert.ok(readdirSync(found.folder).includes(path.basename(file)));
    }
    assert.match(path.basename(found.llama), /^(lib)?llama\b/);
  });

  test('finds names with suffixes on every platform', () =>
    withFolder((folder) => {
      const env = { PARLEY_LLAMA_LIBRARIES: folder };
      for (const names of [
        ['libggml-base.so', 'libggml.cuda.v0.5.0.so', 'libllama.cuda.v0.5.0.so'],
        ['libggml-base.dylib', 'libggml.metal.v0.5.0.dylib', 'libllama.metal.v0.5.0.dylib'],
        ['ggml-base.dll', 'ggml.v0.5.0.dll', 'llama.v0.5.0.dll'],
      ]) {
        const files = [...names, `decoy-${names[1]}`, 'libllama-common.so', 'libggml-cpu-x64.so'];
        for (const name of files) writeFileSync(path.join(folder, name), '');
        const { base, ggml, llama } = locateLibraries({ env });
        assert.deepEqual(
          [base, ggml, llama].map((file) => path.basename(file)),
          names,
        );
        for (const name of files) rmSync(path.join(folder, name));
      }
    }));

  test('says what is missing', () =>
    withFolder((folder) => {
      assert.throws(
        () => locateLibraries({ env: { PARLEY_LLAMA_LIBRARIES: folder } }),
        /no ggml-base library/,
      );
      const nowhere = { PARLEY_LLAMA_LIBRARIES: path.join(folder, 'none') };
      assert.throws(() => locateLibraries({ env: nowhere }), /cannot be read/);
      assert.throws(() => locateLibraries({ env: {}, platform: 'sunos', arch: 'x64' }), /for sunos-x64/);
      assert.throws(
        () => locateLibraries({ env: {}, platform: 'darwin', arch: 'arm64' }),
        /npm install @node-llama-cpp\/mac-arm64-metal/,
      );
    }));
});

describe('checks at start', () => {
  test('a thread can load the library twice', () => {
    for (let i = 0; i < 2; i++) assert.equal(loadLibrary(locateLibraries()).version, PINNED_VERSION);
  });

  test('moved fields are found by their default values', () => {
    const defaults = loadLibrary(locateLibraries()).modelDefaultParams();
    checkDefaults('model', MODEL_PARAMS, defaults);
    assert.throws(
      () => checkDefaults('model', MODEL_PARAMS, { ...defaults, split_mode: 7 }),
      /split_mode is 7 instead of 1/,
    );
  });

  test('another version is refused', { skip: process.platform !== 'linux' && 'copies shared objects' }, () =>
    withFolder((folder) => {
      const { folder: source } = locateLibraries({ env: {} });
      for (const name of readdirSync(source)) copyFileSync(path.join(source, name), path.join(folder, name));
      const libraries = locateLibraries({ env: { PARLEY_LLAMA_LIBRARIES: folder } });
      const code = readFileSync(libraries.llama);
      const at = code.indexOf(`${PINNED_VERSION}\0`);
      assert.ok(at > 0);
      for (let i = at; i >= 0; i = code.indexOf(`${PINNED_VERSION}\0`, i + 1)) code.write('9', i);
      writeFileSync(libraries.llama, code);
      const script = `
        const { loadLibrary } = await import(${JSON.stringify(new URL('./library.ts', import.meta.url).href)});
        const { locateLibraries } = await import(${JSON.stringify(new URL('./locate.ts', import.meta.url).href)});
        loadLibrary(locateLibraries());`;
      const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
        encoding: 'utf8',
        env: { ...process.env, PARLEY_LLAMA_LIBRARIES: folder },
      });
      assert.equal(child.status, 1);
      assert.match(child.stderr, /is llama\.cpp 9\.5\.0-dev, but this program is made for 0\.5\.0-dev/);
    }),
  );
});

describe('models that do not load', () => {
  test('what native code refuses is explained in its words', () =>
    withFolder(async (folder) => {
      const unknown = path.join(folder, 'unknown.gguf');
      writeFileSync(unknown, buildGguf({ entries: [textEntry('general.architecture', 'parrot')] }));
      const options = { modelPath: unknown, sequences: 1, threads: 1 };
      await assert.rejects(LlamaRuntime.load(options), /unknown\.gguf: .*unknown model architecture.*parrot/);
      await assert.rejects(loadTokenizer(unknown), /unknown model architecture/);
    }));

  test('a truncated file is refused before native code sees it', () =>
    withFolder(async (folder) => {
      const cut = path.join(folder, 'cut.gguf');
      const whole = readFileSync(QUANTIZED_MODEL);
      writeFileSync(cut, whole.subarray(0, whole.length - 4096));
      await assert.rejects(
        LlamaRuntime.load({ modelPath: cut, sequences: 1, threads: 1 }),
        /cut\.gguf cannot be used as a model: it is truncated/,
      );
    }));
});

test('a failed native assertion leaves its reason as the last line', () => {
  const script = `
    const { loadLibrary } = await import(${JSON.stringify(new URL('./library.ts', import.meta.url).href)});
    const { locateLibraries } = await import(${JSON.stringify(new URL('./locate.ts', import.meta.url).href)});
    const library = loadLibrary(locateLibraries());
    library.loadBackends();
    const model = library.loadModel(${JSON.stringify(QUANTIZED_MODEL)}, library.modelDefaultParams());
    library.createContext(model, { ...library.contextDefaultParams(), n_seq_max: 4, n_outputs_max: 1 });`;
  const child = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
  assert.notEqual(child.status, 0);
  assert.match(child.stderr.trim().split('\n').at(-1) ?? '', /GGML_ASSERT\(.*\) failed/);
});
