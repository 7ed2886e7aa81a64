export { createEgress, type Egress, type EgressOptions } from './create-egress.ts';
export { type Lookup } from './create-guarded-connector.ts';
export { findForbiddenRange } from './find-forbidden-range.ts';
