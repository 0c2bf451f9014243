import { count, duration } from './format.ts';
import type { Terminal } from './terminal.ts';

/** The progress line of something that is played as fast as it goes. */
export interface PlayProgress {
  at(done: number): void;
  end(): void;
}

/** With a total it tells the share that is done and the time that is left. */
export function createPlayProgress(
  terminal: Terminal,
  { unit, total }: { unit: string; total: number | undefined },
): PlayProgress {
  const startedMs = performance.now();
  return {
    at(done) {
      const perMs = done / (performance.now() - startedMs);
      const rate = `${count(Math.round(perMs * 1000))} a second`;
      terminal.progress(
        total === undefined
          ? `${count(done)} ${unit}, ${rate}`
          : `${count(done)} of ${count(total)} ${unit} (${Math.floor((done / total) * 100)}%), ${rate}, ` +
              `${duration((total - done) / perMs)} left`,
      );
    },
    end: () => terminal.endProgress(),
  };
}
