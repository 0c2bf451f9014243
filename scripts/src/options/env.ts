import { isLocale, isTimeZone, UserError } from '@heliograph/contracts';
import { z } from 'zod';
import { createSecret } from './secret.ts';

/** A variable that is set to nothing counts as not set. */
const text = z
  .string()
  .transform((value) => (value === '' ? undefined : value))
  .optional();

const secret = text.transform((value) => (value === undefined ? undefined : createSecret(value)));

/** `08:00`, as minutes since midnight. */
export const MinuteOfDayText = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time such as 08:00')
  .transform((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));

export const weekdays = [
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
] as const;

/** `8443`, `127.0.0.1:8443` or `[::1]:8443`: without a host on the loopback. */
const ListenText = z.string().transform((address, context) => {
  const [, host = '127.0.0.1', port] =
    /^(?:(\[[\da-fA-F:]+\]|[\w.-]+):)?(\d{1,5})$/.exec(address) ?? [];
  if (port !== undefined && Number(port) < 65_536)
    return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
  context.addIssue('expected a port, or host:port, such as 127.0.0.1:8443');
  return z.NEVER;
});

function isLoopback(hostname: string): boolean {
  return ['127.0.0.1', '[::1]', 'localhost'].includes(hostname);
}

const Env = z
  .object({
    HELIOGRAPH_LOG_LEVEL: text.pipe(
      z
        .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
          error: 'expected trace, debug, info, warn, error, fatal or silent',
        })
        .default('info'),
    ),
    /** Where to look for a nats-server. */
    PATH: text,
    HELIOGRAPH_NATS_SERVER: text,
    TELEGRAM_BOT_TOKEN: text,
    TELEGRAM_CHAT_ID: text.pipe(
      z
        .string()
        .regex(/^(-?\d+|@\w+)$/, 'expected a number, or the @name of a channel')
        .transform((id) => (id.startsWith('@') ? id : Number(id)))
        .optional(),
    ),
    /** Who may give commands; nobody without it. */
    TELEGRAM_USER_IDS: text.pipe(
      z
        .string()
        .regex(
          /^\d+(\s*,\s*\d+)*$/,
          'expected the numbers of people with commas between them, as @userinfobot tells them',
        )
        .transform((ids) => ids.split(',').map(Number))
        .optional(),
    ),
    /** The name of the bot without @, for groups in which there are several. */
    TELEGRAM_BOT_NAME: text,
    TELEGRAM_API_ROOT: text.pipe(
      z
        .url({
          protocol: /^https?$/,
          error: 'expected an address such as https://api.telegram.org',
        })
        .optional(),
    ),
    /** Where Telegram brings what is written, instead of being asked for it. */
    TELEGRAM_WEBHOOK_URL: text.pipe(
      z
        .url({ protocol: /^https?$/, error: 'expected an address such as https://example.org/bot' })
        .refine(
          (url) => url.startsWith('https:') || isLoopback(new URL(url).hostname),
          'expected https: Telegram brings updates over it only',
        )
        .optional(),
    ),
    /** Where those are taken that are passed on from there. */
    TELEGRAM_WEBHOOK_LISTEN: text.pipe(ListenText.prefault('127.0.0.1:8443')),
    TELEGRAM_WEBHOOK_SECRET: text.pipe(
      z
        .string()
        .regex(/^[\w-]{16,256}$/, 'expected 16 to 256 letters, digits, dashes and underscores')
        .optional(),
    ),
    /** When a day and a week are summed up, by the clocks of that zone. */
    HELIOGRAPH_SUMMARY_TIME: text.pipe(
      z
        .union([z.literal('off'), MinuteOfDayText], {
          error: 'expected a time such as 08:00, or off',
        })
        .prefault('08:00'),
    ),
    HELIOGRAPH_SUMMARY_DAY: text.pipe(
      z.enum(weekdays, { error: `expected ${weekdays.join(', ')}` }).prefault('monday'),
    ),
    HELIOGRAPH_TIME_ZONE: text.pipe(
      z.string().refine(isTimeZone, 'expected a time zone such as Europe/Berlin').prefault('UTC'),
    ),
    /** In which language numbers are written in messages. */
    HELIOGRAPH_LOCALE: text.pipe(
      z.string().refine(isLocale, 'expected a language such as de or en-IN').prefault('en'),
    ),
    /** Where it can be asked whether the notifier works; nowhere without it. */
    HELIOGRAPH_HEALTH_LISTEN: text.pipe(ListenText.optional()),
    /** Called once a minute while the notifier works. */
    HELIOGRAPH_PING_URL: text.pipe(
      z
        .url({
          protocol: /^https?$/,
          error: 'expected an address such as https://example.org/ping',
        })
        .optional(),
    ),
    /** Of the exchange account; only live trading reads them. */
    HELIOGRAPH_API_KEY: secret,
    HELIOGRAPH_API_KEY_FILE: text,
    HELIOGRAPH_API_SECRET: secret,
    HELIOGRAPH_API_SECRET_FILE: text,
    HELIOGRAPH_API_PASSPHRASE: secret,
    HELIOGRAPH_API_PASSPHRASE_FILE: text,
    /** What every alert of TradingView has to say. */
    HELIOGRAPH_WEBHOOK_SECRET: secret,
    HELIOGRAPH_WEBHOOK_SECRET_FILE: text,
    HELIOGRAPH_VENUE_URL: text.pipe(
      z
        .url({ protocol: /^https?$/, error: 'expected an address such as http://127.0.0.1:8080' })
        .optional(),
    ),
  })
  .refine(
    (env) => (env.TELEGRAM_BOT_TOKEN === undefined) === (env.TELEGRAM_CHAT_ID === undefined),
    {
      error: 'goes together with TELEGRAM_CHAT_ID: set both, or none to have the alerts here',
      path: ['TELEGRAM_BOT_TOKEN'],
    },
  )
  .refine(
    (env) => env.TELEGRAM_USER_IDS === undefined || typeof env.TELEGRAM_CHAT_ID === 'number',
    {
      error:
        'goes together with TELEGRAM_BOT_TOKEN and a number as TELEGRAM_CHAT_ID: commands are taken in that chat only',
      path: ['TELEGRAM_USER_IDS'],
    },
  );
export type Env = z.infer<typeof Env>;

/**
 * The variables that no flag stands for. Nothing else reads `process.env`.
 * @throws UserError that names the variable that is wrong, never its value
 */
export function readEnv(): Env {
  const parsed = Env.safeParse(process.env);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UserError(`${issue?.path.join('.')}: ${issue?.message}`);
}

/** The text of a variable that stands for an option, if it is set to anything. */
export function optionVariable(name: string): string | undefined {
  const text = process.env[name];
  return text === '' ? undefined : text;
}

/** Whether unexpected errors are shown with their stack. */
export function wantsStacks(): boolean {
  return ['debug', 'trace'].includes(process.env['HELIOGRAPH_LOG_LEVEL'] ?? '');
}
