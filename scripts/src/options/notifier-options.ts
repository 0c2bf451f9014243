import type {
  Access,
  HealthOptions,
  SummaryTimes,
  TelegramClientOptions,
  Webhook,
} from '@heliograph/notifier';
import { weekdays, type Env } from './env.ts';

/** What the notifier does beside telling what happens. */
export interface BesidesAlerts {
  /** Whom it answers; undefined: nobody. */
  readonly telegram: TelegramCommands | undefined;
  readonly health: HealthOptions;
  /** When it sums up; undefined: never. */
  readonly summaries: SummaryTimes | undefined;
  /** How it writes numbers: `en`. */
  readonly locale: string;
}

export function besidesAlerts(env: Env): BesidesAlerts {
  const { HELIOGRAPH_HEALTH_LISTEN: listen, HELIOGRAPH_PING_URL: url } = env;
  const { HELIOGRAPH_SUMMARY_TIME: minuteOfDay } = env;
  return {
    telegram: telegramCommands(env),
    locale: env.HELIOGRAPH_LOCALE,
    health: { listen, ping: url === undefined ? undefined : { url } },
    summaries:
      minuteOfDay === 'off'
        ? undefined
        : {
            zone: env.HELIOGRAPH_TIME_ZONE,
            minuteOfDay,
            weekday: weekdays.indexOf(env.HELIOGRAPH_SUMMARY_DAY),
          },
  };
}

/** Who may give commands in Telegram, and how it is reached. */
export interface TelegramCommands extends TelegramClientOptions {
  readonly access: Access;
  readonly botName?: string | undefined;
  readonly webhook?: Webhook | undefined;
}

/** Undefined where nobody may. */
function telegramCommands(env: Env): TelegramCommands | undefined {
  const { TELEGRAM_BOT_TOKEN: token, TELEGRAM_CHAT_ID: chatId, TELEGRAM_USER_IDS: userIds } = env;
  if (token === undefined || typeof chatId !== 'number' || !userIds) return undefined;
  const { TELEGRAM_API_ROOT: apiRoot, TELEGRAM_WEBHOOK_URL: url } = env;
  return {
    token,
    ...(apiRoot !== undefined && { apiRoot }),
    access: { userIds, chatIds: [chatId] },
    botName: env.TELEGRAM_BOT_NAME,
    ...(url !== undefined && {
      webhook: { url, ...env.TELEGRAM_WEBHOOK_LISTEN, secret: env.TELEGRAM_WEBHOOK_SECRET },
    }),
  };
}
