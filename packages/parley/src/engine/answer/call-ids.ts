import type { AnswerPart, AnswerReader } from './format.ts';

/** Models repeat themselves: an id that another call of the answer has already is dropped, so that the call gets one of ours. */
export function withUniqueIds(reader: AnswerReader): AnswerReader {
  const seen = new Set<string>();
  const unique = (part: AnswerPart): AnswerPart => {
    if (part.type !== 'call' || part.id === undefined) return part;
    const { id, ...call } = part;
    if (id === '' || seen.has(id)) return call;
    seen.add(id);
    return part;
  };
  return { push: (text) => reader.push(text).map(unique), end: () => reader.end().map(unique) };
}
