import { existsSync } from 'node:fs';
import { modelFileError } from './reader.ts';

const MAX_PARTS = 1000;

/** The files of a split model (`name-00001-of-00003.gguf`), given its first one; otherwise the file alone. */
export function siblingParts(file: string, count: number): string[] {
  if (count <= 1) return [file];
  const match = /^(.*)-(\d{5})-of-(\d{5})(\.gguf)$/s.exec(file);
  if (match === null || Number(match[3]) !== count || count > MAX_PARTS) {
    throw modelFileError(
      file,
      `it is one of ${count} parts, so its name must end in -00001-of-${pad(count)}.gguf.`,
    );
  }
  if (Number(match[2]) !== 1) {
    throw modelFileError(file, `it is part ${Number(match[2])} of a split model: name the first part.`);
  }
  const parts = Array.from(
    { length: count },
    (_, i) => `${match[1]}-${pad(i + 1)}-of-${match[3]}${match[4]}`,
  );
  const missing = parts.filter((part) => !existsSync(part));
  if (missing.length > 0) {
    throw modelFileError(file, `${missing.length} of its ${count} parts are missing: ${missing[0]}.`);
  }
  return parts;
}

function pad(part: number): string {
  return String(part).padStart(5, '0');
}
