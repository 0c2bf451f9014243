import { randomBytes } from 'node:crypto';
import type { Bus } from '@heliograph/contracts/bus';
import { z } from 'zod';
import type { GivenCommand } from './parse-command.ts';

const Pending = z.object({
  name: z.string(),
  words: z.array(z.string()).readonly(),
  portfolio: z.string().or(z.undefined()).optional(),
  userId: z.int(),
  author: z.string(),
  chatId: z.int(),
  /** The topic in which it was given. */
  threadId: z.int().or(z.undefined()).optional(),
  /** Of the message with the buttons, once it is sent. */
  messageId: z.int().optional(),
  /** The update that proposed it. */
  updateId: z.int(),
  /** Epoch ms. */
  expiresMs: z.number(),
  /** The update that confirmed it: what was confirmed is done, whoever dies in between. */
  confirmedBy: z.int().optional(),
});

/** A command that waits for its confirmation, or for being done. */
export type Pending = z.infer<typeof Pending>;

interface Presser {
  readonly userId: number;
  readonly chatId: number;
}

type Confirmed =
  | { readonly status: 'confirmed'; readonly pending: Pending }
  /** It is too late, it was used, or nobody knows it. */
  | { readonly status: 'expired' }
  /** Somebody else's, or of another chat. */
  | { readonly status: 'foreign' };

/**
 * Commands that change something, from their proposal to their end. They are kept where they outlive the bot: a
 * confirmation counts once, for whom it was asked and where, and what it has confirmed is done at last.
 */
export interface Confirmations {
  /** Resolves to the name by which it is confirmed. */
  propose(proposed: Omit<Pending, 'expiresMs' | 'confirmedBy' | 'messageId'>): Promise<string>;
  /** Tells where its buttons are. */
  shownAt(nonce: string, messageId: number): Promise<void>;
  /**
   * What was confirmed and is not done is confirmed again: the answer to the first time got lost. Whoever has it in hand
   * does not ask.
   */
  confirm(nonce: string, by: Presser & { readonly updateId: number }): Promise<Confirmed>;
  /** Takes a proposal back; undefined when it was not there any more, was confirmed, or is not theirs. */
  decline(nonce: string, by: Presser): Promise<Pending | undefined>;
  /** It is done. */
  drop(nonce: string): Promise<void>;
  /** Those that were confirmed and are not done; what has expired is forgotten. */
  unfinished(): Promise<(readonly [nonce: string, pending: Pending])[]>;
}

const bucketName = 'telegram-confirmations';
const confirmWithinMs = 30_000;

export async function openConfirmations(
  bus: Pick<Bus, 'bucket'>,
  nowMs: () => number,
): Promise<Confirmations> {
  const bucket = await bus.bucket(bucketName);

  const read = async (
    nonce: string,
  ): Promise<{ pending: Pending; revision: number } | undefined> => {
    const entry = isNonce(nonce) ? await bucket.get(nonce) : undefined;
    if (!entry) return undefined;
    const parsed = Pending.safeParse(JSON.parse(entry.value));
    return parsed.success ? { pending: parsed.data, revision: entry.revision } : undefined;
  };

  return {
    async propose(proposed) {
      const nonce = randomBytes(12).toString('base64url');
      const pending: Pending = { ...proposed, expiresMs: nowMs() + confirmWithinMs };
      await bucket.put(nonce, JSON.stringify(pending));
      return nonce;
    },
    async shownAt(nonce, messageId) {
      const found = await read(nonce);
      if (found)
        await bucket.update(nonce, JSON.stringify({ ...found.pending, messageId }), found.revision);
    },
    async confirm(nonce, by) {
      // What changes meanwhile may be no more than where its buttons are.
      for (let attempt = 1; ; attempt++) {
        const found = await read(nonce);
        if (!found) return { status: 'expired' };
        const { pending, revision } = found;
        if (!isTheirs(pending, by)) return { status: 'foreign' };
        if (nowMs() > pending.expiresMs) return { status: 'expired' };
        if (pending.confirmedBy !== undefined)
          return attempt === 1 ? { status: 'confirmed', pending } : { status: 'expired' };
        const confirmed = { ...pending, confirmedBy: by.updateId };
        const updated = await bucket.update(nonce, JSON.stringify(confirmed), revision);
        if (updated !== undefined) return { status: 'confirmed', pending: confirmed };
      }
    },
    async decline(nonce, by) {
      for (;;) {
        const found = await read(nonce);
        if (!found || !isTheirs(found.pending, by)) return undefined;
        const { pending, revision } = found;
        if (pending.confirmedBy !== undefined || pending.expiresMs === 0) return undefined;
        // Who confirms it at the same time is before it or behind it.
        const declined = JSON.stringify({ ...pending, expiresMs: 0 });
        if ((await bucket.update(nonce, declined, revision)) === undefined) continue;
        await bucket.delete(nonce);
        return pending;
      }
    },
    drop: (nonce) => bucket.delete(nonce),
    async unfinished() {
      const unfinished: (readonly [string, Pending])[] = [];
      for (const { key } of await bucket.entries()) {
        const found = await read(key);
        if (found?.pending.confirmedBy !== undefined) unfinished.push([key, found.pending]);
        else if (!found || nowMs() > found.pending.expiresMs) await bucket.delete(key);
      }
      return unfinished;
    },
  };
}

function isTheirs(pending: Pending, by: Presser): boolean {
  return pending.userId === by.userId && pending.chatId === by.chatId;
}

/** What a button brings back may be anything: a bucket has rules for its keys. */
function isNonce(text: string): boolean {
  return /^[\w-]{16}$/.test(text);
}

/** The command as it was given. */
export function givenOf({ name, words, portfolio }: Pending): GivenCommand {
  return { name, words, portfolio };
}
