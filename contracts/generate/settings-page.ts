import { z } from 'zod';
import { defaultSettings, riskReasons } from '../src/default-settings.ts';
import { keysOf } from '../src/keys-of.ts';
import { PortfolioSettings } from '../src/portfolio-settings.ts';
import { kindOf, lines, note, table } from './pages.ts';
import { fieldsOf, type Field } from './schema-fields.ts';

/** Every setting of a portfolio and every risk limit, in Markdown. */
export function settingsPage(): string {
  const { $schema: _, ...schema } = z.toJSONSchema(PortfolioSettings, { io: 'input' });
  const fields = fieldsOf(schema).filter(isSetting);
  const risk = fields.filter(({ path }) => /^risk\b/.test(path));
  return lines(
    '# Settings',
    '',
    `${schema.description} The event \`portfolio_opened\` carries them, so that the log alone is enough to replay. The default is what the command line trades with where it is told nothing. The kinds of text are those of the [events](events.md#kinds-of-text).`,
    '',
    note,
    '',
    '## Portfolio',
    '',
    ...table(
      ['setting', 'kind', 'default', 'meaning'],
      fields
        .filter((field) => !risk.includes(field))
        .map((field) => [`\`${field.path}\``, kindOf(field), ...defaultAndMeaning(field)]),
    ),
    '',
    '## Risk limits',
    '',
    `${risk[0]?.description ?? ''} A limit that would be broken gives the [reason](reason-codes.md) beside it. \`--risk none\` switches all of them off, \`--risk FILE.json\` names those that are on.`,
    '',
    ...table(
      ['limit', 'kind', 'default', 'reason', 'meaning'],
      keysOf(riskReasons).flatMap((limit) =>
        risk
          .filter(({ path }) => path === `risk.${limit}`)
          .map((field) => {
            const [value, meaning] = defaultAndMeaning(field);
            const reason = `\`${riskReasons[limit]}\``;
            return [`\`risk.${limit}\``, kindOf(field), value || 'off', reason, meaning];
          }),
      ),
    ),
  );
}

/** Not the whole, not the alternatives of a choice, nor what tells them apart. */
function isSetting({ path, schema }: Field): boolean {
  return path !== '' && !path.endsWith('>') && schema.const === undefined;
}

/** The default: what the command line says, else what a setting that is absent means, by its own description. */
function defaultAndMeaning({ path, description }: Field): [value: string, meaning: string] {
  const [, meaning = description, absent = ''] = /^(.*) Default: (.+)\.$/.exec(description) ?? [];
  let value: unknown = defaultSettings;
  for (const key of path.split('.'))
    value = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  if (value === undefined) return [absent, meaning];
  return [`\`${typeof value === 'string' ? value : JSON.stringify(value)}\``, meaning];
}
