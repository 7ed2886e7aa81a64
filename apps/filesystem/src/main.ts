import { runMain } from '@trellis-mcp/server';
import { app } from './app.ts';

void runMain(app);
