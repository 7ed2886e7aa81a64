// By import(): what a bundle imports statically, it loads at its start.
const { default: pg } = await import('pg');

/** The driver's class for statements; only those of it may be sent ahead of answers. */
export const { Query } = pg;
