import { readFile } from 'node:fs/promises';
import { UserError } from '@heliograph/contracts';
import type { AlertWebhookOptions } from '@heliograph/signal-engine';
import { z } from 'zod';
import type { Env } from './env.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { secretOf } from './secret-of.ts';
import { SpanText } from './setting-texts.ts';

const Options = z.object({
  listen: z
    .string()
    .regex(/^.+:\d{1,5}$/, 'expected a host and a port, such as 127.0.0.1:8080')
    .transform((text) => {
      const at = text.lastIndexOf(':');
      return { host: text.slice(0, at), port: Number(text.slice(at + 1)) };
    }),
  maxLag: SpanText,
  mode: z.enum(['paper', 'live']).default('paper'),
  tlsCert: z.string().optional(),
  tlsKey: z.string().optional(),
  tlsCa: z.string().optional(),
});

/** @throws UserError when there is no secret, or a file cannot be read */
export async function readWebhookOptions(
  invocation: Invocation,
  env: Env,
): Promise<Pick<AlertWebhookOptions, 'host' | 'port' | 'secret' | 'maxLagMs' | 'mode' | 'tls'>> {
  const { listen, maxLag, mode, tlsCert, tlsKey, tlsCa } = readOptions(invocation, Options);
  const secret = secretOf(env, 'HELIOGRAPH_WEBHOOK_SECRET');
  if (!secret)
    throw new UserError(
      'run webhook: set HELIOGRAPH_WEBHOOK_SECRET, or name a file that holds it in HELIOGRAPH_WEBHOOK_SECRET_FILE: anybody could trade otherwise',
      { exitCode: 2 },
    );
  if (
    (tlsCert === undefined) !== (tlsKey === undefined) ||
    (tlsCa !== undefined && tlsCert === undefined)
  )
    throw new UserError('--tls-cert and --tls-key go together, and --tls-ca with both', {
      exitCode: 2,
    });
  return {
    ...listen,
    secret: secret.reveal(),
    maxLagMs: maxLag,
    mode,
    ...(tlsCert !== undefined &&
      tlsKey !== undefined && {
        tls: {
          cert: await fileOf('--tls-cert', tlsCert),
          key: await fileOf('--tls-key', tlsKey),
          ...(tlsCa !== undefined && { ca: await fileOf('--tls-ca', tlsCa) }),
        },
      }),
  };
}

async function fileOf(flag: string, path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new UserError(`${flag}: expected a file that can be read, found ${path}`, { cause });
  });
}
