import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { scriptText } from './html.ts';

/** What stands in the page beside its content. */
export interface Assets {
  readonly style: string;
  readonly library: string;
  readonly script: string;
  /** Of the library of charts. */
  readonly libraryVersion: string;
}

export function readAssets(): Assets {
  const library = new URL(import.meta.resolve('lightweight-charts'));
  const standalone = new URL('lightweight-charts.standalone.production.js', library);
  const manifest: unknown = JSON.parse(
    readFileSync(new URL(import.meta.resolve('lightweight-charts/package.json')), 'utf8'),
  );
  const isNamed = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return {
    style: read(new URL('page.css', import.meta.url)),
    library: scriptText(read(standalone)),
    script: scriptText(withoutTypes(read(new URL('browser/page.ts', import.meta.url)))),
    libraryVersion: isNamed ? String(manifest.version) : 'unknown',
  };
}

/** What the policy of the page allows: this text and no other. */
export function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

function read(file: URL): string {
  return readFileSync(file, 'utf8');
}

/** As Node itself strips what it runs. It warns that asking for it is experimental, which is nobody's concern here. */
function withoutTypes(source: string): string {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return stripTypeScriptTypes(source);
  } finally {
    process.emitWarning = emitWarning;
  }
}
