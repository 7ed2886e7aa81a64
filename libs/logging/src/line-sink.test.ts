import { expect, it } from '@jest/globals';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLineSink } from './line-sink.ts';

it('writes a line after what its turn goes on to send, and before the next turn', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'trellis-sink-'));
  const file = join(folder, 'log');
  const handle = await open(file, 'a');
  const sink = openLineSink({ fd: handle.fd });
  const seen = await new Promise<Record<string, string>>((resolve) => {
    sink.write('call\n');
    // As an answer is sent: a few steps later, at the end of the turn.
    void Promise.resolve()
      .then(() => undefined)
      .then(() =>
        setImmediate(() => {
          const atAnswer = readFileSync(file, 'utf8');
          setImmediate(() => resolve({ atAnswer, inNextTurn: readFileSync(file, 'utf8') }));
        }),
      );
  });
  expect(seen).toEqual({ atAnswer: '', inNextTurn: 'call\n' });
  await sink.close();
  await handle.close();
  await rm(folder, { recursive: true });
});
