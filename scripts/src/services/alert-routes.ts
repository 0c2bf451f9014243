import { Writable } from 'node:stream';
import type { AlertRoute, Sink } from '@heliograph/notifier';
import type { Env } from '../options/env.ts';
import type { Invocation } from '../invocation.ts';

/** Telegram where a token and a chat are set, otherwise a line of text for each alert; or where `--alerts` says. */
export async function alertRoutes(
  invocation: Invocation,
  env: Env,
  { write, colour }: { write: (line: string) => void; colour: boolean },
): Promise<readonly [AlertRoute, ...AlertRoute[]]> {
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_CHAT_ID: chatId, TELEGRAM_API_ROOT: apiRoot } = env;
  const { createTelegramSink, createTerminalSink } = await import('@heliograph/notifier');
  const { readAlertRoutes } = await import('../options/alerts-file.ts');
  const terminal = (): Sink => {
    const stream = new Writable({
      decodeStrings: false,
      write(text: string, _encoding, done) {
        write(text.trimEnd());
        done();
      },
    });
    return createTerminalSink({ stream, colour });
  };
  const usual = (): Sink =>
    token !== undefined && chatId !== undefined
      ? createTelegramSink({ token, chatId, ...(apiRoot !== undefined && { apiRoot }) })
      : terminal();
  return readAlertRoutes(invocation, env, { usual, terminal });
}
