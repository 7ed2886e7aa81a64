/** Healthcheck of the server image: the process answers. Readiness is `/readyz`, for whoever routes traffic. */
const port = process.env.TRELLIS_PORT ?? '3100';
try {
  const response = await fetch(`http://127.0.0.1:${port}/livez`, { signal: AbortSignal.timeout(2_000) });
  process.exitCode = response.ok ? 0 : 1;
} catch (error) {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
}
