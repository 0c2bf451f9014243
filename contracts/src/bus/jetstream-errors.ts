import { JetStreamApiError } from '@nats-io/jetstream';
import {
  ClosedConnectionError,
  DrainingConnectionError,
  InvalidArgumentError,
  PermissionViolationError,
  RequestError,
  TimeoutError,
} from 'nats';
import { PermanentError, TransientError, UserError } from '../errors.ts';
import { busClosed } from './bus-errors.ts';

/** The error codes of the JetStream API that mean something to the bus. */
export const apiCode = {
  insufficientResources: 10_023,
  insufficientStorage: 10_047,
  messageTooLarge: 10_054,
  streamNameInUse: 10_058,
  wrongLastSequence: 10_071,
  streamFull: 10_077,
  wrongLastSequenceUnknown: 10_164,
  batchIncomplete: 10_176,
  batchDuplicateId: 10_201,
} as const;

/** An error of the client or the server in the words of the bus. */
export function toBusError(error: unknown, doing: string): Error {
  if (
    error instanceof TransientError ||
    error instanceof PermanentError ||
    error instanceof UserError
  )
    return error;
  const message = `${doing}: ${error instanceof Error ? error.message : String(error)}`;
  const transient = (code: string): Error => new TransientError(code, message, { cause: error });
  const permanent = (code: string): Error => new PermanentError(code, message, { cause: error });
  if (error instanceof ClosedConnectionError || error instanceof DrainingConnectionError)
    return busClosed();
  if (error instanceof PermissionViolationError) return permanent('NOT_ALLOWED');
  if (error instanceof InvalidArgumentError && /max_payload/.test(error.message))
    return permanent('TOO_LARGE');
  if (error instanceof JetStreamApiError) return apiError(error.code, message, error);
  return transient(isUnreachable(error) ? 'UNREACHABLE' : 'BUS_ERROR');
}

/** The outcome of work, its error in the words of the bus. */
export async function inBusTerms<T>(doing: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw toBusError(error, doing);
  }
}

export function apiError(code: number, message: string, cause?: unknown): Error {
  if (code === apiCode.messageTooLarge) return new PermanentError('TOO_LARGE', message, { cause });
  return new TransientError(isFull(code) ? 'STREAM_FULL' : 'REFUSED', message, { cause });
}

/** Whether nothing was heard of the server, so that the request may or may not have been carried out. */
export function isUnreachable(error: unknown): boolean {
  if (error instanceof TimeoutError || error instanceof RequestError) return true;
  return error instanceof Error && error.cause instanceof RequestError;
}

export function isWrongSequence(code: number): boolean {
  return code === apiCode.wrongLastSequence || code === apiCode.wrongLastSequenceUnknown;
}

function isFull(code: number): boolean {
  return (
    code === apiCode.streamFull ||
    code === apiCode.insufficientResources ||
    code === apiCode.insufficientStorage
  );
}
