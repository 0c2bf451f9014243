import type { Candle } from '@heliograph/contracts';
import type { Instant } from './feed.ts';

/**
 * Several sequences of candles, each with its close times rising, as one sequence of instants; candles that close
 * together are in the order of their sources. A source is asked for more only when its last block is used up.
 */
export async function* mergeCandles(
  sources: readonly AsyncIterable<readonly Candle[]>[],
): AsyncGenerator<readonly Instant[]> {
  let cursors = sources.map((source) => createCursor(source[Symbol.asyncIterator]()));
  try {
    for (;;) {
      for (const cursor of cursors) await cursor.fill();
      cursors = cursors.filter((cursor) => !cursor.ended);
      if (cursors.length === 0) return;
      yield instantsWithinBlocks(cursors);
    }
  } finally {
    for (const cursor of cursors) await cursor.close();
  }
}

/** The instants up to the first end of a block: beyond it a source could have an earlier candle. */
function instantsWithinBlocks(cursors: readonly Cursor[]): Instant[] {
  const instants: Instant[] = [];
  for (;;) {
    let time = Infinity;
    for (const { head } of cursors) {
      if (head === undefined) return instants;
      if (head.closeTime < time) time = head.closeTime;
    }
    const candles: Candle[] = [];
    for (const cursor of cursors)
      if (cursor.head?.closeTime === time) {
        candles.push(cursor.head);
        cursor.advance();
      }
    instants.push({ time, candles });
  }
}

interface Cursor {
  /** The next candle; undefined at the end of the block. */
  readonly head: Candle | undefined;
  readonly ended: boolean;
  advance(): void;
  /** Takes the next block if this one is used up. */
  fill(): Promise<void>;
  close(): Promise<void>;
}

function createCursor(blocks: AsyncIterator<readonly Candle[]>): Cursor {
  let block: readonly Candle[] = [];
  let index = 0;
  let ended = false;
  let head: Candle | undefined;
  return {
    get head() {
      return head;
    },
    get ended() {
      return ended;
    },
    advance() {
      head = block[++index];
    },
    async fill() {
      while (head === undefined && !ended) {
        const next = await blocks.next();
        ended = next.done === true;
        block = next.done === true ? [] : next.value;
        index = 0;
        head = block[0];
      }
    },
    async close() {
      await blocks.return?.();
    },
  };
}
