import { canonicalJson, deterministicId } from '@heliograph/contracts';
import type { RunFacts } from '@heliograph/trade-log';
import type { Invocation } from './invocation.ts';
import { programVersion } from './program-version.ts';

/** Where something is and what it is called makes no other configuration; and an address may hold a password. */
const places = new Set(['nats', 'db', 'dataDir', 'worker', 'config']);

/** What the log notes of this process: `more` is what the command line only points at, such as settings in files. */
export function runFactsOf(
  { words, values }: Pick<Invocation, 'words' | 'values'>,
  more: unknown = null,
): RunFacts {
  const told = Object.fromEntries(Object.entries(values).filter(([name]) => !places.has(name)));
  return {
    programVersion: programVersion(),
    configHash: deterministicId('configuration', canonicalJson({ words, told, more })),
  };
}
