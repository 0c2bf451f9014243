import { deterministicId } from '@heliograph/contracts';
import type { Bucket, Bus } from '@heliograph/contracts/bus';
import { z } from 'zod';
import { Story } from './story.ts';

/** A story with its message. */
const Kept = z.object({
  /** The chat; the number of a message means nothing elsewhere. */
  place: z.string(),
  messageId: z.int(),
  /** Its message tells nothing else, and is changed as it goes on. */
  isAlone: z.boolean(),
  sentMs: z.number(),
  changedMs: z.number(),
  /** How often it has changed, and which of the changes its message shows. */
  changes: z.int(),
  shown: z.int(),
  story: Story,
});
export type Kept = z.infer<typeof Kept>;

/** Which story a symbol is about. */
const Pointer = z.object({ key: z.string() });

const bucketName = 'trade-messages';
const dayMs = 86_400_000;
/** Nothing more is expected of what has not changed for so long. */
const forgottenAfterMs = { over: 7 * dayMs, open: 90 * dayMs };

/** The stories of one route, kept on the bus: they outlive the process. */
export interface KeptStories {
  keyOf(portfolio: string, idea: string): string;
  get(key: string): Promise<Kept | undefined>;
  /** That which is about the symbol at last. */
  ofSymbol(portfolio: string, symbol: string): Promise<{ key: string; kept: Kept } | undefined>;
  begin(key: string, kept: Kept, of: { portfolio: string; symbol: string }): Promise<void>;
  /** Changes it, whoever else does; resolves to what it is then. */
  change(key: string, by: (kept: Kept) => Kept): Promise<Kept | undefined>;
  /** Those whose message does not show all of them. Forgets those that nobody needs any more. */
  unshown(nowMs: number): Promise<string[]>;
}

export function keepStories(
  bus: Pick<Bus, 'bucket'>,
  { route, place }: { readonly route: string; readonly place: string },
): KeptStories {
  const open = (): Promise<Bucket> => bus.bucket(bucketName);
  const keyFor = (kind: string, ...names: string[]): string =>
    `${route}.${kind}.${deterministicId(place, ...names)}`;
  const get = async (key: string): Promise<Kept | undefined> => {
    const entry = await (await open()).get(key);
    return entry && Kept.parse(JSON.parse(entry.value));
  };
  return {
    keyOf: (portfolio, idea) => keyFor('trade', portfolio, idea),
    get,
    async ofSymbol(portfolio, symbol) {
      const entry = await (await open()).get(keyFor('symbol', portfolio, symbol));
      if (!entry) return undefined;
      const { key } = Pointer.parse(JSON.parse(entry.value));
      const kept = await get(key);
      return kept && { key, kept };
    },
    async begin(key, kept, { portfolio, symbol }) {
      const bucket = await open();
      await bucket.put(key, JSON.stringify(kept));
      await bucket.put(keyFor('symbol', portfolio, symbol), JSON.stringify({ key }));
    },
    async change(key, by) {
      const bucket = await open();
      for (;;) {
        const entry = await bucket.get(key);
        if (!entry) return undefined;
        const kept = Kept.parse(JSON.parse(entry.value));
        const next = by(kept);
        if (next === kept) return kept;
        const updated = await bucket.update(key, JSON.stringify(next), entry.revision);
        if (updated !== undefined) return next;
      }
    },
    async unshown(nowMs) {
      const bucket = await open();
      const keys: string[] = [];
      for (const { key, value } of await bucket.entries()) {
        if (!key.startsWith(`${route}.trade.`)) continue;
        const kept = Kept.safeParse(JSON.parse(value));
        if (!kept.success) continue;
        const { changedMs, story, changes, shown, isAlone } = kept.data;
        const after = story.ending ? forgottenAfterMs.over : forgottenAfterMs.open;
        if (nowMs - changedMs > after) await bucket.delete(key);
        else if (isAlone && changes > shown && kept.data.place === place) keys.push(key);
      }
      return keys;
    },
  };
}
