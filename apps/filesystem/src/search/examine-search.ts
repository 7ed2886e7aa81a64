import type { DoctorFinding } from '@trellis-mcp/server';
import { findRipgrep } from './find-ripgrep.ts';

/** Says what searches here. */
export async function examineSearch(): Promise<DoctorFinding> {
  const found = await findRipgrep();
  return 'program' in found
    ? { name: 'search', level: 'ok', text: 'ripgrep' }
    : { name: 'search', level: 'warning', text: `built in, slower: ${found.missing}` };
}
