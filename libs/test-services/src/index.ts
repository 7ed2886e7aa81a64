export { isMissingCapability, requireCapability, type MissingCapability } from './capability.ts';
export { type CapturedOutput, type LineMatch } from './captured-output.ts';
export { findExecutable } from './find-executable.ts';
export { freePort } from './free-port.ts';
export { openWatchedLog, type WatchedLog } from './open-watched-log.ts';
export { makeProver, type Prover } from './make-prover.ts';
export { descendantsOf, isGone, waitGone } from './process-table.ts';
export { openReaper, type Reaper, type ReaperOptions } from './reaper.ts';
export { recordMeasurement, type Measurement } from './record-measurement.ts';
export { checkSecrets, openSecretWatch, registerSecret, type SecretWatch } from './secret-watch.ts';
export { sharedPostgres, sharedRedis, type SharedInstance } from './shared-instances.ts';
export { makeTokenKey, signJwt, type TokenChanges, type TokenKey } from './sign-jwt.ts';
export { spawnProbe, type Probe, type ProbeExit, type ProbeOptions } from './spawn-probe.ts';
export { findPostgres, startPostgres, type PostgresOptions } from './start-postgres.ts';
export { type TokenAnswer, type TokenRequest } from './drive-identity.ts';
export {
  startIdentityProvider,
  type IdentityClient,
  type IdentityProvider,
  type IdentityProviderOptions,
} from './start-identity-provider.ts';
export { startRedis, type RedisOptions } from './start-redis.ts';
export { startStubHttp, type SeenRequest, type StubHandler, type StubHttp } from './start-stub-http.ts';
export { type TestInstance } from './test-instance.ts';
export { startStubIssuer, type StubIssuer, type StubIssuerOptions } from './start-stub-issuer.ts';
export { until } from './until.ts';
