import { createLogger, standardError, type Logger } from '@heliograph/contracts/service';
import type { RecentLog } from './recent-log.ts';
import type { Terminal } from './terminal.ts';

interface LogLine {
  readonly level: number;
  readonly msg?: string;
  readonly err?: { readonly message?: string };
}

const levels = [
  { from: 50, name: 'error', style: 'red' },
  { from: 40, name: 'warning', style: 'yellow' },
  { from: 0, name: 'note', style: 'dim' },
] as const;
const hidden = new Set(['level', 'time', 'pid', 'hostname', 'name', 'msg', 'err']);

/** The services' log: JSON lines on standard error, or on a terminal sentences above the progress line. */
export function createCommandLog({
  terminal,
  level,
  recent,
}: {
  terminal: Terminal;
  level: string;
  /** Keeps the last lines. */
  recent: RecentLog;
}): Logger {
  return createLogger({
    name: 'heliograph',
    level,
    destination: recent.tee(
      terminal.interactive
        ? { write: (line: string) => terminal.note(sentence(line, terminal)) }
        : standardError(),
    ),
  });
}

function sentence(line: string, terminal: Terminal): string {
  const entry: LogLine = JSON.parse(line);
  const { name, style } = levels.find(({ from }) => entry.level >= from) ?? levels[2];
  const facts = Object.entries(entry)
    .filter(([key]) => !hidden.has(key))
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const reason = entry.err?.message;
  const details = [...(reason === undefined ? [] : [reason]), ...facts].join(', ');
  return `${terminal.style(style, name)}: ${entry.msg ?? ''}${details && ` (${details})`}`;
}
