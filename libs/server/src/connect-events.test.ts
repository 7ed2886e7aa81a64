import { expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '@trellis-mcp/test-services';
import { connectRaw } from '../test/fixture/raw-peer.ts';
import { eras, startCore } from '../test/fixture/start-core.ts';
import type { AnyResource } from './define.ts';

const texts = { title: 'T', description: 'D.', mimeType: 'text/plain', read: async () => '' };
const resources: AnyResource<object>[] = [
  { ...texts, name: 'open', uri: 'test://open' },
  { ...texts, name: 'guarded', uri: 'test://guarded', scopes: ['secret'] },
  { ...texts, name: 'page', uriTemplate: 'test://page/{number}' },
];

it.each(eras)('tells a %s client of list changes and of the resources it asked for, and of nothing else', async (era) => {
  const core = startCore({ resources });
  await using peer = await connectRaw(core.runtime, { era });
  if (era === 'legacy') {
    expect((await peer.send('resources/subscribe', { uri: 'test://page/7' })).error).toBeUndefined();
  } else {
    const notifications = { toolsListChanged: true, resourceSubscriptions: ['test://page/7'] };
    void peer.send('subscriptions/listen', { notifications });
    await until(() => peer.notifications.length > 0);
  }
  peer.notifications.length = 0;
  core.runtime.events.toolsChanged();
  core.runtime.events.resourceUpdated('test://page/7');
  core.runtime.events.resourceUpdated('test://page/8');
  await until(() => peer.notifications.length >= 2);
  await sleep(20);
  const heard = peer.notifications.map((message) => ('method' in message ? message.method : ''));
  expect(heard).toEqual(['notifications/tools/list_changed', 'notifications/resources/updated']);
});

it('stops when a legacy client unsubscribes', async () => {
  const core = startCore({ resources });
  await using peer = await connectRaw(core.runtime, { era: 'legacy' });
  await peer.send('resources/subscribe', { uri: 'test://open' });
  await peer.send('resources/unsubscribe', { uri: 'test://open' });
  core.runtime.events.resourceUpdated('test://open');
  await sleep(20);
  expect(peer.notifications).toEqual([]);
});

it('refuses subscriptions to what is not there, not allowed, or more than 1,000', async () => {
  const core = startCore({ resources });
  await using peer = await connectRaw(core.runtime, { era: 'legacy', principal: { id: 'a', scopes: new Set() } });
  const subscribe = async (uri: string) => (await peer.send('resources/subscribe', { uri })).error?.code;
  expect(await subscribe('test://nothing')).toBe(-32602);
  expect(await subscribe('test://guarded')).toBe(-32602);
  for (let index = 0; index < 1000; index += 1) await subscribe(`test://page/${index}`);
  expect(await subscribe('test://page/1000')).toBe(-32602);
  expect(await subscribe('test://page/999')).toBeUndefined();
});

it('refuses subscriptions to URIs that are too long together', async () => {
  const core = startCore({ resources });
  await using peer = await connectRaw(core.runtime, { era: 'legacy' });
  const subscribe = async (uri: string) => (await peer.send('resources/subscribe', { uri })).error?.code;
  const long = (index: number): string => `test://page/${index}${'x'.repeat(8_000)}`;
  const codes: unknown[] = [];
  for (let index = 0; index < 40; index += 1) codes.push(await subscribe(long(index)));
  expect(codes.indexOf(-32602)).toBe(32);
  expect(await subscribe(long(1))).toBeUndefined();
});

it('does not tell a modern client of a resource that its scopes do not allow', async () => {
  const core = startCore({ resources });
  await using peer = await connectRaw(core.runtime, { principal: { id: 'a', scopes: new Set() } });
  void peer.send('subscriptions/listen', { notifications: { resourceSubscriptions: ['test://guarded', 'test://open'] } });
  await until(() => peer.notifications.length > 0);
  peer.notifications.length = 0;
  core.runtime.events.resourceUpdated('test://guarded');
  core.runtime.events.resourceUpdated('test://open');
  await until(() => peer.notifications.length > 0);
  await sleep(20);
  expect(peer.notifications).toMatchObject([{ params: { uri: 'test://open' } }]);
  const principal = { id: 'a', scopes: new Set<string>() };
  expect(core.runtime.missingListenScopes(principal, ['test://guarded', 'test://open'])).toEqual(['secret']);
});

it('lets go of a connection that closed', async () => {
  const core = startCore({ resources });
  const peer = await connectRaw(core.runtime, { era: 'legacy' });
  await peer.near.close();
  await until(() => 'listenerCount' in core.runtime.bus && core.runtime.bus.listenerCount === 0);
  core.runtime.events.toolsChanged();
});
