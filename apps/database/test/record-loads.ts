import { appendFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

/** Preloaded by `--import`: notes the URL of each module in the file that `LOADS_FILE` names. */
const file = process.env['LOADS_FILE'] ?? '';

registerHooks({
  load(url, context, next) {
    appendFileSync(file, `${url}\n`);
    return next(url, context);
  },
});
