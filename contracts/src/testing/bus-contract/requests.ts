import { describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { type OpenBus } from './bus-server.ts';

/** Questions that somebody answers, or nobody. */
export function describeRequests(name: string, open: OpenBus): void {
  describe.concurrent(`${name}: requests`, () => {
    test('are answered', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await using asker = await server.connect();
      bus
        .requests('control.status')
        .subscribe((request) => request.respond(`${request.subject}: ${request.body}`));
      await eventually(async () =>
        expect(await asker.request('control.status', 'how?')).toBe('control.status: how?'),
      );
    });

    test('go to one member of a group, and all members get some', async () => {
      await using server = await open();
      await using one = await server.connect();
      await using two = await server.connect();
      const answers = { one: 0, two: 0 };
      one.requests('control.status', { group: 'log' }).subscribe((request) => {
        answers.one++;
        request.respond('one');
      });
      two.requests('control.status', { group: 'log' }).subscribe((request) => {
        answers.two++;
        request.respond('two');
      });
      await eventually(async () => expect(await one.request('control.status', '')).toBe('two'));
      for (let index = 0; index < 30; index++) await one.request('control.status', '');
      expect(answers.one).toBeGreaterThan(0);
      expect(answers.two).toBeGreaterThan(0);
      const before = answers.one + answers.two;
      await one.request('control.status', '');
      expect(answers.one + answers.two).toBe(before + 1);
    });

    test('say when nobody is there and when nobody answers in time', async () => {
      await using server = await open();
      await using bus = await server.connect();
      await expect(bus.request('control.nobody', '')).rejects.toMatchObject({
        name: 'TransientError',
        code: 'NO_RESPONDERS',
      });
      const silent = bus.requests('control.silent').subscribe();
      await eventually(() =>
        expect(bus.request('control.silent', '', { timeoutMs: 30 })).rejects.toMatchObject({
          name: 'TransientError',
          code: 'TIMEOUT',
        }),
      );
      silent.unsubscribe();
    });
  });
}
