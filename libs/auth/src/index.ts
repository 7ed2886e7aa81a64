export { createApiKey, hashApiKey, type ApiKeyEntry } from './api-key/create-api-key.ts';
export { loadApiKeys, type ApiKeys, type LoadApiKeysOptions } from './api-key/load-api-keys.ts';
export { defaultAlgorithms, type AuthenticatorOptions, type DpopOptions } from './authenticator-options.ts';
export { createAuthenticator, type Authenticator, type ChallengeOptions } from './create-authenticator.ts';
export { type ProtectedResourceMetadata } from './describe-resource.ts';
export { type DpopNonceOptions } from './dpop/create-nonce-mint.ts';
export { authFailure, type AuthFailure, type AuthReason } from './failure/auth-failure.ts';
export { type Principal } from './principal.ts';
export { type AuthHeaders, type AuthRequest } from './read-credentials.ts';
