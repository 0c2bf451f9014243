import type { QueryError } from '@heliograph/contracts';

/** Why there is no result. */
export class QueryRefused extends Error {
  readonly code: QueryError['code'];
  constructor(code: QueryError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
