import { file } from './file.ts';

/** All resources of this server. */
export const resources = [file];
