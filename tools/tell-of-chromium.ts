import { findChromium } from '../scripts/src/testing/find-chromium.ts';

/** Tests that are skipped look like tests that passed: say it aloud. */
export default function tellOfChromium(): void {
  if (findChromium() === undefined)
    console.warn(
      '\nSKIPPED: there is no Chromium here, so no report is opened in a browser. On Debian: apt-get install chromium; ' +
        'elsewhere set CHROMIUM to the path of one.\n',
    );
}
