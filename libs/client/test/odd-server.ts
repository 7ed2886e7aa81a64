/** Servers that behave badly, one per argument. */
import { createInterface } from 'node:readline';

const mode = process.argv[2];
const lines = createInterface({ input: process.stdin });

if (mode === 'stubborn') {
  process.on('SIGTERM', () => undefined);
  process.on('SIGHUP', () => undefined);
  setInterval(() => undefined, 1000);
}
if (mode === 'dies') {
  // A letter that comes in two pieces.
  process.stderr.write(Buffer.from('no database at Zo\xc3', 'latin1'));
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  process.stderr.write(Buffer.from('\xab\n', 'latin1'));
  process.exit(69);
}
lines.on('line', (line) => {
  const message = JSON.parse(line) as { id?: number; method?: string };
  if (mode === 'silent' || message.id === undefined) return;
  if (message.method === 'initialize') {
    const result = { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo: { name: 'odd', version: '0' } };
    process.stdout.write('this is no JSON-RPC\n');
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: message.id, result })}\n`);
  } else if (mode === 'strict') {
    process.exit(1);
  } else {
    const error = { code: -32601, message: 'Method not found' };
    process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: message.id, error })}\n`);
  }
});
