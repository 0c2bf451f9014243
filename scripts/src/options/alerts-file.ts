import { isTimeZone, Name, UserError } from '@heliograph/contracts';
import {
  createBotTurns,
  createDiscordSink,
  createTelegramSink,
  createWebhookSink,
  loudnesses,
  severities,
  toldKinds,
  type AlertRoute,
  type BotTurns,
  type Sink,
} from '@heliograph/notifier';
import { z } from 'zod';
import { MinuteOfDayText, type Env } from './env.ts';
import { readOptions, type Invocation } from '../invocation.ts';
import { SpanText } from './setting-texts.ts';
import { parseStrictly, readJson } from './strict-json.ts';

const AlertsOption = z.object({ alerts: z.string().min(1, 'expected a file').optional() });

const Address = z.url({ protocol: /^https?$/, error: 'expected an address such as https://…' });

const channels = {
  telegram: z
    .object({
      chat: z.union(
        [z.int(), z.string().regex(/^@\w+$/, 'expected a number or the @name of a channel')],
        {
          error: 'expected a number or the @name of a channel',
        },
      ),
      topic: z.int().positive().optional(),
    })
    .optional(),
  discord: Address.optional(),
  webhook: z.object({ url: Address, secret: z.string().min(1).optional() }).optional(),
  terminal: z.literal(true, 'expected true').optional(),
};

const Route = z
  .object({
    ...channels,
    events: z
      .partialRecord(
        z.enum(toldKinds, { error: `expected ${toldKinds.join(', ')}` }),
        z.enum(loudnesses, { error: `expected ${loudnesses.join(', ')}` }),
      )
      .default({}),
    atLeast: z.enum(severities, { error: `expected ${severities.join(', ')}` }).default('info'),
    quietHours: z
      .object({
        from: MinuteOfDayText,
        to: MinuteOfDayText,
        zone: z
          .string()
          .refine(isTimeZone, 'expected a time zone such as Europe/Berlin')
          .optional(),
      })
      .optional(),
    digestEvery: SpanText.default(3_600_000),
  })
  .refine(
    (route) =>
      [route.telegram, route.discord, route.webhook, route.terminal].filter(Boolean).length === 1,
    'say where it leads, by one of telegram, discord, webhook, terminal',
  );
type Route = z.infer<typeof Route>;

const AlertsFile = z
  .record(Name, Route)
  .refine((routes) => Object.keys(routes).length > 0, 'expected at least one route');

const example =
  'routes such as {"phone": {"telegram": {"chat": 4711}, "events": {"signal_skipped": "off"}}}';

/**
 * The routes of the file that `--alerts` names, or else the usual one.
 * @throws UserError that names the file, the route and the field that is wrong
 */
export async function readAlertRoutes(
  invocation: Invocation,
  env: Env,
  sinks: { readonly usual: () => Sink; readonly terminal: () => Sink },
): Promise<readonly [AlertRoute, ...AlertRoute[]]> {
  const { alerts: path } = readOptions(invocation, AlertsOption);
  if (path === undefined) return [{ sink: sinks.usual() }];
  const json = await readJson(path, { option: '--alerts: expected a file', example });
  const turns = createBotTurns();
  const [first, ...others] = Object.entries(parseStrictly(AlertsFile, json, path)).map(
    ([route, said]): AlertRoute => ({
      route,
      sink: sinkOf(said, { env, where: `${path}: ${route}`, terminal: sinks.terminal, turns }),
      rules: {
        events: said.events,
        atLeast: said.atLeast,
        quietHours: said.quietHours && {
          ...said.quietHours,
          zone: said.quietHours.zone ?? env.HELIOGRAPH_TIME_ZONE,
        },
      },
      digestEveryMs: said.digestEvery,
    }),
  );
  return first ? [first, ...others] : [{ sink: sinks.usual() }];
}

function sinkOf(
  { telegram, discord, webhook }: Route,
  {
    env,
    where,
    terminal,
    turns,
  }: { env: Env; where: string; terminal: () => Sink; turns: BotTurns },
): Sink {
  if (discord !== undefined) return createDiscordSink({ url: discord });
  if (webhook) return createWebhookSink(webhook);
  if (!telegram) return terminal();
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_API_ROOT: apiRoot } = env;
  if (token === undefined)
    throw new UserError(`${where}: telegram: set TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID as well`);
  const { chat: chatId, topic: threadId } = telegram;
  return createTelegramSink({
    token,
    chatId,
    threadId,
    turns,
    ...(apiRoot !== undefined && { apiRoot }),
  });
}
