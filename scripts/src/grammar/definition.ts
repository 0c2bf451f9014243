import type { Argument, Option } from 'commander';
import type { ExitCode } from '../exit.ts';
import type { Invocation } from '../invocation.ts';

type Handler = (invocation: Invocation) => Promise<ExitCode>;

/** A command as the command line knows it. */
export interface Definition {
  readonly name: string;
  /** The command that it belongs to, as `check` to `data`. */
  readonly under?: { readonly name: string; readonly summary: string };
  readonly summary: string;
  readonly argument?: Argument;
  readonly options: readonly Option[];
  /** Takes what it does not know as words. */
  readonly takesAnything?: boolean;
  readonly examples: readonly string[];
  /** Its code comes when it is asked for. */
  readonly load: () => Promise<Handler>;
}
