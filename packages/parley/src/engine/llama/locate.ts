import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';

/** Where llama.cpp's libraries lie: absolute paths. */
export interface LlamaLibraries {
  readonly folder: string;
  readonly base: string;
  readonly ggml: string;
  readonly llama: string;
}

export interface LocateOptions {
  readonly platform?: NodeJS.Platform;
  readonly arch?: string;
  /** `PARLEY_LLAMA_LIBRARIES` names a folder that is used instead of the installed package. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

const PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@node-llama-cpp/linux-x64',
  'linux-arm64': '@node-llama-cpp/linux-arm64',
  'linux-arm': '@node-llama-cpp/linux-armv7l',
  'darwin-arm64': '@node-llama-cpp/mac-arm64-metal',
  'darwin-x64': '@node-llama-cpp/mac-x64',
  'win32-x64': '@node-llama-cpp/win-x64',
  'win32-arm64': '@node-llama-cpp/win-arm64',
};

/**
 * Finds the prebuilt libraries of this platform. File names carry suffixes of version and GPU
 * (`libllama.v0.5.0.so`, `libllama.cuda.v0.5.0.so`), so they are found by pattern.
 */
export function locateLibraries(options: LocateOptions = {}): LlamaLibraries {
  const env = options.env ?? process.env;
  const override = env.PARLEY_LLAMA_LIBRARIES;
  if (override) return librariesIn(path.resolve(override));
  const platform = `${options.platform ?? process.platform}-${options.arch ?? process.arch}`;
  const name = PACKAGES[platform];
  if (name === undefined) {
    throw new Error(
      `There are no prebuilt llama.cpp libraries for ${platform}, only for ${Object.keys(PACKAGES).join(', ')}. Build llama.cpp and name its folder in PARLEY_LLAMA_LIBRARIES.`,
    );
  }
  return librariesIn(packageFolder(name));
}

/** The packages keep their files in `bins/<platform>`, the folder that their `getBinsDir()` leads to. */
function packageFolder(name: string): string {
  let entry: string;
  try {
    entry = createRequire(import.meta.url).resolve(name);
  } catch (error) {
    throw new Error(
      `The package ${name} with llama.cpp's libraries is not installed: run \`npm install ${name}\` (without --omit=optional), or name a folder in PARLEY_LLAMA_LIBRARIES.`,
      { cause: error },
    );
  }
  const bins = path.join(path.dirname(entry), '..', 'bins');
  const folders = readdirSync(bins, { withFileTypes: true }).filter((item) => item.isDirectory());
  const folder = folders.find((item) => item.name === path.basename(name)) ?? folders[0];
  if (folder === undefined) throw new Error(`The package ${name} holds no libraries in ${bins}.`);
  return path.join(bins, folder.name);
}

function librariesIn(folder: string): LlamaLibraries {
  let names: string[];
  try {
    names = readdirSync(folder).sort();
  } catch (error) {
    throw new Error(`The folder ${folder} with llama.cpp's libraries cannot be read.`, { cause: error });
  }
  const find = (stem: string): string => {
    const pattern = new RegExp(`^(lib)?${stem}(\\.[\\w.-]+)?\\.(so|dylib|dll)$`);
    const name = names.find((candidate) => pattern.test(candidate));
    if (name === undefined) throw new Error(`The folder ${folder} holds no ${stem} library.`);
    return path.join(folder, name);
  };
  return { folder, base: find('ggml-base'), ggml: find('ggml'), llama: find('llama') };
}
