export { egress, type EgressOptions } from './egress.ts';
