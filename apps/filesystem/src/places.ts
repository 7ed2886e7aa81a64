/** The project that is served when no root is given. This file lies as deep below the package's root as the bundle does. */
export const sampleFolder = new URL('../data/sample/', import.meta.url);
