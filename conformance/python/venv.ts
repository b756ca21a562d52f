import { join } from 'node:path';

/** Where the Python clients are installed. */
export const VENV = join(import.meta.dirname, '.venv');
export const VENV_PYTHON = join(VENV, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
