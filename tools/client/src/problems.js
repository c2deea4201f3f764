// problems.js - what a call ends with when no answer of the service says it: problems of the
// client's own, with texts for the member in both languages, in the form of the service's.

const TEXTS = {
  offline: {
    ja: ['インターネットに接続していません', '接続を確認してから、もう一度お試しください。'],
    en: ['You are offline', 'Please check your connection and try again.'],
  },
  timeout: {
    ja: ['サーバーの応答がありません', 'しばらくたってから、もう一度お試しください。'],
    en: ['No answer from the server', 'Please try again in a while.'],
  },
  network_error: {
    ja: ['サーバーに接続できませんでした', '通信の状態を確認して、もう一度お試しください。'],
    en: ['The server could not be reached', 'Please check your connection and try again.'],
  },
  unreadable_answer: {
    ja: [
      'サーバーの応答を読み取れませんでした',
      '公衆Wi-Fiをお使いの場合は、その利用手続きを済ませてください。それ以外の場合は、しばらくたってから、もう一度お試しください。',
    ],
    en: [
      'The answer could not be read',
      'On a public Wi-Fi, please log in to it first. Otherwise please try again in a while.',
    ],
  },
  session_needed: {
    ja: ['ログインが必要です', 'ログインしてください。'],
    en: ['Please log in', 'You have to log in first.'],
  },
  cross_site: {
    ja: [
      'この画面からはログインできません',
      'サイトの設定に誤りがあります。申し訳ありませんが、運営者にお問い合わせください。',
    ],
    en: ['The site is set up wrongly', 'We are sorry. Please tell its operator.'],
  },
};

// With what is known beside the code: the `response` that could not be read, the error as `cause`.
export function clientProblem(code, language, known) {
  const [title, detail] = TEXTS[code][language === 'en' ? 'en' : 'ja'];
  return { ok: false, problem: { code, status: 0, title, detail, ...known } };
}
