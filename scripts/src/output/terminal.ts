import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/** Where a command speaks: data on standard output, everything for people on standard error. */
export interface Terminal {
  /** Whether somebody sees the progress line. */
  readonly interactive: boolean;
  /** Whether standard output shows colours. */
  readonly colours: boolean;
  data(text: string): void;
  /** One line for people; nothing with `--quiet`. */
  note(text: string): void;
  /** The line that says how far it is, written over the former one. On no terminal it comes now and then, as a line. */
  progress(text: string): void;
  /** Takes the progress line away. */
  endProgress(): void;
  /** Coloured if standard error shows colours. */
  style(style: Style, text: string): string;
}

const redrawEveryMs = 100;
const lineEveryMs = 10_000;

export function createTerminal({
  stdout,
  stderr,
  quiet,
}: {
  stdout: WriteStream;
  stderr: WriteStream;
  quiet: boolean;
}): Terminal {
  const interactive = stderr.isTTY;
  let line = '';
  let writtenAtMs = performance.now();

  const clear = (): void => {
    if (line !== '' && interactive) stderr.write('\r\x1b[2K');
  };
  const redraw = (): void => {
    if (line !== '' && interactive) stderr.write(line);
  };

  return {
    interactive: interactive && !quiet,
    colours: stdout.isTTY && stdout.hasColors(),
    data(text) {
      clear();
      stdout.write(`${text}\n`);
      redraw();
    },
    note(text) {
      if (quiet) return;
      clear();
      stderr.write(`${text}\n`);
      redraw();
    },
    progress(text) {
      const now = performance.now();
      if (quiet || now - writtenAtMs < (interactive ? redrawEveryMs : lineEveryMs)) return;
      writtenAtMs = now;
      clear();
      line = interactive ? text.slice(0, (stderr.columns ?? 80) - 1) : text;
      stderr.write(interactive ? line : `${line}\n`);
    },
    endProgress() {
      clear();
      line = '';
    },
    style: (style, text) => styleText(style, text, { stream: stderr }),
  };
}
