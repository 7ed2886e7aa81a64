import { expect, it } from '@jest/globals';
import { until } from '@trellis-mcp/test-services';
import { SparePlaces, type SparePlacesOptions } from './spare-places.ts';

interface Thing {
  readonly name: string;
}

function openPlaces(options: Partial<SparePlacesOptions<Thing>> = {}) {
  const gone: string[] = [];
  const places = new SparePlaces<Thing>({
    places: 2,
    maxWaitMs: 10_000,
    maxSpareMs: 10_000,
    refuse: () => new Error('too long'),
    letGo: ({ name }) => gone.push(name),
    ...options,
  });
  return { places, gone };
}

it('hands out free places, then what was left in them, the latest first', () => {
  const { places } = openPlaces();
  expect([places.take(), places.take(), places.take()]).toEqual([{}, {}, undefined]);
  places.leave({ name: 'a' });
  places.leave({ name: 'b' });
  expect(places.inUse).toBe(0);
  expect([places.take(), places.take(), places.take()]).toEqual([{ item: { name: 'b' } }, { item: { name: 'a' } }, undefined]);
});

it('gives what is left to those who wait, in the order of arrival', async () => {
  const { places } = openPlaces({ places: 1 });
  places.take();
  const waits = [places.wait(), places.wait()];
  places.leave({ name: 'a' });
  places.leave();
  expect(await Promise.all(waits)).toEqual([{ item: { name: 'a' } }, {}]);
  expect([places.inUse, places.waiting]).toEqual([1, 0]);
});

it('loses nothing to a caller that goes away or waited too long', async () => {
  const { places } = openPlaces({ places: 1, maxWaitMs: 20 });
  places.take();
  const gone = new AbortController();
  const aborted = places.wait(gone.signal);
  gone.abort(new Error('gone'));
  await expect(aborted).rejects.toThrow('gone');
  await expect(places.wait()).rejects.toThrow('too long');
  places.leave({ name: 'a' });
  expect(places.take()).toEqual({ item: { name: 'a' } });
});

it('lets go of what nobody took for a while, and of all when it closes', async () => {
  const { places, gone } = openPlaces({ maxSpareMs: 20 });
  places.take();
  places.leave({ name: 'a' });
  await until(() => gone.length > 0);
  expect(gone).toEqual(['a']);
  places.take();
  places.take();
  const late = places.wait();
  places.leave();
  places.leave({ name: 'b' });
  await late;
  const refused = places.wait();
  places.close(new Error('closed'));
  await expect(refused).rejects.toThrow('closed');
  expect(gone).toEqual(['a', 'b']);
});

it('forgets what was lost while nobody used it', () => {
  const { places, gone } = openPlaces();
  const lost = { name: 'lost' };
  places.take();
  expect(places.remove(lost)).toBe(false);
  places.leave(lost);
  expect(places.remove(lost)).toBe(true);
  expect(places.take()).toEqual({});
  expect(gone).toEqual([]);
});
