/** Preloaded into servers that `npm start` runs: when the parent is gone, however it went, the server stops as on SIGTERM. */
process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
