export { durationBounds, type FinishedCall } from './call-tallies.ts';
export type { Check, CheckOptions, CheckResult } from './check-runner.ts';
export { createHealth, type Health, type HealthOptions, type Metrics, type Readiness } from './create-health.ts';
export type { CheckReport, HealthReport, HealthSource, HealthStatus } from './health-report.ts';
