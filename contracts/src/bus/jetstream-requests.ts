import { RequestError, TimeoutError } from 'nats';
import { Observable } from 'rxjs';
import type { Bus, Request } from './bus.ts';
import { noResponders, requestTimeout } from './bus-errors.ts';
import type { JetStreamContext } from './jetstream-context.ts';
import { toBusError } from './jetstream-errors.ts';

const defaultTimeoutMs = 5_000;

export async function request(
  { nc }: JetStreamContext,
  ...[subject, body, { timeoutMs = defaultTimeoutMs } = {}]: Parameters<Bus['request']>
): Promise<string> {
  try {
    const answer = await nc.request(subject, body, { timeout: timeoutMs });
    return answer.string();
  } catch (error) {
    if (error instanceof RequestError && error.isNoResponders()) throw noResponders(subject);
    const cause = error instanceof Error ? error.cause : undefined;
    if (error instanceof TimeoutError || cause instanceof TimeoutError)
      throw requestTimeout(subject, timeoutMs);
    throw toBusError(error, `cannot ask ${subject}`);
  }
}

export function requests(
  { nc, stops, draining }: JetStreamContext,
  ...[subject, { group } = {}]: Parameters<Bus['requests']>
): Observable<Request> {
  return new Observable((subscriber) => {
    const complete = (): void => subscriber.complete();
    stops.add(complete);
    const subscription = nc.subscribe(subject, {
      ...(group === undefined ? {} : { queue: group }),
      callback: (error, message) => {
        if (error !== null)
          subscriber.error(toBusError(error, `cannot take requests on ${subject}`));
        else
          subscriber.next({
            subject: message.subject,
            body: message.string(),
            respond: (body) => void message.respond(body),
          });
      },
    });
    return () => {
      stops.delete(complete);
      const drained = subscription
        .drain()
        .catch(() => undefined)
        .finally(() => draining.delete(drained));
      draining.add(drained);
    };
  });
}
