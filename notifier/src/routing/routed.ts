import { withSound, type Message } from '../messages/message.ts';
import type { TallyPlace } from '../tally.ts';
import type { Digest } from './digest.ts';
import { loudnessOf, type Rules, type ToldKind } from './rules.ts';

/** A message as the rules of a route want it; undefined where they do not want it now. */
export type Routed = (
  kind: ToldKind,
  message: Message,
  /** What is nowhere is in no digest. */
  place?: TallyPlace,
) => Promise<Message | undefined>;

export function createRouted({
  rules,
  digest,
  nowMs,
}: {
  readonly rules: Rules | undefined;
  readonly digest: Digest;
  readonly nowMs: () => number;
}): Routed {
  return async (kind, message, place) => {
    if (!rules) return message;
    const loudness = loudnessOf(kind, message, { rules, nowMs: nowMs() });
    if (loudness === 'off') return undefined;
    if (loudness === 'digest' && place) {
      await digest.add(kind, place);
      return undefined;
    }
    const quiet = loudness !== 'sound';
    return quiet === message.quiet ? message : withSound(message, !quiet);
  };
}
