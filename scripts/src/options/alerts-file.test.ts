import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli, temporaryFolder } from '../testing/cli.ts';

const telegram = { telegram: { chat: 4711 } };

describe.concurrent('--alerts refuses', () => {
  test.for([
    ['no routes', {}, 'expected at least one route'],
    ['a route that leads nowhere', { phone: {} }, 'phone: say where it leads, by one of telegram'],
    [
      'one that leads to two places',
      { phone: { ...telegram, terminal: true } },
      'phone: say where it leads',
    ],
    [
      'a kind of event that there is not',
      { phone: { ...telegram, events: { order_fill: 'off' } } },
      'phone.events',
    ],
    [
      'a loudness that there is not',
      { phone: { ...telegram, events: { order_filled: 'loud' } } },
      'phone.events.order_filled: expected sound, silent, digest, off',
    ],
    [
      'quiet hours by no clock',
      { phone: { ...telegram, quietHours: { from: '25:00', to: '07:00' } } },
      'phone.quietHours.from: expected a time such as 08:00',
    ],
    [
      'a misspelt setting',
      { phone: { ...telegram, atleast: 'error' } },
      'there is no such setting',
    ],
    ['a chat without a bot', { phone: telegram }, 'telegram: set TELEGRAM_BOT_TOKEN'],
  ] as const)('%s', async ([, content, sentence]) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'alerts.json'), JSON.stringify(content));
    const args = ['start', '--alerts', 'alerts.json'];
    const { code, stderr } = await runCli(args, { cwd: folder.path });
    expect(stderr).toContain(sentence);
    expect(stderr).toContain('alerts.json: ');
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(78);
  });
});
