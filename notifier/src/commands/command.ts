import type { QueryName, QueryRequest, QueryResult } from '@heliograph/contracts';
import type { Line } from '../messages/text.ts';
import type { Control, Wish } from './control.ts';

/** What a command may use. */
export interface CommandContext {
  /**
   * Asks the trade log.
   * @throws UserError with a sentence for the person when it does not answer, or cannot
   */
  readonly ask: <N extends QueryName>(name: N, request: QueryRequest<N>) => Promise<QueryResult<N>>;
  readonly control: Control;
  /** The portfolio that was named with `@`; undefined: whichever is meant usually. */
  readonly portfolio: string | undefined;
  /** The wall clock, epoch ms. */
  readonly nowMs: number;
}

/** What is told to whoever gave the command. */
export interface Reply {
  readonly emoji: string;
  readonly title: string;
  readonly lines: readonly Line[];
  /** A picture that goes with it: PNG. */
  readonly picture?: Buffer;
  /** It is worth asking again: it gets a button for that. */
  readonly canRefresh?: boolean;
}

interface Described {
  /** Without the slash. */
  readonly name: string;
  /** For the menu and for `/help`. */
  readonly description: string;
  /** What may stand behind it. */
  readonly usage?: string;
}

/** A command that tells something and changes nothing. */
export interface TellingCommand extends Described {
  readonly kind: 'tells';
  /** @throws UserError when the words are not understood, or there is nothing to tell */
  readonly run: (context: CommandContext, words: readonly string[]) => Promise<Reply>;
}

/** A command that changes something: it is confirmed by a button first. */
export interface ActingCommand extends Described {
  readonly kind: 'acts';
  /** Confirmed and then interrupted, it is done however much later: it can only halt. */
  readonly isNeverLate?: boolean;
  /** What would be done. @throws UserError when there is nothing to do */
  readonly propose: (context: CommandContext, words: readonly string[]) => Promise<Proposal>;
  readonly act: (context: CommandContext, words: readonly string[], wish: Wish) => Promise<Reply>;
}

export interface Proposal {
  readonly lines: readonly Line[];
  /** What the button says that does it. */
  readonly button: string;
}

export type Command = TellingCommand | ActingCommand;
