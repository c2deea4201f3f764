// app.js - starts the app: the API, the frame, the screens by their paths.

import { startApi } from './lib/api.js';
import { prepareRouter, redraw, startRouter } from './lib/router.js';
import { logOut, onSessionEnd } from './lib/session.js';
import { drawFrame, showFatal, startShell } from './lib/shell.js';
import { askSociety } from './lib/society.js';
import { account } from './screens/account.js';
import { accountDeletion, confirmAccountDeletion } from './screens/account-deletion.js';
import { complete } from './screens/complete.js';
import { confirmEmail } from './screens/confirm-email.js';
import { forgotLoginId } from './screens/forgot-login-id.js';
import { forgotPassword } from './screens/forgot-password.js';
import { guide } from './screens/guide.js';
import { home } from './screens/home.js';
import { identity } from './screens/identity.js';
import { keyShown } from './screens/key-shown.js';
import { key } from './screens/key.js';
import { login } from './screens/login.js';
import { mailSentScreens } from './screens/mail-sent.js';
import { notFound } from './screens/not-found.js';
import { profileScreens } from './screens/profile.js';
import { register } from './screens/register.js';
import { reset } from './screens/reset.js';
import { sessions } from './screens/sessions.js';

// The mailed links lead to five of these: docs/api-guide.md#mailed-links.
const SCREENS = {
  '/': home,
  '/login': login,
  '/guide': guide,
  '/register': register,
  '/register/identity': identity,
  '/register/key-shown': keyShown,
  '/register/authentication-key': key,
  '/register/account': account,
  '/register/complete': complete,
  '/sessions': sessions,
  '/forgot/login-id': forgotLoginId,
  '/forgot/password': forgotPassword,
  '/recover/password': reset,
  '/settings/email-confirmation': confirmEmail,
  '/account-deletion': accountDeletion,
  '/account-deletion/confirmation': confirmAccountDeletion,
  ...mailSentScreens,
  ...profileScreens,
};

// Whatever no screen provides for: the member reads what to do, the console has the error.
// What is not of this app, such as a browser's extension, breaks no screen.
addEventListener('error', (event) => {
  if (event.filename.startsWith(location.origin)) showFatal(event.error);
});
addEventListener('unhandledrejection', (event) => {
  if (event.reason?.name !== 'AbortError') showFatal(event.reason);
});

prepareRouter(SCREENS, notFound);
startShell({ redraw, logOut });
await startApi(onSessionEnd);
askSociety(drawFrame);
startRouter();
