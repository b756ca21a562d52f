/** The text of the JSON value that ends with the last of the bytes. */
export function lastValue(bytes: readonly number[]): string {
  const end = bytes.length;
  const last = bytes[end - 1];
  let from: number;
  if (last === 0x22) from = stringStart(bytes, end);
  else if (last === 0x7d || last === 0x5d) from = containerStart(bytes, end);
  else from = wordStart(bytes, end);
  return new TextDecoder().decode(Uint8Array.from(bytes.slice(from, end)));
}

/** Inside a string every quote follows an odd number of backslashes, so the first that does not is the opening one. */
function stringStart(bytes: readonly number[], end: number): number {
  let i = end - 2;
  for (; i > 0; i--) {
    if (bytes[i] !== 0x22) continue;
    let slashes = 0;
    while (i - 1 - slashes >= 0 && bytes[i - 1 - slashes] === 0x5c) slashes++;
    if (slashes % 2 === 0) break;
  }
  return i;
}

function containerStart(bytes: readonly number[], end: number): number {
  let depth = 0;
  let i = end - 1;
  for (; i >= 0; i--) {
    const b = bytes[i];
    if (b === 0x22) i = stringStart(bytes, i + 1);
    else if (b === 0x7d || b === 0x5d) depth++;
    else if ((b === 0x7b || b === 0x5b) && --depth === 0) break;
  }
  return i;
}

function wordStart(bytes: readonly number[], end: number): number {
  let i = end - 1;
  while (i >= 0 && /[0-9a-zA-Z.+-]/.test(String.fromCharCode(bytes[i]!))) i--;
  return i + 1;
}
