/** One function name of a database, over all its overloads. */
export interface FunctionTraits {
  /**
   * Some overload is VOLATILE: it may write, lock, sleep or reach outside. So is an aggregate of VOLATILE parts,
   * whatever it is declared as, and a function whose defaults call one.
   */
  readonly isVolatile: boolean;
  /** Some VOLATILE overload takes one argument, so that `x.name` calls it. */
  readonly isVolatileField: boolean;
  /** Some VOLATILE overload is not the server's own: what is known of the server's does not hold for it. */
  readonly isVolatileOwn: boolean;
  /** `immutable`: all overloads are IMMUTABLE; `server`: those that are not are STABLE ones of the server. Nothing for all else. */
  readonly steadiness?: 'immutable' | 'server' | null | undefined;
}

/** What a text can call in a database, by name and without schema: overloads and the search path are resolved by the server only. */
export interface FunctionCatalog {
  readonly functions: ReadonlyMap<string, FunctionTraits>;
  /** Operators with the VOLATILE functions behind them; not those that have their name from the server. */
  readonly operators: ReadonlyMap<string, readonly string[]>;
  /** Types with the VOLATILE functions that make their values: casts, checks of domains, input; also arrays, rows and ranges of such types. */
  readonly types: ReadonlyMap<string, readonly string[]>;
}

/** What reading one relation does. */
export interface RelationTraits {
  readonly schema: string;
  readonly name: string;
  /**
   * Functions of the server and its extensions that reading it calls, through views, policies and partitions, and the handlers of foreign
   * tables. Functions of the database's owner are left out: they read what they were made for, in a READ ONLY transaction.
   */
  readonly calls: readonly { readonly name: string; readonly isVolatile: boolean }[];
  /** Reading it twice gives the same until rows change: neither clock nor session in views and policies, nor state of the server. */
  readonly isSteady?: boolean;
}
