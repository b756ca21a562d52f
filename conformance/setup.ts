import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { VENV, VENV_PYTHON } from './python/venv.ts';

const CLIENTS = join(import.meta.dirname, 'clients');
const REQUIREMENTS = join(import.meta.dirname, 'python', 'requirements.txt');

function run(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status === 0;
}

/** Installs the real clients: those of npm, and those of PyPI where Python 3 is at hand. */
function setUp(): boolean {
  const installed = run('npm', ['ci', '--prefix', CLIENTS, '--no-audit', '--no-fund']);
  if (!installed) console.error('conformance: the npm clients could not be installed; is the network there?');
  const python = ['python3', 'python'].find((name) => spawnSync(name, ['--version']).status === 0);
  if (python === undefined) {
    console.error('conformance: without Python 3 its clients are skipped.');
    return installed;
  }
  const ready =
    (existsSync(VENV_PYTHON) || run(python, ['-m', 'venv', VENV])) &&
    run(VENV_PYTHON, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS]);
  if (!ready) console.error('conformance: the Python clients could not be installed and may be skipped.');
  return installed;
}

if (!setUp()) process.exitCode = 1;
