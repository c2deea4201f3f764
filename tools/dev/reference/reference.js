// reference.js - has Redoc draw the openapi.yaml of the service, with fonts of this machine.

const FONT = 'system-ui, sans-serif';
const CODE_FONT = 'ui-monospace, monospace';

const options = {
  hideHostname: false,
  nativeScrollbars: true,
  requiredPropsFirst: true,
  showExtensions: ['x-token'],
  theme: {
    typography: {
      fontFamily: FONT,
      headings: { fontFamily: FONT },
      code: { fontFamily: CODE_FONT },
    },
  },
};

const status = document.querySelector('#status');

function done(error) {
  if (error) {
    status.textContent = `openapi.yaml could not be read: ${error.message}. Is tools/run running, `
      + `and is ${location.origin} one of CORS_ORIGINS?`;
  } else {
    status.remove();
  }
}

async function draw() {
  const { api } = await (await fetch('/app-config.json')).json();
  const url = `${api}/v1/openapi.yaml`;
  const downloadUrls = [{ title: 'openapi.yaml', url }];
  window.Redoc.init(url, { ...options, downloadUrls }, document.querySelector('#reference'), done);
}

draw().catch(done);
