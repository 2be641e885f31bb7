import type { Actor, Role } from '../api/resources';

export type Page = 'map' | 'wall' | 'desk' | 'department' | 'phone';

/** Whom a page is made for. The service decides what one may do: a page only stays out of the way of others. */
const FOR: Record<Page, { at: string; roles: readonly Role[] | 'all' }> = {
  map: { at: '/', roles: 'all' },
  wall: { at: '/wall', roles: ['display', 'shift_head', 'dispatcher', 'supervisor', 'operator', 'planner', 'street_cadre', 'county_leader'] },
  desk: { at: '/desk', roles: ['intake_officer', 'shift_head', 'dispatcher', 'supervisor', 'street_cadre'] },
  department: { at: '/department', roles: ['department_clerk'] },
  phone: { at: '/phone', roles: ['specialist', 'grid_worker', 'informant', 'community_staff'] },
};

export const pages = Object.keys(FOR) as Page[];

export const rolesOf = (page: Page): readonly Role[] => (FOR[page].roles === 'all' ? [] : FOR[page].roles);

/** The pages that somebody works with. Whoever runs the service looks at all of them. */
export const pagesOf = ({ kind, roles }: Actor): { id: Page; at: string }[] =>
  pages
    .filter((id) => {
      const { roles: made } = FOR[id];
      return made === 'all' || kind === 'administrator' || made.some((role) => roles.includes(role));
    })
    .map((id) => ({ id, at: FOR[id].at }));
