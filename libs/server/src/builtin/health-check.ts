import type { Health, HealthReport } from '@trellis-mcp/health';
import type { AnyTool } from '../define.ts';
import { madeSchema, ownSchema } from './own-schema.ts';

type Summary = Pick<HealthReport, 'status' | 'uptime_seconds' | 'active_sessions' | 'memory_mb' | 'cache_hit_rate' | 'version'>;

const nothing = ownSchema({ json: { type: 'object', properties: {} }, read: () => ({ data: {} }) });

const summary = madeSchema<Summary>({
  type: 'object',
  properties: {
    status: { type: 'string', enum: ['ok', 'degraded', 'failing', 'draining'] },
    uptime_seconds: { type: 'number' },
    active_sessions: { type: 'number' },
    memory_mb: { type: 'number' },
    cache_hit_rate: { anyOf: [{ type: 'number' }, { type: 'null' }] },
    version: { type: 'string' },
  },
  required: ['status', 'uptime_seconds', 'active_sessions', 'memory_mb', 'cache_hit_rate', 'version'],
});

/** The tool that says how the server is; what failed in detail is for its operator, at `/healthz`. */
export function createHealthCheck(health: Pick<Health, 'report'>, scopes: readonly string[] = []): AnyTool<unknown> {
  return {
    name: 'health_check',
    title: 'Health check',
    description: 'Say how this server is. Use when calls fail or are slow.',
    input: nothing,
    output: summary,
    hints: { readOnly: true },
    scopes,
    timeoutMs: 15_000,
    async run() {
      const { status, uptime_seconds, active_sessions, memory_mb, cache_hit_rate, version } = await health.report();
      return { status, uptime_seconds, active_sessions, memory_mb, cache_hit_rate, version };
    },
  };
}
