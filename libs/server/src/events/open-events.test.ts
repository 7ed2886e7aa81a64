import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { silentLogger } from '@trellis-mcp/logging';
import { openRedis } from '@trellis-mcp/stores';
import { startRedis, until } from '@trellis-mcp/test-services';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEvents } from './open-events.ts';

let service: Awaited<ReturnType<typeof startRedis>>;
beforeAll(async () => {
  service = await startRedis();
});
afterAll(async () => {
  await service.stop();
});

async function openNode(name = 'trellis-test') {
  const redis = await openRedis(service.url);
  const hub = await openEvents({ name, log: silentLogger(), redis });
  const heard: string[] = [];
  hub.bus.subscribe((event) => heard.push(event.kind === 'resource_updated' ? event.uri : event.kind));
  const close = async (): Promise<void> => {
    await hub.close();
    await redis.close();
  };
  return { hub, heard, redis, [Symbol.asyncDispose]: close };
}

it('reaches every process once, also the one that published', async () => {
  await using first = await openNode();
  await using second = await openNode();
  await using other = await openNode('trellis-other');
  for (let index = 0; index < 50; index += 1) first.hub.resourceUpdated(`test://${index}`);
  first.hub.toolsChanged();
  await until(() => second.heard.length >= 51);
  await sleep(50);
  const all = [...Array.from({ length: 50 }, (_, index) => `test://${index}`), 'tools_list_changed'];
  expect(first.heard).toEqual(all);
  expect(second.heard).toEqual(all);
  expect(other.heard).toEqual([]);
});

it('does not hear what is no event', async () => {
  await using node = await openNode();
  for (const text of ['', '{', '[]', '{"node":"x","event":{"kind":"shutdown"}}', '{"node":"x","event":{"kind":"resource_updated"}}']) {
    await node.redis.command.publish('trellis:events:trellis-test', text);
  }
  await node.redis.command.publish('trellis:events:trellis-test', '{"node":"x","event":{"kind":"prompts_list_changed"}}');
  await until(() => node.heard.length > 0);
  expect(node.heard).toEqual(['prompts_list_changed']);
});

it('never throws while Redis is away, keeps this process informed, and counts every list as changed when it is back', async () => {
  await using first = await openNode();
  await using second = await openNode();
  await service.kill();
  first.hub.resourceUpdated('test://lost');
  expect(first.heard).toEqual(['test://lost']);
  await service.restart();
  await until(() => first.heard.length >= 4 && second.heard.length >= 3);
  const lists = ['tools_list_changed', 'prompts_list_changed', 'resources_list_changed'];
  expect(second.heard.slice(0, 3)).toEqual(lists);
  expect(first.heard.slice(1, 4)).toEqual(lists);
  // The connection that publishes comes back in its own time.
  const before = first.heard.length;
  await until(() => {
    second.hub.promptsChanged();
    return first.heard.length > before;
  });
  expect(first.heard.slice(before)).toContain('prompts_list_changed');
});
