import type fc from 'fast-check';

/**
 * How many histories are played, and from which seed: few, unless HISTORIES says otherwise. `npm run test:histories`
 * plays thousands; then the progress goes to standard error.
 */
export function runsOf(property: string, { few }: { few: number }): RunParameters {
  const { HISTORIES, HISTORIES_SEED, HISTORIES_PATH, HISTORIES_SHRINK } = process.env;
  const numRuns = HISTORIES === undefined ? few : Number(HISTORIES);
  const seed = HISTORIES_SEED === undefined ? Date.now() % 2 ** 31 : Number(HISTORIES_SEED);
  const say = (text: string): void => {
    if (HISTORIES !== undefined) process.stderr.write(`${property}: ${text}\n`);
  };
  say(`${numRuns} histories, seed ${seed}`);
  let played = 0;
  return {
    numRuns,
    seed,
    ...(HISTORIES_SHRINK === '0' && { endOnFailure: true }),
    ...(HISTORIES_PATH !== undefined && { path: HISTORIES_PATH }),
    onPlayed() {
      played++;
      if (played % 500 === 0) say(`${played} of ${numRuns}`);
    },
  };
}

export type RunParameters = Pick<fc.Parameters, 'numRuns' | 'seed' | 'path' | 'endOnFailure'> & {
  onPlayed(): void;
};
