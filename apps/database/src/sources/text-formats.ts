/** Settings of every session, whatever the engine: how PostgreSQL writes the values that are read here. */
export const textFormats = {
  standard_conforming_strings: 'on',
  client_encoding: 'UTF8',
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
} as const;
