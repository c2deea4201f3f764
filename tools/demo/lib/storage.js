// storage.js - what stays when the page is loaded again, and what never does.
//
// A phone throws away a tab that waits in the background, and with it all variables. What the
// member needs to go on is in the tab's sessionStorage, which ends with the tab. `TabValues` is the
// whole list. Never in any storage: a password, an access token, an authentication key, the
// insured number, a birth date, a posted code, a CAPTCHA and its answer.
//
// Where the browser gives no storage, a value lives as long as the page does.

/**
 * @typedef {object} MailSent
 * @property {string} path          of the screen that tells of it
 * @property {string} to            what the member entered: an address or a login ID
 * @property {number} resend_at     when the mail may be sent again, in ms of Date.now()
 * @property {number} resend_after  seconds between two mails
 * @property {number} [link_expires_in]  seconds for which the link is valid
 */
/**
 * @typedef {object} PasswordPolicy
 * @property {number} length_min
 * @property {number} length_max
 * @property {string} composition
 */
/**
 * @typedef {object} TabValues
 * @property {string} return_to     path of the screen that asked for the login
 * @property {MailSent} mail_sent   the mail that was asked for last
 * @property {boolean} cookies_are_lost  the browser did not keep the cookie of the last login
 * @property {{ email: string, password_policy: PasswordPolicy }} account_step
 */
/**
 * Besides them: `token STAGE`, the token of a mailed link, until its step is done (alone it opens
 * no account: a registration needs the authentication key, too); `draft PATH LOGIN_ID FIELD`, an
 * e-mail address, a login ID or a nickname that was typed and not sent yet, by whom.
 *
 * @typedef {`token ${string}` | `draft ${string}`} TabText
 */
/**
 * @typedef {object} DeviceValues
 * @property {'ja' | 'en'} language
 * @property {'medium' | 'large'} text_size
 */

const PREFIX = 'myportal ';

/**
 * @param {() => Storage} open  throws where the browser has storage blocked
 */
function area(open) {
  /** @type {Map<string, unknown>} */
  const memory = new Map();
  const storage = usable(open);

  return {
    isKept: storage !== null,

    /** @param {string} name */
    get(name) {
      return memory.has(name) ? memory.get(name) : read(storage, name);
    },

    /**
     * @param {string} name
     * @param {unknown} value
     */
    set(name, value) {
      memory.set(name, value);
      attempt(() => storage?.setItem(PREFIX + name, JSON.stringify(value)));
    },

    /** @param {string} name */
    remove(name) {
      memory.delete(name);
      attempt(() => storage?.removeItem(PREFIX + name));
    },

    /** Whatever has a name that begins so. @param {string} start */
    removeAll(start) {
      const stored = attempt(() => Object.keys(storage ?? {})) ?? [];
      const names = [...memory.keys(), ...stored.map((key) => key.slice(PREFIX.length))];
      names.filter((name) => name.startsWith(start)).forEach((name) => this.remove(name));
    },
  };
}

/**
 * @param {() => Storage} open
 * @returns {Storage | null}
 */
function usable(open) {
  return attempt(() => {
    const storage = open();
    storage.setItem(PREFIX, '');
    storage.removeItem(PREFIX);
    return storage;
  });
}

/**
 * @param {Storage | null} storage
 * @param {string} name
 */
function read(storage, name) {
  return attempt(() => JSON.parse(storage?.getItem(PREFIX + name) ?? 'null')) ?? undefined;
}

/**
 * Storage may be full, blocked or spoilt at any time; none of it stops the member.
 *
 * @template T
 * @param {() => T} action
 * @returns {T | null}
 */
function attempt(action) {
  try {
    return action();
  } catch {
    return null;
  }
}

/**
 * @typedef {object} Area
 * @property {boolean} isKept  whether the browser gives storage
 * @property {{ <K extends keyof TabValues>(name: K): TabValues[K] | undefined,
 *   (name: TabText): string | undefined }} get
 * @property {{ <K extends keyof TabValues>(name: K, value: TabValues[K]): void,
 *   (name: TabText, value: string): void }} set
 * @property {(name: keyof TabValues | TabText) => void} remove
 * @property {(start: TabText) => void} removeAll
 */

/** Ends with the tab. */
export const tab = /** @type {Area} */ (area(() => sessionStorage));

/** The member has gone: whoever comes next shall not read what was typed. */
export function forgetTyped() {
  tab.removeAll('draft ');
  tab.remove('mail_sent');
}

/**
 * Stays on the device: how the member likes to read.
 * @type {{ get<K extends keyof DeviceValues>(name: K): DeviceValues[K] | undefined,
 *   set<K extends keyof DeviceValues>(name: K, value: DeviceValues[K]): void }}
 */
export const device = /** @type {any} */ (area(() => localStorage));
