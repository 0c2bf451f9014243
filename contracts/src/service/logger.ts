import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

/** Where secrets may stand in what is logged: nowhere else are they hidden. */
const secretPaths = ['token', 'password', 'apiKey', 'secret', 'pass', 'user'].flatMap((name) => [
  name,
  `*.${name}`,
]);

/** JSON lines, UTC times, secrets hidden. Standard error by default: standard output is for data. */
export function createLogger(options: {
  name: string;
  level?: string;
  destination?: DestinationStream;
}): Logger {
  return pino(
    {
      name: options.name,
      level: options.level ?? 'info',
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: secretPaths, censor: '[hidden]' },
    },
    options.destination ?? standardError(),
  );
}

/** Of lines that wait for room on a full disk; what is more is lost. */
const mostWaiting = 1_000_000;

/** Each line at once. One that cannot be written can be told nowhere, and must not end the process. */
export function standardError(): DestinationStream {
  const stream = pino.destination({ dest: 2, sync: true, maxLength: mostWaiting });
  stream.on('error', () => undefined);
  return stream;
}

/** Says nothing. */
export function createSilentLogger(): Logger {
  return pino({ level: 'silent' });
}
