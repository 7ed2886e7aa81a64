import { expect, it } from '@jest/globals';
import { attacks } from './attack-table.ts';
import { attackBoundary } from './attack-table-boundary.ts';

it('has at least 400 attacks, each once, each with a reason of its own', () => {
  const all = [...attacks, ...attackBoundary];
  expect(attacks.length).toBeGreaterThanOrEqual(400);
  expect(new Set(all.map(([sql]) => sql.replaceAll(/\s+/g, ' '))).size).toBe(all.length);
});
