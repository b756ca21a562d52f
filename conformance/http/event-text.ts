import assert from 'node:assert/strict';

export interface EventText {
  /** What stands after `data: `, `[DONE]` included. */
  readonly data: readonly string[];
  /** What stands after the colon. */
  readonly comments: readonly string[];
}

/**
 * Reads an event stream as narrow-minded clients do, which split at empty lines and cut off `data: `. So nothing of the
 * format's freedom is allowed: events of one line, line feeds only, each event with its empty line.
 */
export function readEventText(text: string): EventText {
  assert.ok(!text.includes('\r') && !text.startsWith('\ufeff'), 'a carriage return or a byte order mark');
  assert.ok(text.endsWith('\n\n'), `the last event lacks its empty line: ${JSON.stringify(text.slice(-60))}`);
  const data: string[] = [];
  const comments: string[] = [];
  for (const event of text.split('\n\n').slice(0, -1)) {
    assert.ok(!event.includes('\n'), `an event of several lines: ${event}`);
    if (event.startsWith(':')) comments.push(event.slice(1).trim());
    else {
      assert.ok(event.startsWith('data: '), `an event without data: ${event}`);
      data.push(event.slice('data: '.length));
    }
  }
  return { data, comments };
}
