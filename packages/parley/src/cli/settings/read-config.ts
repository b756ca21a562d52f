import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Value } from 'typebox/value';
import { type Document, isMap, isNode, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { failure, systemErrorCode, usageError } from '../failure.ts';
import type { Environment, World } from '../world.ts';
import { gatewayProblems } from './gateway-problems.ts';
import { CONFIG_SCHEMA, type Config } from './schema.ts';
import { type Problem, validate } from './validate.ts';

export interface ConfigFile {
  /** Absolute path; undefined when there is no file. */
  readonly path: string | undefined;
  readonly config: Config;
}

const DEFAULT_FILE = 'parley.yaml';

/** Reads `path`, or parley.yaml of the working directory if there is one. Throws usage errors. */
export async function readConfig(
  path: string | undefined,
  world: Pick<World, 'workingDirectory' | 'environment'>,
): Promise<ConfigFile> {
  const file = resolve(world.workingDirectory, path ?? DEFAULT_FILE);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (systemErrorCode(error) !== 'ENOENT') throw failure(`Cannot read ${file}: ${String(error)}`, error);
    if (path === undefined) return { path: undefined, config: {} };
    throw usageError('--config', `The configuration file ${file} does not exist.`);
  }
  return { path: file, config: parseConfig(text, path ?? DEFAULT_FILE, world.environment) };
}

/** Every fault is told with its line, as `parley.yaml:3: port must be ...`. */
export function parseConfig(text: string, fileName: string, environment: Environment): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => `${fileName}:${Math.max(1, lines.linePos(offset).line)}: `;
  const refuse = (problems: string[]) => usageError(fileName, problems.join('\n'));

  if (document.errors.length > 0) {
    throw refuse(document.errors.map(({ pos, message }) => `${at(pos[0])}${message}`));
  }
  const missing = substituteEnvironment(document, environment);
  if (missing.length > 0) throw refuse(missing.map(({ offset, message }) => `${at(offset)}${message}`));

  const value: unknown = document.toJS() ?? {};
  const problems = validate(CONFIG_SCHEMA, value);
  if (problems.length > 0) {
    throw refuse(problems.map((problem) => `${at(offsetOf(document, problem))}${problem.message}`));
  }
  const config = Value.Parse(CONFIG_SCHEMA, value);
  const unsound = gatewayProblems(config);
  if (unsound.length > 0) {
    throw refuse(unsound.map((problem) => `${at(offsetOf(document, problem))}${problem.message}`));
  }
  return config;
}

/**
 * Replaces `${NAME}` in values. A value that is nothing but a plain `${NAME}` is read like YAML, so that
 * `port: ${PORT}` is a number; a quoted one stays text. `$${` stands for a literal `${`.
 */
function substituteEnvironment(document: Document, environment: Environment) {
  const missing: { offset: number; message: string }[] = [];
  visit(document, {
    Scalar(key, node) {
      if (key === 'key' || typeof node.value !== 'string' || !node.value.includes('${')) return;
      let whole = node.type === 'PLAIN';
      const text = node.value.replace(/\$?\$\{([^}]*)\}/g, (match, name: string) => {
        whole &&= match === node.value;
        if (match.startsWith('$$')) return match.slice(1);
        const value = environment[name];
        if (value === undefined) {
          missing.push({
            offset: node.range?.[0] ?? 0,
            message: `the environment variable ${name} is not set`,
          });
        }
        return value ?? '';
      });
      node.value = whole && !node.value.startsWith('$$') ? plainScalar(text) : text;
    },
  });
  return missing;
}

function plainScalar(text: string): unknown {
  const value: unknown = parseDocument(text).toJS();
  return typeof value === 'number' || typeof value === 'boolean' ? value : text;
}

/** Where in the text the value, or the key that should not be there, begins. */
function offsetOf(document: Document, { path, atKey }: Problem): number {
  const parent = document.getIn(path.slice(0, -1), true);
  if (atKey && isMap(parent)) {
    const pair = parent.items.find(({ key }) => isScalar(key) && String(key.value) === String(path.at(-1)));
    if (isNode(pair?.key)) return startOf(pair.key);
  }
  for (let length = path.length; length >= 0; length--) {
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node)) return startOf(node);
  }
  return 0;
}

function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
