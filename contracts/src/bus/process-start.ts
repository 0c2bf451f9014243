import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * When that process was started, in a form that no other process with the same number shares; undefined when it does
 * not run.
 */
export function processStart(pid: number): string | undefined {
  try {
    return process.platform === 'linux' ? linuxStart(pid) : posixStart(pid);
  } catch {
    return undefined;
  }
}

function linuxStart(pid: number): string | undefined {
  // The name in brackets may hold anything; state and start time are the 1st and the 20th field after it.
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  if (fields[0] === 'Z') return undefined;
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return `${boot} ${fields[19]}`;
}

function posixStart(pid: number): string | undefined {
  const stdio = ['ignore', 'pipe', 'ignore'] as const;
  const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { stdio: [...stdio] });
  return started.toString().trim() || undefined;
}
