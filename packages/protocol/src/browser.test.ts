import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

test('nothing but TypeBox is imported, so that the package runs in browsers', () => {
  const files = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.includes('.test.'),
  );
  assert.ok(files.length > 20);
  for (const file of files) {
    const source = readFileSync(new URL(file, import.meta.url), 'utf8');
    const imported = [...source.matchAll(/^(?:import|export) .*?from '([^']+)';$|^\} from '([^']+)';$/gm)];
    for (const [, line, end] of imported) {
      assert.match(line ?? end ?? '', /^(?:\.\.?\/(?:[\w-]+\/)?[\w.-]+\.ts|typebox|typebox\/compile)$/, file);
    }
    assert.doesNotMatch(source, /\b(?:Buffer|process|require)\b[.(]/, file);
  }
});
