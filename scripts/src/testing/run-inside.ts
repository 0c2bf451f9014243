/** The JSON that a report has inside. */
export function runInside(page: string): unknown {
  return JSON.parse(/id="run-data">(.*?)<\/script>/s.exec(page)?.[1] ?? '');
}
