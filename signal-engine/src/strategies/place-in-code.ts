import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What runs strategies is not where one is wrong. */
const runner =
  /\/signal-engine\/src\/(signals|strategies\/(player|define-strategy|needs|strategy-params|time-limit))\.ts:/;

/** `mine.ts:12:7`: where in somebody's file an error came about, as far as its stack tells; seen from the working folder. */
export function placeInCode(error: unknown): string | undefined {
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  for (const line of stack.split('\n')) {
    if (/\bnode:/.test(line)) continue;
    const [, place = ''] =
      /^(?:\s+at .*?\(?)?((?:file:\/\/)?\/[^()]*?:\d+(?::\d+)?)\)?$/.exec(line) ?? [];
    if (place === '' || place.includes('/node_modules/') || runner.test(place)) continue;
    const [, address = '', position = ''] = /^(.*?)((?::\d+){1,2})$/.exec(place) ?? [];
    const path = address.startsWith('file:') ? fileURLToPath(address) : address;
    return `${shortest(path)}${position}`;
  }
  return undefined;
}

/** Seen from the working folder, where that is shorter. */
export function shortest(path: string): string {
  const seen = relative(process.cwd(), path);
  return seen.length < path.length ? seen : path;
}
