import { z } from 'zod';
import { postJson } from './post-json.ts';
import type { RateLimit } from './rate-limit.ts';
import { failed, type Sink } from './sink.ts';
import { createTurns } from './turns.ts';

export interface DiscordSinkOptions {
  /** Of a channel's webhook, as its settings show it. It appears in no error and in no log. */
  readonly url: string;
  /** How long one call may take. Default 15,000. */
  readonly timeoutMs?: number;
  /** Default: those of a channel's webhook. */
  readonly limits?: readonly RateLimit[];
}

const longest = 2_000;
/** The message arrives without a sound. */
const suppressNotifications = 4_096;
const webhookLimits: readonly RateLimit[] = [
  { count: 5, windowMs: 2_000 },
  { count: 30, windowMs: 60_000 },
];
const RateLimited = z.looseObject({ retry_after: z.number().nonnegative() });

/** Writes into one Discord channel, within its limits. */
export function createDiscordSink({
  url,
  timeoutMs = 15_000,
  limits = webhookLimits,
}: DiscordSinkOptions): Sink {
  const turns = createTurns(limits);
  return {
    name: 'discord',
    maxInFlight: 1,
    sumsUp: true,
    async send({ plain, quiet, severity }, signal) {
      const turn = await turns.take({ urgency: severity === 'error' ? 'urgent' : 'usual', signal });
      if (!turn) return failed('UNREACHABLE', 'it was given up before it was sent');
      const outcome = await postJson(
        { what: 'Discord', url },
        {
          content: cut(escaped(plain)),
          // Whatever a message holds, it calls nobody.
          allowed_mentions: { parse: [] },
          ...(quiet && { flags: suppressNotifications }),
        },
        { signal, timeoutMs, readRetryMs },
      );
      turn.end();
      return outcome;
    },
  };
}

/** Discord reads Markdown: what a message says is shown as it is. */
function escaped(text: string): string {
  return text.replaceAll(/[\\*_~`|>#[\]()<:@-]/g, String.raw`\$&`);
}

function cut(text: string): string {
  return text.length <= longest ? text : `${text.slice(0, longest - 1).toWellFormed()}…`;
}

function readRetryMs(body: string): number | undefined {
  try {
    return RateLimited.parse(JSON.parse(body)).retry_after * 1_000;
  } catch {
    return undefined;
  }
}
