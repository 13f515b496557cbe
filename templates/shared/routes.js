/** Answers of the host: by namespace, then by operation. */
export default {
  text: { upper: (value) => value.toUpperCase() },
};

/** Values are text: for `wapc-host run --routes`. */
export const codec = 'text';
