import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Recorder } from '../fake-world.test.support.ts';
import { formatBytes, progressOn } from './progress.ts';

test('sizes in decimal units', () => {
  const cases: [number, string][] = [
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [3_325_184, '3.33 MB'],
    [491_000_000, '491.0 MB'],
    [7e15, '7000.0 TB'],
  ];
  for (const [bytes, text] of cases) assert.equal(formatBytes(bytes), text);
});

test('without a terminal there is a line for each tenth', () => {
  const output = new Recorder();
  const progress = progressOn(output, () => 0);
  progress.begin('m.gguf', 1000);
  for (let bytes = 0; bytes <= 1000; bytes += 10) progress.update(bytes);
  progress.end();
  const lines = output.text.trimEnd().split('\n');
  assert.equal(lines.length, 11);
  assert.equal(lines[0], 'm.gguf   0% of 1.00 kB');
  assert.equal(lines[10], 'm.gguf 100% of 1.00 kB');
});

test('on a terminal one line is redrawn, not more often than ten times a second', () => {
  const output = new Recorder(true);
  let time = 0;
  const progress = progressOn(output, () => time);
  progress.begin('m.gguf', 1000);
  for (let bytes = 0; bytes <= 1000; bytes++) {
    time = bytes;
    progress.update(bytes);
  }
  progress.end();
  const frames = output.text.split('\r\u001b[K').slice(1);
  assert.equal(frames.length, 12);
  assert.match(frames[5] ?? '', /^m\.gguf \[#+\.+\] {2}50% 500 B\/1\.00 kB 1\.00 kB\/s$/);
  assert.match(frames.at(-1) ?? '', /100%.*\n$/);
  for (const frame of frames) assert.ok(frame.length <= 80);
});
