import { subscribe } from 'node:diagnostics_channel';
import { runMain } from '@trellis-mcp/server';
import { app } from './app.ts';

// What a call makes is garbage as soon as it was answered, and V8 would let up to 48 MiB of it gather. A start has more use for the room.
subscribe('trellis:first-answer', () => {
  process.getBuiltinModule('node:v8').setFlagsFromString('--semi-space-growth-factor=1');
});

void runMain(app);
