import { PassThrough, Writable } from 'node:stream';
import { setImmediate as endOfTick } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { aMessage } from '../testing/a-message.ts';
import { createTerminalSink } from './terminal-sink.ts';

const never = new AbortController().signal;

test('writes a line per message', async () => {
  const stream = new PassThrough();
  const sink = createTerminalSink({ stream });
  expect(await sink.send(aMessage('one'), never)).toEqual({ status: 'sent' });
  await sink.send(aMessage('two', { severity: 'error' }), never);
  await endOfTick();
  expect(String(stream.read())).toBe('one\ntwo\n');
});

test('shows the severity in colour when told', async () => {
  const stream = new PassThrough();
  const sink = createTerminalSink({ stream, colour: true });
  await sink.send(aMessage('lost', { severity: 'error' }), never);
  await sink.send(aMessage('skipped', { quiet: true }), never);
  await endOfTick();
  expect(String(stream.read())).toBe('\u001B[31mlost\u001B[39m\n\u001B[2mskipped\u001B[22m\n');
});

test('a terminal that is gone fails messages, not the process', async () => {
  const stream = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
  const sink = createTerminalSink({ stream });
  await sink.send(aMessage('one'), never);
  await endOfTick();
  expect(await sink.send(aMessage('two'), never)).toMatchObject({
    status: 'failed',
    error: { code: 'WRITE_FAILED', message: 'EPIPE' },
  });
});

test('waits for a slow terminal, and gives up when it is told to', async () => {
  const stream = new PassThrough({ highWaterMark: 8 });
  const sink = createTerminalSink({ stream });
  const slow = sink.send(aMessage('longer than 8'), never);
  stream.resume();
  expect(await slow).toEqual({ status: 'sent' });

  stream.pause();
  const patience = new AbortController();
  const stuck = sink.send(aMessage('longer than 8'), patience.signal);
  patience.abort();
  expect(await stuck).toMatchObject({
    status: 'failed',
    error: { message: 'the terminal takes nothing' },
  });
});
