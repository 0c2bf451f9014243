import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { styleText } from 'node:util';
import type { Message } from '../messages/message.ts';
import { failed, type Sink } from './sink.ts';

const colours = { info: 'none', success: 'green', warning: 'yellow', error: 'red' } as const;

/**
 * Writes a line per message. A message is sent when the stream has taken it and has room for more. `colour` is for a
 * terminal that can show it.
 */
export function createTerminalSink({
  stream,
  colour = false,
}: {
  stream: Writable;
  colour?: boolean;
}): Sink {
  // A terminal that is gone is the outcome of the next message; unheard, the error event would end the process.
  stream.on('error', () => undefined);
  const shown = ({ severity, quiet, plain }: Message): string => {
    if (!colour) return plain;
    return styleText(quiet ? 'dim' : colours[severity], plain, { validateStream: false });
  };
  return {
    name: 'terminal',
    maxInFlight: 256,
    async send(message, signal) {
      // One system call for all lines of a tick.
      stream.cork();
      process.nextTick(() => stream.uncork());
      const hasRoom = stream.write(`${shown(message)}\n`);
      if (stream.errored) return failed('WRITE_FAILED', stream.errored.message);
      if (hasRoom) return { status: 'sent' };
      return once(stream, 'drain', { signal }).then(
        () => ({ status: 'sent' }) as const,
        () => failed('WRITE_FAILED', stream.errored?.message ?? 'the terminal takes nothing'),
      );
    },
  };
}
