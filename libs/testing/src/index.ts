export { appContract } from './app-contract.ts';
export type { ContractOptions, SampleCall } from './contract/contract-options.ts';
export { connectV1, type V1Connection } from './connect-v1.ts';
export { entryCommand, type Command } from './entry.ts';
export { initialize, openRawStdio, readMessage, type RawMessage, type RawStdio } from './raw-stdio.ts';
export { spawnServer, type SpawnOptions } from './spawn-server.ts';
export { startHttpServer, type HttpServerProcess } from './start-http-server.ts';
export { startInProcess, type InProcessOptions, type InProcessServer } from './start-in-process.ts';
