import { attackKinds } from './attack-table-kinds.ts';
import { attackPaths } from './attack-table-paths.ts';
import { attackTexts } from './attack-table-texts.ts';
import { attackValues } from './attack-table-values.ts';
import type { Attack } from './attack-verdict.ts';
import type { AttackGround } from './open-attack-ground.ts';

/** Calls that must not do what they try, by theme. */
export function attackThemes(ground: Pick<AttackGround, 'top' | 'root' | 'outside'>): Readonly<Record<string, readonly Attack[]>> {
  return { paths: attackPaths(ground), kinds: attackKinds, values: attackValues, texts: attackTexts };
}
