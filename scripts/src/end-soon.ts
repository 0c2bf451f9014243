const patienceMs = 3_000;

/**
 * Everything is done: a timer that a strategy has left behind, or a connection of a library, must not keep the process up.
 * One that nothing keeps ends sooner by itself.
 */
export function endSoon(): void {
  setTimeout(() => {
    // A slow reader of what was said gets all of it.
    if (process.stdout.writableLength > 0) return endSoon();
    const open = [...new Set(process.getActiveResourcesInfo())].join(', ');
    process.stderr.write(`heliograph: all is done and something is still open (${open}): ended\n`);
    process.exit();
  }, patienceMs).unref();
}
