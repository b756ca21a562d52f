/** Loads a model with llama.cpp's log on stderr and ends; see explain.ts. Arguments: path, `model` or `vocabulary`. */
import process from 'node:process';
import { loadLibrary } from './library.ts';
import { locateLibraries } from './locate.ts';

const [modelPath = '', mode] = process.argv.slice(2);
const library = loadLibrary(locateLibraries(), 'stderr');
library.loadBackends();
const model = library.loadModel(modelPath, {
  ...library.modelDefaultParams(),
  vocab_only: mode === 'vocabulary',
});
process.exitCode = model ? 0 : 1;
