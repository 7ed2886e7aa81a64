import {
  makeProver as makeAnyProver,
  startStubIssuer as startAnyIssuer,
  type StubIssuer as AnyIssuer,
  type TokenChanges,
  type TokenKey,
} from '@trellis-mcp/test-services';

/** What tokens are for. */
export const resource = 'https://mcp.example/mcp';

/** An issuer of tokens for {@link resource}. */
export interface StubIssuer extends AnyIssuer {
  /** Paths that were asked for. */
  paths(): string[];
  sign(changes?: TokenChanges): Promise<string>;
}

/** Starts an issuer that introspects, once a test says how. */
export async function startStubIssuer(now: () => number): Promise<StubIssuer> {
  const stub = await startAnyIssuer({ now, claims: { sub: 'alice', scope: 'db:read' } });
  stub.metadata = { introspection_endpoint: `${stub.issuer}/introspect` };
  const sign = (changes?: TokenChanges): Promise<string> => Promise.resolve(stub.issue(resource, changes));
  return Object.assign(stub, { sign, paths: () => stub.http.requests.map(({ url }) => url) });
}

/** A client that proves possession of its key, at {@link resource}. */
export interface Prover {
  readonly jkt: string;
  readonly key: TokenKey;
  prove(token: string, changes?: TokenChanges): Promise<string>;
}

/** Makes a client. */
export function makeProver(now: () => number): Prover {
  const { key, thumbprint, prove } = makeAnyProver(now);
  return {
    key,
    jkt: thumbprint,
    prove: (token, { claims, ...changes } = {}) =>
      Promise.resolve(prove(token, { ...changes, claims: { htm: 'POST', htu: resource, ...claims } })),
  };
}
