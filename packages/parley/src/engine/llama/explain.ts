import { spawnSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const TIMEOUT_MILLISECONDS = 60_000;
const MAX_LINES = 6;

/**
 * Why a model did not load: it is loaded again in a child process whose stderr is llama.cpp's log. In the own process
 * the log cannot be read safely (see LlamaLog), and a child may even abort.
 */
export function explainLoadFailure(modelPath: string, vocabularyOnly: boolean): string {
  const extension = import.meta.url.endsWith('.ts') ? '.ts' : '.js';
  const script = fileURLToPath(new URL(`./explain-process${extension}`, import.meta.url));
  const child = spawnSync(
    process.execPath,
    [...conditions(), script, modelPath, vocabularyOnly ? 'vocabulary' : 'model'],
    { encoding: 'utf8', timeout: TIMEOUT_MILLISECONDS, maxBuffer: 1 << 22, windowsHide: true },
  );
  const reasons = child.stderr
    .split('\n')
    .filter((line) => /error|fail|unknown|invalid|missing|unsupported|GGML_ASSERT|out of memory/i.test(line))
    .map((line) => line.trim().slice(0, 400));
  if (reasons.length > 0) return [...new Set(reasons)].slice(0, MAX_LINES).join(' | ');
  return child.status === 0
    ? 'no reason was given, and a second attempt in another process succeeded; memory may have been short.'
    : 'no reason was given.';
}

/** Only the flags that decide how modules are found; an inspector's port or a test runner's flags are not for children. */
function conditions(): string[] {
  return process.execArgv.filter((flag) => flag.startsWith('--conditions='));
}
