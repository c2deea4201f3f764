// timer.js - seconds that go down on a screen. They are measured by a clock that nobody can set.

/**
 * Calls `tell` at once and every second with the seconds that are left, and at last with 0. Ends
 * with the screen.
 *
 * @param {AbortSignal} signal
 * @param {number} seconds
 * @param {(left: number) => void} tell
 */
export function every(signal, seconds, tell) {
  const end = performance.now() + seconds * 1000;
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    if (left === 0) clearInterval(timer);
    tell(left);
  };
  const timer = setInterval(tick, 1000);
  tick();
  signal.addEventListener('abort', () => clearInterval(timer));
}

/**
 * Calls `act` once, so many seconds later, unless the screen was left.
 *
 * @param {AbortSignal} signal
 * @param {number} seconds
 * @param {() => void} act
 */
export function later(signal, seconds, act) {
  const timer = setTimeout(act, seconds * 1000);
  signal.addEventListener('abort', () => clearTimeout(timer));
}
