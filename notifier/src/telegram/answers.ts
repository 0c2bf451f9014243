import { PermanentError } from '@heliograph/contracts';
import { z } from 'zod';
import { failed, longestWaitMs, type SendFailure } from '../sinks/sink.ts';

/** What Telegram answers when it does not take a message. */
const Refusal = z.looseObject({
  error_code: z.int(),
  description: z.string(),
  parameters: z
    .looseObject({
      /** Seconds. */
      retry_after: z.number().positive().optional(),
      /** The group's new id, when it has become a supergroup. */
      migrate_to_chat_id: z.int().optional(),
    })
    .default({}),
});

/** The descriptions of a 400 that speak of the chat or of the bot's place in it, and not of the message. */
const chatTrouble =
  /chat not found|chat_id is empty|peer_id_invalid|user not found|kicked|deactivated|write_forbidden|not enough rights|no rights|need administrator|admin_required|channel_private|chat_restricted|supergroup/i;

/** Those that speak of the topic. */
const topicTrouble = /thread not found|topic_?\s?deleted|topic_?\s?closed/i;

const Sent = z.looseObject({ message_id: z.int() });

/** The number of a message that was taken; undefined where the answer does not name it. */
export function messageIdOf(result: unknown): number | undefined {
  return Sent.safeParse(result).data?.message_id;
}

/** What a refusal means for this message and for those behind it. */
export function outcomeOf(answer: unknown): SendFailure {
  const parsed = Refusal.safeParse(answer);
  if (!parsed.success) return failed('TELEGRAM_DOWN', 'the answer is not one of Telegram');
  const { error_code: code, description, parameters } = parsed.data;
  const said = `Telegram says "${code} ${description}"`;
  if (code === 429) {
    const retryAfterMs = Math.min((parameters.retry_after ?? 1) * 1_000, longestWaitMs);
    return { ...failed('TELEGRAM_RATE_LIMIT', said), retryAfterMs };
  }
  if (code >= 500) return failed('TELEGRAM_DOWN', said);
  if (code === 401 || code === 404)
    return blocked(said, 'check the bot token, as @BotFather shows it, and the API address');
  if (code === 403)
    return blocked(said, 'write to the bot in that chat, or add it to the group again');
  if (code === 400) {
    const { migrate_to_chat_id: newId } = parameters;
    if (/can't parse entities/i.test(description)) return refused(unreadable, said);
    if (newId !== undefined)
      return blocked(said, `the group has become a supergroup: its chat id is now ${newId}`);
    if (topicTrouble.test(description))
      return blocked(said, 'check the number of the topic, or open it again');
    if (chatTrouble.test(description))
      return blocked(said, 'check the chat id, and that the bot is there and may write');
  }
  return refused('TELEGRAM_REFUSED', said);
}

const unreadable = 'TELEGRAM_UNREADABLE';

/** Telegram could not read the HTML: the same is to be sent as plain text. */
export function isUnreadable(outcome: {
  readonly status: string;
  readonly error?: { readonly code: string };
}): boolean {
  return outcome.status === 'refused' && outcome.error?.code === unreadable;
}

/** Telegram shows that already. */
export function isUnchanged(outcome: SendFailure): boolean {
  return outcome.status === 'refused' && /message is not modified/i.test(outcome.error.message);
}

/** The message that was to be changed is too old, or somebody has deleted it. */
export function isGone(outcome: SendFailure): boolean {
  return (
    outcome.status === 'refused' &&
    /message to edit not found|message can't be edited|message_id_invalid/i.test(
      outcome.error.message,
    )
  );
}

function refused(code: string, said: string): SendFailure {
  return { status: 'refused', error: new PermanentError(code, said) };
}

function blocked(said: string, remedy: string): SendFailure {
  return { status: 'blocked', remedy: `${said}: ${remedy}` };
}
