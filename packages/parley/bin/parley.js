#!/usr/bin/env node
import { existsSync } from 'node:fs';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const entry = new URL('../dist/cli/main.js', import.meta.url);

if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `parley needs Node 22.18 or newer, and this is Node ${process.versions.node}.\n` +
      'Install a newer Node from https://nodejs.org. Inside the repository no install is needed:\n' +
      "'npm start' and 'npx parley' use the pinned Node 24.",
  );
  process.exitCode = 1;
} else if (!existsSync(entry)) {
  console.error("parley is not built yet: run 'npm run build' first.");
  process.exitCode = 1;
} else {
  await import(entry.href);
}
