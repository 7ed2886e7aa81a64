const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** A size as PostgreSQL writes it: `12 MB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  return `${String(Math.round(bytes / 1024 ** power))} ${units[power] ?? ''}`;
}

/** A number with separators: `12,345`; fractions only of small numbers. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US', { maximumFractionDigits: Math.abs(count) < 10 ? 2 : 0 });
}

/** A share in percent: `87 %`. */
export function formatShare(share: number): string {
  return `${String(Math.floor(share * 100))} %`;
}

/** A duration in the two largest units that matter: `2 h 5 min`. */
export function formatSeconds(seconds: number): string {
  const total = Math.round(seconds);
  const [hours, minutes] = [Math.floor(total / 3_600), Math.floor((total % 3_600) / 60)];
  if (hours > 0) {
    return `${formatCount(hours)} h ${String(minutes)} min`;
  }
  return minutes > 0 ? `${String(minutes)} min ${String(total % 60)} s` : `${String(total)} s`;
}
