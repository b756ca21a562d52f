import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { openTarget, startTarget, type Target } from './http/target.ts';

const FOLDER = import.meta.dirname;
const files = (pattern: string) => globSync(pattern, { cwd: FOLDER }).sort();

interface TestRun {
  readonly paths: readonly string[];
  readonly environment?: object;
  /** Options of node. */
  readonly options?: readonly string[];
  readonly node?: string;
}

function tests(
  title: string,
  { paths, environment, options = [], node = process.execPath }: TestRun,
): boolean {
  console.log(`\n== ${title}`);
  const env = { ...process.env, ...environment };
  return (
    spawnSync(node, [...options, '--test', ...paths], { cwd: FOLDER, stdio: 'inherit', env }).status === 0
  );
}

/** Atoma's client has a native part, which is built for the node that npm runs in; that may not be this one. */
function nodeForAtoma(): string {
  const nodes = [process.execPath, process.env.npm_node_execpath ?? 'node'];
  const loads = (node: string) =>
    spawnSync(node, ['-e', 'require("atoma-sdk")'], { cwd: `${FOLDER}/clients` }).status === 0;
  return nodes.find(loads) ?? process.execPath;
}

function environmentOf({ url, model, key }: Target): object {
  return { TARGET: url, MODEL: model, API_KEY: key };
}

/** The suite, then real clients against a started server. With `TARGET` all of it against that server. */
async function main(): Promise<boolean> {
  const own = process.env.TARGET === undefined;
  const suite = tests('suite', {
    paths: own ? files('*.test.ts') : ['suite.test.ts'],
    // The packages of this repository are taken from their sources; those of others may know the condition too.
    options: ['--conditions=source'],
  });
  await using target = own ? await startTarget() : await openTarget();
  // Some examples ask for longer answers than the shipped model has context.
  await using lenient = own ? await startTarget({ unsupported: 'report' }) : await openTarget();
  const environment = environmentOf(target);
  const clients = files('clients/*.test.mjs');
  const isAtoma = (path: string) => path.includes('atoma');
  const results = [
    suite,
    tests('npm clients', { paths: clients.filter((path) => !isAtoma(path)), environment }),
    tests("Atoma's npm client", { paths: clients.filter(isAtoma), environment, node: nodeForAtoma() }),
    tests('Python clients', { paths: ['python/examples.test.ts'], environment: environmentOf(lenient) }),
  ];
  return results.every(Boolean);
}

if (!(await main())) process.exitCode = 1;
