// access.js - until when a member may use the portal: the society's days, which are days in Japan.

/** @import { Profile } from './session.js' */

const DAY_MS = 86_400_000;
const JAPAN_MS = 9 * 3_600_000; // UTC+9, no summer time

/**
 * The last day on which the member can log in; null: no end is known.
 *
 * @param {Pick<Profile, 'access_until'>} profile
 */
export function lastDayOfAccess({ access_until }) {
  if (access_until === null) return null;
  return isoDay(Date.parse(`${access_until}T00:00:00Z`) - DAY_MS);
}

/**
 * Has the member lost eligibility? Then nobody of this number can register.
 *
 * @param {Pick<Profile, 'eligible_until'>} profile
 * @param {number} [now]
 */
export function isFormerMember({ eligible_until }, now = Date.now()) {
  return eligible_until !== null && eligible_until <= isoDay(now + JAPAN_MS);
}

/** @param {number} time */
const isoDay = (time) => new Date(time).toISOString().slice(0, 10);
