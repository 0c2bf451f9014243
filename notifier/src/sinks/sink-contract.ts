import { describe, expect, test } from 'vitest';
import type { Message } from '../messages/message.ts';
import { aMessage } from '../testing/a-message.ts';
import type { SendOutcome, Sink } from './sink.ts';

/** A way to reach people, with what they read at its end. */
export interface OpenSink extends AsyncDisposable {
  readonly sink: Sink;
  /** What they read, oldest first. */
  readonly read: () => readonly string[];
}

/** One with a server at its other end. */
export interface OpenRemoteSink extends OpenSink {
  /** The next so many messages meet that. */
  readonly fault: (fault: 'down' | 'hang' | 'wait 1 s' | 'gone', times: number) => void;
}

const never = new AbortController().signal;

async function send(sink: Sink, messages: readonly Message[]): Promise<SendOutcome[]> {
  const outcomes: SendOutcome[] = [];
  for (const message of messages) outcomes.push(await sink.send(message, never));
  return outcomes;
}

function toHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** What every sink has to keep, whatever is behind it. */
export function describeSink(name: string, open: () => Promise<OpenSink>): void {
  describe(`the ${name} sink`, () => {
    test('sends what it is given, in order', async () => {
      await using here = await open();
      const outcomes = await send(
        here.sink,
        ['one', 'two', 'three'].map((text) => aMessage(text)),
      );
      expect(outcomes).toMatchObject(Array.from({ length: 3 }, () => ({ status: 'sent' })));
      expect(here.read()).toEqual(['one', 'two', 'three']);
    });

    test('shows what others have written as it is', async () => {
      await using here = await open();
      const texts = ['-1.5% *bold* _it_ ~x~ `y` ||z|| [a](b) # h > q', '@everyone <@1> :x: \\ 🚀'];
      await send(
        here.sink,
        texts.map((text) => aMessage(text, { html: toHtml(text) })),
      );
      expect(here.read()).toEqual(texts);
    });

    test('takes what is quiet, grave and long as well', async () => {
      await using here = await open();
      const long = 'x'.repeat(4_000);
      const outcomes = await send(here.sink, [
        aMessage('quiet', { quiet: true }),
        aMessage('grave', { severity: 'error' }),
        aMessage(long),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['sent', 'sent', 'sent']);
      expect(here.read()[2]).toMatch(/^x{1900}/);
    });
  });
}

/** What a sink has to keep besides that may find its server away. */
export function describeRemoteSink(name: string, open: () => Promise<OpenRemoteSink>): void {
  describeSink(name, open);
  describe(`the ${name} sink and its server`, () => {
    test('a trouble that passes is a failure, and the same may be sent again', async () => {
      await using here = await open();
      here.fault('down', 1);
      const outcomes = await send(here.sink, [aMessage('again'), aMessage('again')]);
      expect(outcomes).toMatchObject([
        { status: 'failed', error: { name: 'TransientError' } },
        { status: 'sent' },
      ]);
      expect(here.read()).toEqual(['again']);
    });

    test('says how long it is to be left alone', async () => {
      await using here = await open();
      here.fault('wait 1 s', 1);
      const [outcome] = await send(here.sink, [aMessage('x')]);
      expect(outcome).toMatchObject({ status: 'failed', retryAfterMs: 1_000 });
    });

    test('what a person has to mend is said, without its secrets', async () => {
      await using here = await open();
      here.fault('gone', 1);
      const [outcome] = await send(here.sink, [aMessage('x')]);
      expect(outcome).toEqual({ status: 'blocked', remedy: expect.stringMatching(/: .+/) });
      expect(JSON.stringify(outcome)).not.toContain('secret');
    });

    test('gives up when it is told to, or when no answer comes', async () => {
      await using here = await open();
      here.fault('hang', Infinity);
      const patience = new AbortController();
      setTimeout(() => patience.abort(), 20);
      const outcomes = [
        await here.sink.send(aMessage('x'), patience.signal),
        await here.sink.send(aMessage('x'), never),
      ];
      expect(outcomes.map(({ status }) => status)).toEqual(['failed', 'failed']);
      expect(JSON.stringify(outcomes)).not.toContain('secret');
      // Whichever of them have reached it by now.
      here.fault('hang', 0);
      expect((await send(here.sink, [aMessage('on')]))[0]?.status).toBe('sent');
    });
  });
}
