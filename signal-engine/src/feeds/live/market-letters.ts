import { deadLetterEvent, PermanentError, subjects } from '@heliograph/contracts';
import type { Bus, StoredMessage } from '@heliograph/contracts/bus';
import type { Logger } from '@heliograph/contracts/service';

const consumer = 'signal-engine';

/** Reads messages of the market; what is none of it becomes a dead letter, and nothing stops. */
export interface MarketLetters {
  /** Undefined where the message was none, or is not for us. */
  read<T>(message: StoredMessage, parse: (message: StoredMessage) => T | undefined): T | undefined;
}

/** What was stored before `afterSequence` has been dealt with by whoever read it then. */
export function createMarketLetters({
  bus,
  afterSequence,
  log,
}: {
  bus: Pick<Bus, 'publish'>;
  afterSequence: number;
  log: Logger;
}): MarketLetters {
  const post = async (message: StoredMessage, error: PermanentError): Promise<void> => {
    const letter = deadLetterEvent({
      consumer,
      message,
      error: `${error.code}: ${error.message}`,
      deliveryCount: 1,
      nowMs: Date.now(),
    });
    const { id } = letter;
    await bus.publish({ subject: subjects.deadLetter(consumer), id, body: JSON.stringify(letter) });
  };
  return {
    read(message, parse) {
      try {
        return parse(message);
      } catch (error) {
        if (!(error instanceof PermanentError)) throw error;
        const { subject, sequence } = message;
        log.warn({ err: error, subject, sequence }, 'a message of the market cannot be read');
        if (sequence > afterSequence)
          post(message, error).catch((err: unknown) =>
            log.error({ err, subject, sequence }, 'its dead letter could not be kept'),
          );
        return undefined;
      }
    },
  };
}
