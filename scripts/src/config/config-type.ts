import type { Command, Option } from 'commander';
import { configurableOptions, isList } from './apply-config.ts';

/** The source of config.ts: what a configuration file may say, from the options of the command line. */
export function configType(program: Command): string {
  const fields = configurableOptions(program)
    .toSorted((a, b) => (a.attributeName() < b.attributeName() ? -1 : 1))
    .map(
      (option) =>
        `  /** ${oneLine(option.description)} */\n  readonly ${option.attributeName()}?: ${typeOf(option)};`,
    );
  return `// Made from the options of the command line: npx vitest run scripts/src/config -u

type Value = string | number | boolean;

/** What a configuration file may say: the options of all commands. */
export interface Config {
${fields.join('\n')}
}
`;
}

function oneLine(text: string): string {
  const sentence = text.replaceAll(/\s+/g, ' ').replaceAll('*/', '* /');
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`;
}

function typeOf(option: Option): string {
  const { argChoices, flags } = option;
  if (flags.includes('name=value')) return 'readonly string[] | Readonly<Record<string, Value>>';
  if (isList(option)) return 'string | readonly string[]';
  if (!option.required && !option.optional) return 'boolean';
  if (argChoices) return argChoices.map((choice) => `'${choice}'`).join(' | ');
  return 'string | number';
}
