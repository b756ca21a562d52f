import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';

/** Flags of the command line; prints usage and ends on `--help` and on unknown flags. */
export function readFlags(options, usage) {
  try {
    const { values } = parseArgs({ options, allowNegative: true });
    if (!values.help) return values;
    console.log(usage);
    process.exit(0);
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    process.exit(2);
  }
}

/** A list such as `1,8,16`. */
export function numberList(name, text) {
  const numbers = text.split(',').map(Number);
  if (numbers.some((number) => !Number.isInteger(number) || number < 1)) {
    console.error(`--${name} is a list of whole numbers above 0, not ${text}`);
    process.exit(2);
  }
  return numbers;
}

function commit() {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', stdio: 'pipe' }).trim();
  } catch {
    return undefined; // not a checkout
  }
}

/** Where the figures come from. */
export function environment() {
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit(),
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    node: process.version,
  };
}

export function saveJson(path, value) {
  if (path !== undefined) writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
}
