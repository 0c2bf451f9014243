import { z } from 'zod';
import { PermanentError } from '../errors.ts';
import {
  Answer,
  queryResults,
  type QueryAnswer,
  type QueryName,
  type QueryRequest,
} from '../queries.ts';
import { subjects } from '../subjects.ts';
import type { Bus } from './bus.ts';

/**
 * Asks the trade log. A question that it cannot answer is answered with an error that says why.
 * @throws TransientError NO_RESPONDERS when no trade log runs, or TIMEOUT when it does not answer
 * @throws PermanentError INVALID_ANSWER when what came back is no answer to it
 */
export async function askTradeLog<N extends QueryName>(
  bus: Pick<Bus, 'request'>,
  name: N,
  request: QueryRequest<N>,
  options?: { readonly timeoutMs?: number },
): Promise<QueryAnswer<N>> {
  const subject = subjects.query(name);
  const body = await bus.request(subject, JSON.stringify(request), options);
  const answer = checked(Answer, parseJson(body), subject);
  if (answer.status === 'error') return answer;
  return { status: 'ok', result: checked(queryResults[name], answer.result, subject) };
}

function checked<T>(schema: z.ZodType<T>, value: unknown, subject: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new PermanentError('INVALID_ANSWER', `${subject}: ${z.prettifyError(parsed.error)}`);
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
