// Runs the official JSON-Schema-Test-Suite and prints, for each keyword of each draft, how many tests passed, were
// refused (the schema cannot be enforced exactly) and went wrong. The last line is one JSON object.
//
//   npm run test-suite --workspace packages/constrain [-- --list] [-- --draft draft7] [-- --only contains]
import { parseArgs } from 'node:util';
import { judgeGroup, LEFT_OUT, readSuite, SUITE_DRAFTS, suiteOptions } from '../src/testing/suite.ts';

const { values: options } = parseArgs({
  options: { list: { type: 'boolean', default: false }, draft: { type: 'string' }, only: { type: 'string' } },
});

type Row = { passed: number; refused: number; wrong: number };
const empty = (): Row => ({ passed: 0, refused: 0, wrong: 0 });
function add(to: Row, row: Row): void {
  to.passed += row.passed;
  to.refused += row.refused;
  to.wrong += row.wrong;
}

const total: Record<string, Row> = {};
const rows = new Map<string, Row>();
for (const draft of SUITE_DRAFTS) {
  if (options.draft && options.draft !== draft) continue;
  total[draft] = empty();
  for (const group of readSuite(draft)) {
    if (options.only && group.file !== options.only) continue;
    const { passed, refused, wrong, reason } = judgeGroup(group, suiteOptions(draft, group.file));
    const row = { passed, refused, wrong: wrong.length };
    const key = group.file;
    rows.set(key, rows.get(key) ?? empty());
    add(rows.get(key)!, row);
    add(total[draft], row);
    if (!options.list) continue;
    const at = `${draft} ${group.file}: ${group.description}`;
    if (refused > 0) console.log(`refused ${at}: ${reason}`);
    for (const how of wrong) console.log(`wrong ${at}: ${how}`);
  }
}

const line = (name: string, { passed, refused, wrong }: Row) =>
  console.log(
    `${name.padEnd(48)}${String(passed).padStart(7)}${String(refused).padStart(9)}${String(wrong).padStart(7)}`,
  );
console.log(`${'keyword'.padEnd(48)} passed  refused  wrong`);
for (const [name, row] of [...rows].sort(([a], [b]) => (a < b ? -1 : 1))) line(name, row);
for (const [draft, row] of Object.entries(total)) line(draft, row);
for (const [name, reason] of LEFT_OUT) console.log(`left out: ${name}: ${reason}`);
const all = empty();
for (const row of Object.values(total)) add(all, row);
console.log(JSON.stringify({ ...all, drafts: total }));
