import { PermanentError, TransientError } from '../errors.ts';

export function busClosed(): PermanentError {
  return new PermanentError('BUS_CLOSED', 'this bus is closed');
}

export function noConsumer(name: string): TransientError {
  return new TransientError('NO_CONSUMER', `there is no consumer named ${name} yet`);
}

export function noResponders(subject: string): TransientError {
  return new TransientError('NO_RESPONDERS', `nobody answers requests on ${subject}`);
}

export function requestTimeout(subject: string, timeoutMs: number): TransientError {
  return new TransientError('TIMEOUT', `no answer on ${subject} within ${timeoutMs} ms`);
}

/** A log holds each event once; who appends one a second time has not read what is there. */
export function duplicateId(prefix: string, id?: string): PermanentError {
  const which = id === undefined ? 'an id' : `the id ${id}`;
  return new PermanentError('DUPLICATE_ID', `an append to ${prefix} has ${which} a second time`);
}

/** It would be refused again, however often it is tried. */
export function tooMany(prefix: string, count: number): PermanentError {
  return new PermanentError('TOO_LARGE', `an append to ${prefix} has ${count} messages at once`);
}
