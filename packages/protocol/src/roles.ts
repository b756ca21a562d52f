/** The roles with a schema of their own; any other is the model's own business. */
export const KNOWN_ROLES = ['developer', 'system', 'user', 'assistant', 'tool', 'function'] as const;
