import type { JsMsg, StoredMsg } from '@nats-io/jetstream';
import type { MsgHdrs } from 'nats';
import type { StoredMessage } from './bus.ts';
import { publishedSubject } from './stored-subject.ts';
import type { StreamName } from './streams.ts';

const utf8 = new TextDecoder();

export function fromDelivered(stream: StreamName, message: JsMsg): StoredMessage {
  return toStored(stream, {
    sequence: message.seq,
    subject: message.subject,
    headers: message.headers,
    storedTime: message.time.getTime(),
    data: message.data,
  });
}

export function fromStored(stream: StreamName, message: StoredMsg): StoredMessage {
  return toStored(stream, {
    sequence: message.seq,
    subject: message.subject,
    headers: message.header,
    storedTime: message.time.getTime(),
    data: message.data,
  });
}

function toStored(
  stream: StreamName,
  message: {
    sequence: number;
    subject: string;
    headers: MsgHdrs | undefined;
    storedTime: number;
    data: Uint8Array;
  },
): StoredMessage {
  const { sequence, subject, headers, storedTime, data } = message;
  return {
    stream,
    sequence,
    subject: publishedSubject(stream, subject),
    // Others may publish without an id; its place is one.
    id: headers?.get('Nats-Msg-Id') || `${stream}-${sequence}`,
    storedTime,
    body: utf8.decode(data),
  };
}
