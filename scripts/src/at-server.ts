/** The same resource at another server. */
export function atServer(server: string, url: string): string {
  const { protocol, pathname, search } = new URL(url);
  const base = protocol.startsWith('ws') ? server.replace(/^http/, 'ws') : server;
  return `${base.replace(/\/$/, '')}${pathname}${search}`;
}
