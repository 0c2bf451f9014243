import { statSync } from 'node:fs';

/** Whether both paths lead to one file, whatever they are called; false where one of them leads nowhere. */
export function isSameFile(path: string, other: string): boolean {
  const [one, two] = [path, other].map((each) =>
    statSync(each, { bigint: true, throwIfNoEntry: false }),
  );
  return one !== undefined && two !== undefined && one.dev === two.dev && one.ino === two.ino;
}
