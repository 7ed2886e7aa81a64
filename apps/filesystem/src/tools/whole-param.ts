import { z } from 'zod';

/** A whole number as an argument, without the bounds of safe integers that zod publishes and no model needs. */
export function wholeParam(description: string): z.ZodNumber {
  return z
    .number()
    .refine((value) => Number.isSafeInteger(value), { error: 'must be a whole number' })
    .meta({ type: 'integer', description });
}

/** As {@link wholeParam}, from 1 on. */
export function countParam(description: string): z.ZodNumber {
  return z
    .number()
    .refine((value) => Number.isSafeInteger(value) && value >= 1, { error: 'must be a whole number from 1 on' })
    .meta({ type: 'integer', minimum: 1, description });
}
