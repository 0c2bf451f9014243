import {
  queryGroup,
  queryNames,
  queryRequests,
  subjects,
  UserError,
  type CheckedRequest,
  type QueryAnswer,
  type QueryError,
  type QueryName,
} from '@heliograph/contracts';
import type { Bus, Request } from '@heliograph/contracts/bus';
import type { Logger, Service } from '@heliograph/contracts/service';
import type { Database } from 'better-sqlite3';
import { lastValueFrom, ReplaySubject, retry, takeUntil, tap, timer } from 'rxjs';
import type { z } from 'zod';
import { answers } from './answers.ts';
import { readingError } from '../store/database-errors.ts';
import { QueryRefused } from './query-refused.ts';

export interface LogQueriesOptions {
  readonly bus: Pick<Bus, 'requests'>;
  readonly database: Database;
  readonly log: Logger;
}

const retryMs = 1_000;
/** NATS takes a MiB, unless it is told otherwise. */
const mostBytes = 768 * 1_024;
/** Of a question: more than any has. */
const mostRequestBytes = 16 * 1_024;
const shownIssues = 4;

/** Answers questions about the log, whatever is asked: what is wrong with a question is its answer. */
export function startLogQueries({ bus, database, log }: LogQueriesOptions): Service {
  const stopping$ = new ReplaySubject<void>(1);
  const answered$ = bus.requests(subjects.everyQuery(), { group: queryGroup }).pipe(
    tap((request) => respond(request)),
    retry({
      resetOnSuccess: true,
      delay(err: unknown) {
        log.warn({ err }, 'questions cannot be taken: trying again');
        return timer(retryMs);
      },
    }),
    takeUntil(stopping$),
  );

  const respond = (request: Request): void => {
    try {
      request.respond(JSON.stringify(answerTo(request)));
    } catch (err) {
      log.error({ err, subject: request.subject }, 'an answer was not sent');
    }
  };

  const answerTo = ({ subject, body }: Request): QueryAnswer<QueryName> => {
    const name = queryNames.find((one) => subjects.query(one) === subject);
    if (name === undefined)
      return refused(
        'UNKNOWN_QUERY',
        `${subject}: ask ${queryNames.map(subjects.query).join(', ')}`,
      );
    try {
      return bounded(answer(database, name, body));
    } catch (error) {
      if (error instanceof QueryRefused) return refused(error.code, error.message);
      log.error({ err: error, subject }, 'a question could not be answered');
      const known = readingError(error, database.name);
      return refused(
        'UNAVAILABLE',
        known instanceof UserError ? 'the log is damaged' : 'the log cannot be read at present',
      );
    }
  };

  const finished = lastValueFrom(answered$, { defaultValue: undefined }).then(() => undefined);
  const stop = async (): Promise<void> => {
    stopping$.next();
    await finished.catch(() => undefined);
  };
  return { name: 'queries', finished, stop, [Symbol.asyncDispose]: stop };
}

function answer<N extends QueryName>(database: Database, name: N, body: string): QueryAnswer<N> {
  const schema: z.ZodType<CheckedRequest<N>> = queryRequests[name];
  const parsed = schema.safeParse(parseJson(body));
  if (!parsed.success) {
    const issues = parsed.error.issues.slice(0, shownIssues);
    const texts = issues.map(({ path, message }) => `${path.join('.') || 'request'}: ${message}`);
    throw new QueryRefused('BAD_REQUEST', texts.join('; '));
  }
  return { status: 'ok', result: answers[name](database, parsed.data) };
}

/** Nothing is a question with defaults only. */
function parseJson(body: string): unknown {
  if (body.length > mostRequestBytes)
    throw new QueryRefused('BAD_REQUEST', `the question has more than ${mostRequestBytes} bytes`);
  if (body.trim() === '') return {};
  try {
    return JSON.parse(body);
  } catch {
    throw new QueryRefused('BAD_REQUEST', 'the question is not JSON');
  }
}

function bounded(answer: QueryAnswer<QueryName>): QueryAnswer<QueryName> {
  const length = Buffer.byteLength(JSON.stringify(answer));
  return length <= mostBytes
    ? answer
    : refused('TOO_LARGE', `the answer has ${length} bytes: ask with a lower limit`);
}

function refused(code: QueryError['code'], message: string): QueryAnswer<never> {
  return { status: 'error', error: { code, message } };
}
