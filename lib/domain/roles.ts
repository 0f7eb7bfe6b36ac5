/** What a key may do. An administrator may do everything. */
export const roles = ['partner', 'warehouse', 'finance', 'operations', 'auditor', 'admin'] as const;
export type Role = (typeof roles)[number];
