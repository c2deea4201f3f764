// sites.js - can the refresh cookie travel between this page and the API?
//
// The cookie is SameSite=Strict: a browser sends it only if page and API are of the same site, that
// is, scheme and registrable domain; ports do not matter. Which domains can be registered is a long
// list, so only what is certain is told.

const SECOND_LEVEL = /(^|\.)(ac|ad|co|ed|go|gr|lg|ne|or)\.jp$/; // of JPRS; below them names begin

function isAddress(host) {
  return host.startsWith('[') || /^[0-9.]+$/.test(host);
}

// The end of a name that two hosts of one site share at least; of an address, all of it.
function commonEnd(host) {
  const labels = SECOND_LEVEL.test(host) ? 3 : 2;
  return isAddress(host) ? host : host.split('.').slice(-labels).join('.');
}

// Whether two URLs are certainly of different sites.
export function areCrossSite(page, api) {
  if (page.protocol !== api.protocol) return true;
  return page.hostname !== api.hostname && commonEnd(page.hostname) !== commonEnd(api.hostname);
}

export function explainCrossSite(page, api) {
  return (
    `myportal-client: the page ${page.origin} and the API ${api.origin} are not of the same ` +
    'site, so the refresh cookie cannot travel and nobody stays logged in. Open the page at ' +
    `${api.protocol}//${api.hostname} with its own port. (127.0.0.1 is not localhost.)`
  );
}

export function explainSilence(page, api) {
  return (
    `myportal-client: no answer from ${api.origin}. If it runs, it does not allow this page to ` +
    `call it: add ${page.origin} to its setting CORS_ORIGINS.`
  );
}
