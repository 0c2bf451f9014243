/** One place at which a worker may be killed, as docs/crashes.md has it. */
export interface CrashRow {
  /** What it had done last that changes anything outside the process. */
  readonly last: string;
  /** How many orders were at the exchange. */
  readonly orders: string;
  /** What the next worker changes first. */
  readonly next: string;
}

/** A run of a worker that was killed. */
export interface KilledRun {
  readonly ordersAtDeath?: number;
  readonly operationsOfNext: readonly string[];
}

/** The changes among a worker's operations, in their order; all the others ask. */
export function changesAmong(operations: readonly string[]): { name: string; time: number }[] {
  const times = new Map<string, number>();
  return operations.filter(isChange).map((name) => {
    const time = (times.get(name) ?? 0) + 1;
    times.set(name, time);
    return { name, time };
  });
}

export function rowOf(last: string, { ordersAtDeath = 0, operationsOfNext }: KilledRun): CrashRow {
  const changes = operationsOfNext.filter((name) => isChange(name) && !isFormal(name));
  // What never was sent is ended first; what then comes is the news.
  const end = changes.findIndex((name) => name !== 'write order_cancelled');
  const next = changes.slice(0, end < 0 ? changes.length : end + 1);
  return { last, orders: String(ordersAtDeath), next: next.join(', ') || 'nothing' };
}

/** The rows of the table under a heading: what is in code font in their first and last columns. */
export function rowsUnder(page: string, heading: string): CrashRow[] {
  const [, section = ''] = page.split(`\n## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  return [...table.matchAll(/^\|(?<cells>.*)\|$/gm)].slice(2).map(({ groups }) => {
    const cells = (groups?.['cells'] ?? '').split('|').map((cell) => cell.trim());
    return { last: plain(cells[0]), orders: plain(cells[1]), next: plain(cells[2]) };
  });
}

function isChange(name: string): boolean {
  return /^(write|place|take back|acknowledge)/.test(name);
}

/** Every worker does that, whatever was before. */
function isFormal(name: string): boolean {
  return name === 'write bucket portfolios' || name === 'acknowledge';
}

function plain(cell = ''): string {
  return cell.replaceAll('`', '');
}
