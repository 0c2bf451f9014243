import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  startDiscordDouble,
  startTelegramDouble,
  startWebhookDouble,
} from '@heliograph/notifier/testing';
import { expect, test } from 'vitest';
import { firstCandles } from '../testing/candles.ts';
import { startCli, temporaryFolder } from '../testing/cli.ts';

const feed = 'BTC_USD-30m-bitstamp.csv';

/** What is told of one kind, in its order. */
const of = (kind: RegExp, texts: readonly string[]): string[] =>
  texts.flatMap((text) => text.split('\n\n')).filter((text) => kind.test(text));

/** What each closed trade came to. */
const results = (texts: readonly string[]) =>
  texts.map((text) => /Closed BTC\/USD: (\S+)/.exec(text)?.[1]);

test('a start with --alerts tells each route what it wants, all of it and in order', async () => {
  await using telegram = await startTelegramDouble({ chats: [-5], userId: 99 });
  await using discord = await startDiscordDouble();
  await using webhook = await startWebhookDouble();
  await using folder = await temporaryFolder();
  const cwd = folder.path;
  await writeFile(join(cwd, feed), firstCandles(250));
  const routes = {
    phone: { telegram: { chat: telegram.chatId }, events: { signal_skipped: 'off' } },
    group: { telegram: { chat: -5, topic: 7 }, atLeast: 'error' },
    team: { discord: discord.url, events: { trade_closed: 'silent' }, atLeast: 'error' },
    own: { webhook: { url: webhook.url, secret: 'shared' } },
    here: { terminal: true, events: { trade_closed: 'digest' } },
  };
  await writeFile(join(cwd, 'alerts.json'), JSON.stringify(routes));
  const args = [
    'start',
    '--feed',
    feed,
    '--speed',
    'max',
    '--until-end',
    '--alerts',
    'alerts.json',
  ];
  const env = {
    TELEGRAM_BOT_TOKEN: telegram.token,
    TELEGRAM_CHAT_ID: String(telegram.chatId),
    TELEGRAM_API_ROOT: telegram.apiRoot,
    HELIOGRAPH_LOCALE: 'de',
  };
  const { code, stdout, stderr } = await startCli([...args, '--json'], { cwd, env }).result;
  const { trades, orders } = JSON.parse(stdout);
  expect(code).toBe(0);
  expect(trades).toBeGreaterThan(1);

  const signed = webhook.received.map(({ headers }) => headers['x-heliograph-signature']);
  expect(signed.every((header) => /^sha256=[\da-f]{64}$/.test(String(header)))).toBe(true);
  const all = webhook.received.map(({ text }) => text);
  const closed = of(/Closed BTC\/USD/, all);
  expect(closed).toHaveLength(trades);
  expect(closed.join('\n'), 'numbers as in German').toMatch(
    /Closed BTC\/USD: -15,3 USD \(-1,53\s%\)/,
  );
  expect(of(/ Bought BTC\/USD/, all)).toHaveLength(orders - trades);
  expect(all[0]).toContain('has started');
  expect(all.at(-1)).toContain('has stopped');

  const phone = telegram.received.filter(({ chatId }) => chatId === telegram.chatId);
  const toldThere = phone.filter(({ answers }) => answers !== undefined).map(({ text }) => text);
  const inBundles = of(
    /Closed BTC\/USD/,
    phone.map(({ text }) => text),
  );
  expect(new Set(results([...toldThere, ...inBundles])), 'each of them').toEqual(
    new Set(results(closed)),
  );
  expect(phone.map(({ text }) => text).join('\n')).not.toContain('Skipped');
  expect(
    telegram.received.filter(({ chatId }) => chatId === -5),
    'nothing went wrong',
  ).toEqual([]);
  expect(results(discord.received.map(({ text }) => text))).toEqual(results(closed));
  expect(of(/Bought BTC\/USD/, stderr.split('\n'))).not.toEqual([]);
  expect(stderr).not.toContain('Closed BTC/USD');
  expect(stderr + stdout).not.toMatch(/double-secret|hooks\/secret|shared/);
});
