import { setting } from '@trellis-mcp/config';
import { z } from 'zod';
import { authProblems, type SettingProblem } from './auth/auth-problems.ts';
import { authSettings } from './auth/auth-settings.ts';
import { isLoopback } from './is-loopback.ts';

const hostName = z
  .string()
  .regex(/^(\[[0-9a-fA-F:.]+\]|[0-9a-fA-F:.]*:[0-9a-fA-F:.]*|[A-Za-z0-9._-]+)$/, 'must be a host name or address, without scheme and port');

const origin = z.string().regex(/^[a-z][a-z0-9+.-]*:\/\/[^/?#\s@]+$/i, 'must be an origin such as https://app.example.com, without a path');

/** Where the server listens and whom it answers. */
function networkSettings(port: number) {
  return {
    transport: setting(z.enum(['stdio', 'http']).default('stdio'), {
      description: 'How clients reach the server: stdio (the client starts it) or http (Streamable HTTP).',
    }),
    host: setting(z.string().min(1).default('127.0.0.1'), { description: 'Address to listen on over HTTP.' }),
    port: setting(z.int().min(0).max(65_535).default(port), {
      description: 'Port to listen on over HTTP; 0 picks a free one and prints it.',
    }),
    allowHost: setting(z.array(hostName).max(100).default([]), {
      description: 'Host name under which clients reach the server, beside the loopback names. Repeatable.',
      placeholder: 'name',
    }),
    allowOrigin: setting(z.array(origin).max(100).default([]), {
      description: 'Web origin whose pages may call the server, beside loopback origins. Repeatable.',
      placeholder: 'origin',
    }),
    publicUrl: setting(z.url({ protocol: /^https?$/ }).optional(), {
      description: 'URL under which clients see the server behind a proxy; allows its host and origin.',
      placeholder: 'url',
    }),
    allowUnauthenticated: setting(z.boolean().default(false), {
      description: 'Listen beyond loopback without authentication. Whoever reaches the port may call every tool.',
    }),
    publicMetrics: setting(z.boolean().default(false), {
      description: 'Answer /healthz and /metrics to everyone, not only to loopback and to tokens with health:read.',
    }),
    websocket: setting(z.boolean().default(false), {
      description: 'Serve MCP over WebSocket, too, at /ws beside /mcp. WebSocket is not part of the MCP specification.',
    }),
    legacySessions: setting(z.boolean().default(false), {
      description: 'Give 2025-era HTTP clients sessions held in this process; needed for their sampling, elicitation and subscriptions.',
    }),
  };
}

/** Where state lives and who may use what. */
function stateSettings() {
  return {
    redisUrl: setting(z.url({ protocol: /^rediss?$/ }).optional(), {
      description: 'Redis that holds kept results and caches, and carries change events between processes.',
      secret: true,
      placeholder: 'url',
    }),
    cachePath: setting(z.string().min(1).optional(), {
      description: 'SQLite file that keeps caches across restarts; kept results, too, when no Redis is given.',
      placeholder: 'file',
    }),
    stateKeys: setting(z.array(z.string().min(32, 'must be at least 32 characters long')).max(10).default([]), {
      description: 'Keys that sign cursors and pending questions; the first signs, all verify. Default: a random one per process.',
      secret: true,
      placeholder: 'key',
    }),
    tools: setting(z.array(z.string().min(1)).max(1_000).optional(), { description: 'Offer only these tools.', placeholder: 'name' }),
    excludeTools: setting(z.array(z.string().min(1)).max(1_000).default([]), {
      description: 'Do not offer these tools.',
      placeholder: 'name',
    }),
    toolBudget: setting(z.int().min(100).max(1_000_000).optional(), {
      description: 'Cut what tools say of themselves until their list has at most this many tokens; examples go first, warnings never.',
      placeholder: 'tokens',
    }),
    toolSearch: setting(z.boolean().default(false), {
      description: 'List only search_tools, describe_tool and call_tool, through which a model finds and calls all others.',
    }),
    memory: setting(z.boolean().default(false), {
      description: 'Offer open_memory and recall_memory: calls made with a memoryId are noted, for a model that lost its context.',
    }),
    principal: setting(z.string().min(1).max(200).optional(), {
      description: 'Name of the caller when nothing authenticates one. Default: local on stdio, anonymous on HTTP.',
      placeholder: 'name',
    }),
    scopes: setting(z.array(z.string().min(1)).max(1_000).optional(), {
      description: 'Scopes of the caller when nothing authenticates one. Default: all.',
      placeholder: 'scope',
    }),
  };
}

/** How the process logs and ends. */
function processSettings() {
  return {
    drainTimeoutMs: setting(z.int().min(0).max(3_600_000).default(30_000), {
      description: 'How long a signal waits for running calls, in milliseconds.',
      placeholder: 'ms',
    }),
    logLevel: setting(z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'), {
      description: 'Least severe level to log.',
    }),
    logFormat: setting(z.enum(['auto', 'json', 'pretty']).default('auto'), {
      description: 'auto is pretty on a terminal and JSON elsewhere.',
    }),
    logFile: setting(z.string().min(1).optional(), { description: 'Log to this file instead of stderr.', placeholder: 'file' }),
  };
}

/**
 * The settings that every Trellis server has, to be spread into its own zod object.
 *
 * @param options.port Default of `--port`.
 */
export function commonSettings(options: { readonly port: number }) {
  return { ...networkSettings(options.port), ...authSettings(), ...stateSettings(), ...processSettings() };
}

/** Values of {@link commonSettings}. */
export type CommonConfig = z.output<z.ZodObject<ReturnType<typeof commonSettings>>>;

/** Problems between settings that no single one shows; empty when there are none. */
export function commonProblems(config: CommonConfig): SettingProblem[] {
  const problems = authProblems(config);
  if (config.auth === 'none' && config.transport === 'http' && !isLoopback(config.host) && !config.allowUnauthenticated) {
    const message =
      `${config.host} lets other machines call every tool without authentication. Keep --host 127.0.0.1, set --auth oauth or --auth api-key, ` +
      'or say that you mean it with --allow-unauthenticated (TRELLIS_ALLOW_UNAUTHENTICATED=true).';
    problems.push({ setting: 'host', message });
  }
  return problems;
}
