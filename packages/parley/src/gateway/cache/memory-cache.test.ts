import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FakeClock } from '../fake-clock.test.support.ts';
import { MemoryCache } from './memory-cache.ts';

const bytes = (length: number) => new Uint8Array(length);
const cache = (maximumEntries: number, maximumBytes: number) => {
  const clock = new FakeClock();
  return { clock, kept: new MemoryCache({ clock, maximumEntries, maximumBytes }) };
};

describe('the cache in memory', () => {
  it('keeps an answer as long as it was told to', async () => {
    const { clock, kept } = cache(10, 1_000);
    await kept.set('a', bytes(5), 10);
    await clock.advance(9_999);
    assert.equal((await kept.get('a'))?.byteLength, 5);
    await clock.advance(1);
    assert.equal(await kept.get('a'), undefined);
    assert.deepEqual([kept.entries, kept.bytes], [0, 0]);
  });

  it('gives up what was not asked for longest', async () => {
    const { kept } = cache(2, 1_000);
    await kept.set('a', bytes(5), 10);
    await kept.set('b', bytes(5), 10);
    await kept.get('a');
    await kept.set('c', bytes(5), 10);
    assert.equal(await kept.get('b'), undefined);
    assert.ok(await kept.get('a'));
    assert.ok(await kept.get('c'));
    assert.equal(kept.entries, 2);
  });

  it('never holds more bytes than it may', async () => {
    const { kept } = cache(1_000, 100);
    for (let i = 0; i < 50; i++) {
      await kept.set(`key${i % 7}`, bytes(i), 10);
      assert.ok(kept.bytes <= 100, `${kept.bytes}`);
    }
    await kept.set('large', bytes(101), 10);
    assert.equal(await kept.get('large'), undefined);
    await kept.set('key1', bytes(200), 10);
    assert.equal(await kept.get('key1'), undefined, 'nor does an older answer stay in its place');
  });
});
