import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';

/**
 * Reads `watch PID` and `forget PID` until its standard input ends, which also happens when the test process is killed by a
 * signal that nobody can catch. Then ends what is still watched, with its group and children, and removes the directory.
 */
const script = `
trap '' HUP INT TERM QUIT
watched=
while read -r word pid; do
  case $word in
    watch) watched="$watched $pid" ;;
    forget)
      kept=
      for each in $watched; do [ "$each" = "$pid" ] || kept="$kept $each"; done
      watched=$kept ;;
  esac
done
exec 2>/dev/null
alive() { kill -0 "$1" && ! grep -q '^State:[[:space:]]*Z' "/proc/$1/status"; }
for pid in $watched; do
  children=$(cat /proc/$pid/task/$pid/children)
  kill -s "$1" "$pid"
  kill -s CONT $children "$pid"
  tries=0
  while alive "$pid" && [ $tries -lt 60 ]; do sleep 0.05; tries=$((tries + 1)); done
  kill -s KILL -- $children "$pid" "-$pid"
done
[ -n "$2" ] || exit 0
# Only a postmaster that ended by itself removes its System V segment: line 7 of its file is "key id".
segment=$(sed -n '7s/^ *[0-9]* *//p' "$2/data/postmaster.pid")
[ -z "$segment" ] || ipcrm -m $segment
rm -rf -- "$2"
`;

/** Ends watched processes and removes a directory when closed, or when this process dies in any way. */
export interface Reaper {
  watch(pid: number): void;
  forget(pid: number): void;
  /** Does the work now. Resolves when the processes have ended and the directory is gone. */
  close(): Promise<void>;
}

/** What a {@link Reaper} does at the end. */
export interface ReaperOptions {
  /** The first signal a watched process gets; SIGKILL follows after 3 s. Default KILL. */
  signal?: 'KILL' | 'QUIT' | 'TERM';
  /** A directory to remove last. */
  directory?: string;
}

/** Starts a reaper: one small shell process in a session of its own. */
export function openReaper({ signal = 'KILL', directory = '' }: ReaperOptions = {}): Reaper {
  const shell = spawn('/bin/sh', ['-c', script, 'reaper', signal, directory], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  const ended = once(shell, 'exit');
  // Neither the shell nor the pipe to it may keep the test process alive.
  shell.unref();
  if (shell.stdin instanceof Socket) shell.stdin.unref();
  return {
    watch: (pid) => void shell.stdin.write(`watch ${String(pid)}\n`),
    forget: (pid) => void shell.stdin.write(`forget ${String(pid)}\n`),
    async close() {
      shell.ref();
      shell.stdin.end();
      await ended;
    },
  };
}
