import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Form } from './form.ts';
import { LongWork } from './long-work.ts';

const formOf = (json: string): Form => ({ json, compiled: undefined, busy: false });

/** A clock that only moves when it is told to, and a list of what happened. */
class World {
  clock = 0;
  readonly events: string[] = [];
  readonly work: LongWork;

  constructor(step: (world: World) => void) {
    this.work = new LongWork({
      now: () => this.clock,
      step: () => {
        this.events.push('step');
        step(this);
      },
    });
  }

  /** Work of so many milliseconds. */
  labour(milliseconds: number): void {
    for (let i = 0; i < milliseconds; i++) {
      this.clock++;
      this.events.push('work');
      this.work.tick();
    }
  }
}

test('work and steps take turns of the same length', () => {
  const world = new World((w) => {
    w.clock += 3;
  });
  world.work.begin();
  world.work.run(formOf('a'), () => world.labour(9));
  const turns = world.events
    .join(' ')
    .split('step')
    .map((part) => part.trim().split(' ').length);
  assert.deepEqual(turns, [1, 3, 3, 2]);
});

test('a slow step does not keep the work waiting for ever', () => {
  const world = new World((w) => {
    w.clock += 100_000;
  });
  world.work.begin();
  world.work.run(formOf('a'), () => world.labour(101));
  assert.equal(world.events.filter((event) => event === 'step').length, 3);
});

test('a form is busy while it is worked on, also when the work fails', () => {
  const form = formOf('a');
  const world = new World(() => {
    assert.equal(form.busy, true);
  });
  const fail = () => {
    world.labour(2);
    throw new RangeError('too deep');
  };
  assert.throws(() => world.work.run(form, fail), /too deep/);
  assert.deepEqual(world.events, ['work', 'step', 'work', 'step']);
  assert.equal(form.busy, false);
});

test('ticks outside of work, and of a step amid work, do nothing', () => {
  const world = new World((w) => {
    w.clock += 1000;
    w.work.tick();
  });
  world.clock = 1000;
  world.work.tick();
  assert.deepEqual(world.events, []);
  world.work.run(formOf('a'), () => world.labour(1));
  assert.deepEqual(world.events, ['work', 'step']);
  world.clock += 1000;
  world.work.tick();
  assert.deepEqual(world.events, ['work', 'step']);
});

test('a step amid work may do work on other forms, to a bounded depth', () => {
  let depth = 0;
  let deepest = 0;
  const world = new World((w) => {
    depth++;
    deepest = Math.max(deepest, depth);
    w.work.run(formOf(`form ${depth}`), () => w.labour(2));
    depth--;
  });
  world.work.run(formOf('outermost'), () => world.labour(2));
  assert.equal(deepest, 3);
  // And the outermost work is still interrupted after it.
  const before = world.events.length;
  world.work.run(formOf('outermost'), () => world.labour(60));
  assert.ok(world.events.slice(before).includes('step'));
});

test('deep in the stack nothing comes in between', () => {
  const world = new World(() => undefined);
  world.clock = 1000;
  let ticked = false;
  const descend = (): void => {
    try {
      descend();
    } catch {
      // The deepest of all calls that has room for it.
      if (!ticked) world.work.tick();
      ticked = true;
    }
  };
  world.work.run(formOf('a'), descend);
  assert.ok(ticked);
  assert.deepEqual(world.events, []);
  world.work.run(formOf('a'), () => world.work.tick());
  assert.deepEqual(world.events, ['step']);
});
