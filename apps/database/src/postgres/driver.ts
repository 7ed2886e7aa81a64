import pg from 'pg';

/** The driver's class for statements; only those of it may be sent ahead of answers. */
export const { Query } = pg;
