/** Stands for the declaration of a server. */
export const app = { name: 'trellis-plum', title: 'Plum', port: Number(process.env['PLUM_PORT'] ?? 0) };
