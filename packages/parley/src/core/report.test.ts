import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ParameterReport } from './report.ts';

test('entries keep their order, and the same is said once', () => {
  const report = new ParameterReport();
  assert.equal(report.header(), undefined);
  report.add('n', 'clamped', 'too many', { sent: 200, used: 128 });
  report.add('tools', 'ignored', 'no tools', { sent: [{ function: { name: 'f' } }] });
  report.add('tools', 'ignored', 'no tools');
  report.add('tools', 'ignored', 'for another reason');
  assert.deepEqual(report.entries, [
    { name: 'n', change: 'clamped', detail: 'too many', sent: 200, used: 128 },
    { name: 'tools', change: 'ignored', detail: 'no tools' },
    { name: 'tools', change: 'ignored', detail: 'for another reason' },
  ]);
  assert.equal(report.header(), 'n;clamped, tools;ignored, tools;ignored');
});

test('values are shown when they are short', () => {
  const report = new ParameterReport();
  for (const sent of ['x'.repeat(100), 'x'.repeat(101), true, null, {}]) {
    report.add(typeof sent, 'ignored', JSON.stringify(sent), { sent });
  }
  assert.deepEqual(
    report.entries.map((entry) => 'sent' in entry),
    [true, false, true, false, false],
  );
});

test('the header is bounded, says how much it leaves out, and holds nothing that ends a header', () => {
  const report = new ParameterReport();
  report.add('a\r\nb: c', 'ignored', 'd');
  for (let i = 0; i < 1000; i++) report.add(`${i}-${'k'.repeat(300)}`, 'ignored', 'd');
  const header = report.header() ?? '';
  assert.match(header, /^a__b__c;ignored, 0-k{62};ignored, 1-k/);
  assert.ok(header.length < 4100, `${header.length}`);
  const shown = header.split(', ').length - 1;
  assert.ok(shown > 40);
  assert.ok(header.endsWith(`, and ${1001 - shown} more`), header.slice(-30));
});

test('what was said too early is taken back', () => {
  const report = new ParameterReport();
  report.add('top_a', 'ignored', 'It is unknown here.');
  report.add('top_a', 'translated', 'It has another name there.');
  report.add('top_b', 'ignored', 'It is unknown here.');
  report.withdraw('top_a', 'ignored');
  assert.equal(report.header(), 'top_a;translated, top_b;ignored');
});
