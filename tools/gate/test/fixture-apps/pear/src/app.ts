/** Stands for the declaration of a server. */
export const app = { name: 'trellis-pear', title: 'Pear', port: Number(process.env['PEAR_PORT'] ?? 0) };
