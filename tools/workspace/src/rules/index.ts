import { fileName } from './file-name.ts';
import { jsdocOnExports } from './jsdoc-on-exports.ts';
import { noAmbient } from './no-ambient.ts';
import { noDoubleCast } from './no-double-cast.ts';
import { noSdkImport } from './no-sdk-import.ts';
import { noSwallowedError } from './no-swallowed-error.ts';
import { noSyncCalls } from './no-sync-calls.ts';

/** The house rules as an ESLint plugin, under the prefix `trellis/`. */
export const houseRules = {
  meta: { name: 'trellis' },
  rules: {
    'file-name': fileName,
    'jsdoc-on-exports': jsdocOnExports,
    'no-ambient': noAmbient,
    'no-double-cast': noDoubleCast,
    'no-sdk-import': noSdkImport,
    'no-swallowed-error': noSwallowedError,
    'no-sync-calls': noSyncCalls,
  },
};
