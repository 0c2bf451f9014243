interface LogLine {
  readonly time?: string;
  readonly msg?: string;
  readonly err?: { readonly message?: string };
}

/** The last lines of the log, for people who are not at the terminal. */
export interface RecentLog {
  /** Keeps what is written, and hands it on. */
  tee(destination: { write(line: string): unknown }): { write(line: string): void };
  /** Oldest first. */
  lines(count: number): readonly string[];
}

export function createRecentLog(keep = 200): RecentLog {
  const kept: string[] = [];
  return {
    tee: (destination) => ({
      write(line) {
        kept.push(line);
        if (kept.length > keep) kept.shift();
        destination.write(line);
      },
    }),
    lines: (count) => kept.slice(-count).map(sentence),
  };
}

function sentence(line: string): string {
  const { time = '', msg = '', err }: LogLine = JSON.parse(line);
  const reason = err?.message === undefined ? '' : ` (${err.message})`;
  return `${time.slice(11, 19)} ${msg}${reason}`;
}
