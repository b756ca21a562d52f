/**
 * Where a text stops being JSON: the index of the first character that cannot stand there, or the length of the text
 * when its end comes too early. Undefined for valid JSON. V8 names a position in some of its messages only.
 */
export function jsonFaultPosition(text: string): number | undefined {
  const stack: ('{' | '[')[] = [];
  let expects: 'value' | 'first-item' | 'first-key' | 'key' | 'colon' | 'separator' = 'value';
  let at = skipSpace(text, 0);
  for (;;) {
    const character = text[at];
    if (expects === 'separator' && stack.length === 0) return character === undefined ? undefined : at;
    if (character === undefined) return text.length;
    const closes =
      (character === ']' && stack.at(-1) === '[' && (expects === 'separator' || expects === 'first-item')) ||
      (character === '}' && stack.at(-1) === '{' && (expects === 'separator' || expects === 'first-key'));
    let end = at + 1;
    if (closes) {
      stack.pop();
      expects = 'separator';
    } else if (expects === 'separator') {
      if (character !== ',') return at;
      expects = stack.at(-1) === '{' ? 'key' : 'value';
    } else if (expects === 'colon') {
      if (character !== ':') return at;
      expects = 'value';
    } else if (expects === 'key' || expects === 'first-key') {
      if (character !== '"') return at;
      const token = scanString(text, at);
      if (!token.ok) return token.at;
      end = token.at;
      expects = 'colon';
    } else if (character === '{' || character === '[') {
      stack.push(character);
      expects = character === '{' ? 'first-key' : 'first-item';
    } else {
      const token = character === '"' ? scanString(text, at) : scanScalar(text, at);
      if (!token.ok) return token.at;
      end = token.at;
      expects = 'separator';
    }
    at = skipSpace(text, end);
  }
}

/** `at` is the index after the token, or that of the fault. */
interface Scan {
  readonly ok: boolean;
  readonly at: number;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (at < text.length && ' \t\n\r'.includes(text.charAt(at))) at++;
  return at;
}

function scanString(text: string, from: number): Scan {
  for (let at = from + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { ok: true, at: at + 1 };
    if (code < 0x20) return { ok: false, at };
    if (code !== 0x5c) continue;
    at++;
    if (text[at] === 'u') {
      for (let digit = 0; digit < 4; digit++)
        if (!/[\da-f]/i.test(text[++at] ?? '')) return { ok: false, at };
    } else if (!'"\\/bfnrt'.includes(text[at] ?? ' ')) return { ok: false, at };
  }
  return { ok: false, at: text.length };
}

function scanScalar(text: string, from: number): Scan {
  const pattern = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
  pattern.lastIndex = from;
  return pattern.test(text) ? { ok: true, at: pattern.lastIndex } : { ok: false, at: from };
}
