// Packs the cases of the official JSON-Schema-Test-Suite: one compressed file for each draft.
//
//   node packages/constrain/test-suite/pack.ts <checkout of the suite> <its commit>
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

const DRAFTS = ['draft4', 'draft6', 'draft7', 'draft2019-09', 'draft2020-12'];

const [checkout, commit] = process.argv.slice(2);
if (!checkout || !commit) {
  console.error('usage: node packages/constrain/test-suite/pack.ts <checkout of the suite> <its commit>');
  process.exit(2);
}

function jsonFiles(folder: string, prefix = ''): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return jsonFiles(path, `${prefix}${name}/`);
    return name.endsWith('.json') ? [`${prefix}${name}`] : [];
  });
}

/** Without white space between tokens; numbers and strings stay spelled as they are. */
function minified(text: string): string {
  return text.replace(/("(?:\\.|[^"\\])*")|\s+/g, (_, string: string | undefined) => string ?? '');
}

for (const draft of DRAFTS) {
  const folder = join(checkout, 'tests', draft);
  const files = jsonFiles(folder).sort();
  const parts = files.map((name) => {
    const text = minified(readFileSync(join(folder, name), 'utf8'));
    return `${JSON.stringify(name.replace(/\.json$/, ''))}:${text}`;
  });
  const text = `{"commit":${JSON.stringify(commit)},"files":{${parts.join(',\n')}}}\n`;
  const packed = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: text.length } });
  const path = join(import.meta.dirname, `${draft}.json.br`);
  writeFileSync(path, packed);
  console.log(`${path}: ${files.length} files, ${text.length} characters, ${packed.length} bytes`);
}
