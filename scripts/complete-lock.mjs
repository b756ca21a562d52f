// Completes package-lock.json for platforms other than this one.
//
// npm writes no entry for an optional package that the registry in use does not carry (mirrors often lack those of other
// platforms), and `npm ci` then refuses the lock file everywhere. This adds the missing entries: version, os, cpu and libc,
// which is all that npm needs to skip them here and to fetch them there. Run it after every `npm install`:
//
//     node scripts/complete-lock.mjs
import { readFileSync, writeFileSync } from 'node:fs';

const OS = {
  aix: 'aix',
  android: 'android',
  darwin: 'darwin',
  mac: 'darwin',
  freebsd: 'freebsd',
  linux: 'linux',
  netbsd: 'netbsd',
  openbsd: 'openbsd',
  openharmony: 'openharmony',
  sunos: 'sunos',
  win: 'win32',
  win32: 'win32',
  windows: 'win32',
};
const CPU = {
  arm: 'arm',
  armv7l: 'arm',
  armv7: 'arm',
  arm64: 'arm64',
  aarch64: 'arm64',
  ia32: 'ia32',
  loong64: 'loong64',
  ppc64: 'ppc64',
  riscv64: 'riscv64',
  s390x: 's390x',
  x64: 'x64',
};

function platformOf(name) {
  const words = name.split('/').at(-1).split('-');
  const find = (table) => words.map((word) => table[word]).find(Boolean);
  const libc = words.includes('musl') ? ['musl'] : undefined;
  const [os, cpu] = [find(OS), find(CPU)];
  return os && cpu ? { cpu: [cpu], ...(libc && { libc }), optional: true, os: [os] } : undefined;
}

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8'));
const added = [];
for (const [path, parent] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
    const exact = /^\d/.test(version);
    const nested = `${path}/node_modules/${name}`;
    const at = `node_modules/${name}`;
    const platform = platformOf(name);
    if (!exact || !platform || lock.packages[at] || lock.packages[nested]) continue;
    lock.packages[at] = { version, ...(parent.dev && { dev: true }), ...platform };
    added.push(name);
  }
}
const order = ([a], [b]) => a.localeCompare(b, 'en');
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(order));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length ? `added ${added.length}: ${added.join(', ')}` : 'nothing was missing');
