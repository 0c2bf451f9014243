import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { schemas, type Method, type Parameters } from './methods.ts';

/** What the server says to a request. */
export type Answer =
  | { readonly result: object | boolean }
  | { readonly code: number; readonly description: string; readonly parameters?: object };

/** Refuses what the method does not take. */
export function checked<M extends Method>(
  method: M,
  handle: (asked: Parameters<M>) => Answer | Promise<Answer>,
): (asked: unknown) => Answer | Promise<Answer> {
  const schema: z.ZodType<Parameters<M>> = schemas[method];
  return (asked) => {
    const parsed = schema.safeParse(asked);
    return parsed.success ? handle(parsed.data) : badRequest(z.prettifyError(parsed.error));
  };
}

export function badRequest(description: string): Answer {
  return { code: 400, description: `Bad Request: ${description}` };
}

export function conflict(description: string): Answer {
  return { code: 409, description: `Conflict: ${description}` };
}

export function tooMany(waitS: number): Answer {
  return {
    code: 429,
    description: `Too Many Requests: retry after ${waitS}`,
    parameters: { retry_after: waitS },
  };
}

export function reply(response: ServerResponse, answer: Answer): void {
  const [status, body] =
    'result' in answer
      ? [200, { ok: true, result: answer.result }]
      : [answer.code, { ok: false, error_code: answer.code, ...answer, code: undefined }];
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
