/**
 * Runs `main.cjs` beside this file with the code that V8 made of it at an earlier start. Node's own compile cache holds only functions that
 * were compiled while the file was loaded; this holds all that had run until the first answer, which is most of a start's work.
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { readFileSync } from 'node:fs';
import { createRequire, enableCompileCache, flushCompileCache, getCompileCacheDir } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';
import { readCode, writeCode } from './code-cache.ts';

/** What the bundle is: `(exports, require, module, __filename, __dirname)`, as Node wraps CommonJS. */
type Wrapper = (...scope: readonly unknown[]) => void;

const firstAnswer = 'trellis:first-answer';
const filename = join(__dirname, 'main.cjs');
const bytes = readFileSync(filename);
const sourceSum = crc32(bytes);
// The build escapes what is not ASCII.
const source = bytes.toString('latin1');
// For what is loaded later, such as drivers; its folder is one per version of V8 and set of its flags.
enableCompileCache();
const folder = getCompileCacheDir();
const file = folder === undefined ? undefined : join(folder, `trellis-${crc32(filename).toString(16)}`);
const cachedData = file === undefined ? undefined : readCode(file, sourceSum, bytes);
const script = new Script(source, { filename, ...(cachedData !== undefined && { cachedData }) });
const isUsed = cachedData !== undefined && script.cachedDataRejected !== true;

subscribe(firstAnswer, keepCode);
const module = { exports: {} };
const wrapper = script.runInThisContext() as Wrapper;
wrapper(module.exports, createRequire(filename), module, filename, __dirname);

/** Before the answer leaves: hosts kill servers, some right after it. Once for each installation and version of Node. */
function keepCode(): void {
  unsubscribe(firstAnswer, keepCode);
  if (!isUsed && file !== undefined) writeCode(file, sourceSum, script.createCachedData());
  setImmediate(flushCompileCache);
}
