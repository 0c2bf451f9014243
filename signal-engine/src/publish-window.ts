import type { Outgoing, Published } from '@heliograph/contracts/bus';

/** Publishes ahead of the acknowledgements, up to a limit. What failed is published again in its order. */
export interface PublishWindow {
  /** Sends at once, whatever the limit. Resolves when the message is stored. */
  send(message: Outgoing): Promise<Published>;
  /** Resolves when less than the limit is on its way; rejects if something could not be published. */
  room(): Promise<void>;
  /** Resolves when nothing is on its way; rejects if something could not be published. */
  settled(): Promise<void>;
}

export function createPublishWindow(options: {
  /** How many messages may be on their way. */
  readonly limit: number;
  publish(message: Outgoing): Promise<Published>;
  /** Publishes what `publish` has failed to, or throws what makes that impossible. */
  recover(message: Outgoing): Promise<Published>;
}): PublishWindow {
  let onTheirWay = 0;
  let allStored = Promise.resolve();

  const publish = async (message: Outgoing, before: Promise<void>): Promise<Published> => {
    try {
      return await options.publish(message).catch(async () => {
        await before;
        return options.recover(message);
      });
    } finally {
      onTheirWay--;
    }
  };

  return {
    send(message) {
      onTheirWay++;
      const published = publish(message, allStored);
      allStored = both(allStored, published);
      // Whoever waits next is told; until then a failure is not an unhandled one.
      allStored.catch(() => {});
      return published;
    },
    room: async () => {
      if (onTheirWay >= options.limit) await allStored;
    },
    settled: () => allStored,
  };
}

async function both(first: Promise<void>, second: Promise<unknown>): Promise<void> {
  await Promise.all([first, second]);
}
