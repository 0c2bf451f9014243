import { setTimeout as sleep } from 'node:timers/promises';
import { TransientError } from '@heliograph/contracts';
import type { Bus } from '@heliograph/contracts/bus';
import type { Logger, Service } from '@heliograph/contracts/service';
import { createBoundedMap } from '../bounded-map.ts';
import { openConfirmations } from '../commands/confirmations.ts';
import type { Control } from '../commands/control.ts';
import { parseCommand } from '../commands/parse-command.ts';
import type { TelegramClient } from '../telegram/client.ts';
import { pollUpdates } from '../telegram/poller.ts';
import type { Update } from '../telegram/update.ts';
import { hearWebhook, type Webhook } from '../telegram/webhook.ts';
import { isAllowed, senderOf, type Access } from './access.ts';
import { createButtons } from './buttons.ts';
import { createCommandJournal } from './command-journal.ts';
import { createCommander } from './commander.ts';
import { offerMenu } from './menu.ts';
import { createReplies } from './replies.ts';
import { createSpeaker } from './speaker.ts';

const remembered = 1_024;
const againMs = 1_000;

export interface BotOptions {
  readonly bus: Bus;
  readonly client: TelegramClient;
  readonly control: Control;
  readonly access: Access;
  /** As people call it in groups: `/status@name`. */
  readonly botName?: string | undefined;
  /** Where Telegram is to bring what is written. Default: it is asked for it. */
  readonly webhook?: Webhook | undefined;
  readonly log: Logger;
  /** The wall clock, epoch ms. */
  readonly nowMs?: () => number;
  /** How long stopping waits for what is being done. Default 3,000. */
  readonly stopWithinMs?: number;
}

/** Answers people who write to the bot, and does what they have confirmed. Strangers get no answer at all. */
export function startTelegramBot({ stopWithinMs = 3_000, ...options }: BotOptions): Service {
  const { client, log, webhook } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const atWork = new Set<Promise<void>>();
  const begin = (work: Promise<unknown>): void => {
    const settled: Promise<void> = work
      .then(() => undefined)
      .catch((err: unknown) => log.error({ err }, 'a command failed'))
      .finally(() => atWork.delete(settled));
    atWork.add(settled);
  };

  const work = async (): Promise<void> => {
    const hear = await opened(() => openHearing(options, { begin, signal }), { log, signal });
    if (!hear) return;
    begin(offerMenu({ client, access: options.access, log, signal }));
    const hearing = {
      client,
      log,
      signal,
      onUpdate: (update: Update) =>
        hear(update).catch((err: unknown) => log.error({ err }, 'an update was not understood')),
    };
    await (webhook ? hearWebhook(webhook, hearing) : pollUpdates(hearing));
    // What is stopped in the middle is done after the next start.
    await Promise.race([Promise.all(atWork), sleep(stopWithinMs, undefined, { ref: false })]);
  };
  const finished = work();
  // Whatever ends it ends nothing else.
  finished.catch((err: unknown) => log.error({ err }, 'the bot has ended'));
  const stop = async (): Promise<void> => {
    stopping.abort();
    await finished.catch(() => undefined);
  };
  return { name: 'telegram-bot', finished, stop, [Symbol.asyncDispose]: stop };
}

/** Tried until the message server is there; undefined when the bot is stopped before. */
async function opened<T>(
  open: () => Promise<T>,
  { log, signal }: { log: Logger; signal: AbortSignal },
): Promise<T | undefined> {
  while (!signal.aborted) {
    try {
      return await open();
    } catch (err) {
      if (!(err instanceof TransientError)) throw err;
      log.warn({ err }, 'the bot has to wait for the message server');
      await sleep(againMs, undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

/** What the bot makes of an update. It begins with what was confirmed and not done when it was stopped. */
async function openHearing(
  {
    bus,
    client,
    control,
    access,
    botName,
    log,
    nowMs = Date.now,
  }: Omit<BotOptions, 'stopWithinMs' | 'webhook'>,
  { begin, signal }: { begin: (work: Promise<unknown>) => void; signal: AbortSignal },
): Promise<(update: Update) => Promise<void>> {
  const confirmations = await openConfirmations(bus, nowMs);
  const speaker = createSpeaker({ client, log, signal });
  const replies = createReplies(nowMs);
  const journal = createCommandJournal({ bus, nowMs, log });
  const commander = createCommander({
    bus,
    control,
    speaker,
    replies,
    confirmations,
    journal,
    log,
    nowMs,
    signal,
  });
  const buttons = createButtons({
    commander,
    confirmations,
    journal,
    replies,
    speaker,
    begin,
    log,
  });
  const seen = createBoundedMap<number, true>(remembered);
  const strangers = createBoundedMap<string, true>(remembered);

  for (const [nonce, pending] of await confirmations.unfinished())
    begin(commander.carryOut(nonce, pending));

  return async (update) => {
    const { message, callback_query: query, update_id: updateId } = update;
    const sender = senderOf(update);
    if (seen.has(updateId) || !sender) return;
    seen.set(updateId, true);
    if (!isAllowed(sender, access)) {
      const who = `${sender.author} in chat ${sender.chatId}`;
      if (!strangers.has(who)) log.warn({ who }, 'a stranger wrote to the bot and got no answer');
      strangers.set(who, true);
      return;
    }
    if (query) return buttons.press(query, { ...sender, updateId });
    const given = message?.text === undefined ? undefined : parseCommand(message.text, botName);
    const threadId = message?.message_thread_id;
    if (given) begin(commander.run(given, { ...sender, updateId, threadId }));
  };
}
