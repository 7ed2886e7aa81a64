import { Writable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { guardStdout } from './guard-stdout.ts';

function createSink(): { stream: Writable; text: () => string } {
  const chunks: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString());
      done();
    },
  });
  return { stream, text: () => chunks.join('') };
}

it('lets the protocol through and sends everything else to the other stream', async () => {
  const [stdout, stderr] = [createSink(), createSink()];
  const output = guardStdout(stdout.stream, stderr.stream);
  stdout.stream.write('banner\n');
  await new Promise((resolve) => {
    output.write('{"jsonrpc":"2.0"}\n', resolve);
  });
  stdout.stream.write(Buffer.from('bytes\n'));
  expect(stdout.text()).toBe('{"jsonrpc":"2.0"}\n');
  expect(stderr.text()).toBe('banner\nbytes\n');
});

it('gives stdout back', () => {
  const [stdout, stderr] = [createSink(), createSink()];
  guardStdout(stdout.stream, stderr.stream).release();
  stdout.stream.write('help\n');
  expect(stdout.text()).toBe('help\n');
  expect(stderr.text()).toBe('');
});
