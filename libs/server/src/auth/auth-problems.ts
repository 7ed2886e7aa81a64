import type { CommonConfig } from '../common-settings.ts';
import { isLoopback } from '../is-loopback.ts';

/** What is wrong between settings, and the setting to look at. */
export interface SettingProblem {
  readonly setting: keyof CommonConfig;
  readonly message: string;
}

type AuthConfig = Pick<
  CommonConfig,
  | 'auth'
  | 'transport'
  | 'host'
  | 'publicUrl'
  | 'authIssuer'
  | 'authAudience'
  | 'authTenantClaim'
  | 'authInitialScopes'
  | 'authIntrospection'
  | 'authClientId'
  | 'authClientSecret'
  | 'requireDpop'
  | 'apiKeysFile'
  | 'allowUnauthenticated'
  | 'principal'
  | 'scopes'
>;

/** Contradictions between the settings of authentication; each of them would leave the operator with another door than was meant. */
export function authProblems(config: AuthConfig): SettingProblem[] {
  if (config.auth === 'none') return withoutAuth(config);
  if (config.transport === 'stdio') {
    const text =
      'is for --transport http: over stdio the caller is whoever starts the server, and --principal and --scopes say what it may do.';
    return [{ setting: 'auth', message: text }];
  }
  return [...contradictions(config), ...(config.auth === 'oauth' ? oauthProblems(config) : keyProblems(config))];
}

const onlyWithAuth = ['authIssuer', 'authAudience', 'authTenantClaim', 'authClientId', 'authClientSecret', 'apiKeysFile'] as const;
const onlyWithTokens = ['authIssuer', 'authAudience', 'authTenantClaim', 'authClientId', 'authClientSecret'] as const;
const onlyWithoutAuth = ['principal', 'scopes'] as const;

function withoutAuth(config: AuthConfig): SettingProblem[] {
  const message = 'does nothing while --auth is none, and everybody may call. Set --auth oauth or --auth api-key, or leave it out.';
  const given: (keyof CommonConfig)[] = [...givenOf(config, onlyWithAuth), ...flagsOf(config, ['requireDpop', 'authIntrospection'])];
  return given.map((setting) => ({ setting, message }));
}

function contradictions(config: AuthConfig): SettingProblem[] {
  const callers = givenOf(config, onlyWithoutAuth).map((setting) => ({
    setting,
    message: `is for callers that nothing authenticates, and --auth ${config.auth} lets none of them in. Leave one of them out.`,
  }));
  const open = 'contradicts --auth: either everybody may call, or callers with credentials. Leave one of them out.';
  return config.allowUnauthenticated ? [...callers, { setting: 'allowUnauthenticated', message: open }] : callers;
}

function keyProblems(config: AuthConfig): SettingProblem[] {
  const given: (keyof CommonConfig)[] = [...givenOf(config, onlyWithTokens), ...flagsOf(config, ['requireDpop', 'authIntrospection'])];
  const wrong = given.map((setting) => ({
    setting,
    message: 'is for access tokens, which --auth api-key does not take. Set --auth oauth.',
  }));
  if (config.apiKeysFile !== undefined) return wrong;
  return [{ setting: 'apiKeysFile', message: 'is missing: --auth api-key takes the keys of that file.' }, ...wrong];
}

function oauthProblems(config: AuthConfig): SettingProblem[] {
  const { authIssuer, authIntrospection, authClientId, authClientSecret } = config;
  const problems: SettingProblem[] = [];
  if (authIssuer === undefined) {
    problems.push({ setting: 'authIssuer', message: 'is missing: --auth oauth takes access tokens of that authorization server.' });
  }
  if (authIntrospection && (authClientId === undefined || authClientSecret === undefined)) {
    const message = 'needs --auth-client-id and --auth-client-secret (TRELLIS_AUTH_CLIENT_SECRET or TRELLIS_AUTH_CLIENT_SECRET_FILE).';
    problems.push({ setting: 'authIntrospection', message });
  }
  if (!authIntrospection && (authClientId !== undefined || authClientSecret !== undefined)) {
    problems.push({ setting: 'authClientId', message: 'is for introspection only: set --auth-introspection, or leave it out.' });
  }
  if (!isLoopback(config.host) && config.publicUrl === undefined) {
    const message = 'is missing: tokens are made for the URL under which clients see the server, and must not be taken for another one.';
    problems.push({ setting: 'publicUrl', message });
  }
  return problems;
}

function givenOf<Name extends keyof AuthConfig>(config: AuthConfig, names: readonly Name[]): Name[] {
  return names.filter((name) => config[name] !== undefined);
}

function flagsOf<Name extends keyof AuthConfig>(config: AuthConfig, names: readonly Name[]): Name[] {
  return names.filter((name) => config[name] === true);
}
