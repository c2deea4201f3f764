// turns.js - what reads or writes the refresh token: one at a time, in this program and in all tabs.

const queues = new Map(); // the last in each queue, for all clients of this program

// Does the work when all is done that came before it in its queue, and while no tab holds the lock.
// Where the browser has no locks or forbids them, and where a tab that stands still keeps one for
// longer than `waitMs`, it is done without: until the next refresh token is used, the old one brings
// it, too.
export function inTurn(queue, lock, waitMs, work) {
  const turn = (queues.get(queue) ?? Promise.resolve()).then(() => locked(lock, waitMs, work));
  const over = turn.then(ignore, ignore);
  queues.set(queue, over);
  over.then(() => queues.get(queue) === over && queues.delete(queue));
  return turn;
}

// Between tabs; null where the browser has none, or forbids it.
export function openChannel(name) {
  try {
    return new BroadcastChannel(name);
  } catch {
    return null;
  }
}

function ignore() {}

async function locked(lock, waitMs, work) {
  const locks = lock && globalThis.navigator?.locks;
  if (!locks) return work();
  let began = false;
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), waitMs);
  try {
    return await locks.request(lock, { signal: patience.signal }, () => {
      began = true;
      return work();
    });
  } catch (error) {
    if (began) throw error;
    return work();
  } finally {
    clearTimeout(timer);
  }
}
