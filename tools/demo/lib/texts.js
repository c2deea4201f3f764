// texts.js - every text of the app: Japanese, English. Texts of problems come with the problem.

/** @satisfies {Record<string, [ja: string, en: string]>} */
export const texts = {
  'shell.portal': ['健康マイポータル', 'Member Portal'],
  'shell.skip': ['本文へ', 'Skip to the content'],
  'shell.language': ['言語', 'Language'],
  'shell.text_size': ['文字の大きさ', 'Text size'],
  'shell.medium': ['中', 'A'],
  'shell.large': ['大', 'A+'],
  'shell.footer': ['ご案内', 'Information'],
  'shell.contact': ['お問い合わせ：{lines}', 'Contact: {lines}'],
  'shell.guide': ['利用ガイド', 'Guide'],
  'shell.loading': ['読み込んでいます…', 'Loading …'],

  'language.ja': ['日本語', 'Japanese'],
  'language.en': ['英語', 'English'],

  'step.name': ['登録の手順', 'Steps of the registration'],
  'step.1': ['メール', 'E-mail'],
  'step.2': ['本人確認', 'Identity'],
  'step.3': ['認証キー', 'Key'],
  'step.4': ['登録', 'Account'],
  'step.done': ['（済み）', ' (done)'],

  'warning.storage': [
    'ブラウザの設定により、入力の途中経過を保存できません。お手続きが終わるまで、この画面を閉じたり再読み込みしたりしないでください。',
    'Your browser does not let this page remember your progress. Please do not close or reload the page until you have finished.',
  ],
  'warning.cookies': [
    'ブラウザがCookieを保存しないため、画面を再読み込みするとログアウトされます。続けてお使いになるには、ブラウザの設定でCookieを許可してください。',
    'Your browser does not keep cookies, so you will be logged out when the page is reloaded. To stay logged in, please allow cookies in the settings of your browser.',
  ],
  'warning.log_out': [
    'ログアウトできたか確認できません。通信の状態をご確認のうえ、もう一度「ログアウト」を押してください。',
    'We could not make sure that you are logged out. Please check your connection and press "Log out" again.',
  ],

  'leave.title': ['認証キーを控えましたか？', 'Did you note down the authentication key?'],
  'leave.text': [
    'この画面を離れると、認証キーは表示されなくなります。メールにも書かれていません。',
    'The authentication key is not shown any more when you leave this screen. No mail has it.',
  ],
  'leave.stay': ['この画面に戻る', 'Stay on this screen'],
  'leave.leave': ['控えたので移動する', 'I noted it down: leave'],

  'problem.attempts_left': ['残り{n}回お試しいただけます。', 'Tries left: {n}.'],
  'problem.request_id': [
    'お問い合わせの際は、この番号をお知らせください：{id}',
    'When you contact us, please tell this number: {id}',
  ],
  'problem.wait': ['あと{time}お待ちください。', 'Please wait for {time}.'],
  'problem.waited': ['もう一度お試しいただけます。', 'You can try again now.'],
  'problem.retry': ['もう一度試す', 'Try again'],
  'problem.restart': ['はじめからやり直す', 'Start again'],
  'problem.to_login': ['ログインへ', 'To the login'],

  'fatal.title': ['画面を表示できませんでした', 'The page could not be shown'],
  'fatal.text': [
    '申し訳ありません。通信の状態をご確認のうえ、画面を再読み込みしてください。入力した内容は、パスワードや番号などを除いて残っています。',
    'We are sorry. Please check your connection and reload the page. What you typed is kept, except for passwords and numbers.',
  ],
  'fatal.reload': ['再読み込み', 'Reload'],
  'fatal.home': ['トップへ', 'To the first page'],
  'not_found.title': ['ページが見つかりません', 'Page not found'],
  'not_found.text': [
    'アドレスが正しいかご確認ください。メールのリンクから開いたときは、リンクが途中で切れていないかご確認ください。',
    'Please check the address. If you opened a link in a mail, please check that you have the whole of it.',
  ],

  'link.missing_title': ['メールのリンクから開いてください', 'Please open the link in the mail'],
  'link.missing_text': [
    'このページは、お送りしたメールのリンクから開きます。リンクは有効期限内であれば、何度でも開けます。',
    'This page is opened by the link in the mail that we sent. You can open it again for as long as it is valid.',
  ],

  'form.sending': ['送信しています…', 'Sending …'],
  'form.required': ['入力してください。', 'Please fill this in.'],
  'form.rule': ['条件を満たしていません：{text}', 'This is still missing: {text}'],
  'form.rule_kept': ['（満たしています）', ' (fulfilled)'],
  'form.rule_open': ['（まだ満たしていません）', ' (not yet fulfilled)'],
  'form.min': ['（{n}文字以上）', '(at least {n} characters)'],
  'form.max': ['（{n}文字まで）', '(at most {n} characters)'],
  'form.show': ['表示', 'Show'],
  'form.save': ['保存する', 'Save'],
  'form.change': ['変更する', 'Change'],
  'form.send_mail': ['メールを送る', 'Send the mail'],

  'field.email': ['メールアドレス', 'E-mail address'],
  'field.nickname': ['ニックネーム', 'Nickname'],
  'field.nickname_hint': [
    '画面に表示される名前です。20文字まで。本名でなくてもかまいません。',
    'The name that the portal calls you by, up to 20 characters. It need not be your real name.',
  ],

  'password.new': ['新しいパスワード', 'New password'],
  'password.again': ['新しいパスワード（もう一度）', 'New password, again'],
  'password.current': ['現在のパスワード', 'Current password'],
  'password.hint': [
    '大文字と小文字、半角と全角は区別されます。ほかのサービスと同じものや、推測されやすいものは避けてください。',
    'Capital and small letters differ. Please do not use one that you use elsewhere or that is easy to guess.',
  ],
  'password.rule_length': ['{min}文字以上、{max}文字まで', '{min} to {max} characters'],
  'password.rule_mix': [
    '半角の英小文字と数字を、それぞれ1文字以上',
    'At least one lower-case letter and one digit',
  ],
  'password.rule_same': ['2回の入力が同じ', 'Both entries are the same'],

  'login.title': ['ログイン', 'Log in'],
  'login.login_id': ['ログインID', 'Login ID'],
  'login.login_id_hint': [
    '登録のときに決めたメールアドレスです。',
    'The e-mail address that you chose when you registered.',
  ],
  'login.password': ['パスワード', 'Password'],
  'login.submit': ['ログイン', 'Log in'],
  'login.forgot_password': ['パスワードを忘れた方', 'Forgot password'],
  'login.forgot_login_id': ['ログインIDを忘れた方', 'Forgot login ID'],
  'login.new_title': ['はじめてご利用の方', 'New here?'],
  'login.new_text': [
    'ご利用には登録が必要です。登録できるのは被保険者ご本人です。',
    'Please register first. Only the insured person can register, not family members.',
  ],
  'login.register': ['新規利用登録', 'Register'],
  'login.guide': ['利用ガイドを見る', 'Read the guide'],

  'login.contact': [
    'お困りのときは、お問い合わせください：{lines}',
    'If you need help, please ask: {lines}',
  ],

  'session.log_out': ['ログアウト', 'Log out'],
  'session.logged_out': ['ログアウトしました。', 'You are logged out.'],
  'session.ended': [
    'ログアウトされました。続けるには、もう一度ログインしてください。',
    'You have been logged out. Please log in again to go on.',
  ],

  'register.title': ['新規利用登録', 'Register'],
  'register.intro': [
    'メールアドレスを入力してください。登録に進むためのリンクをお送りします。',
    'Please enter your e-mail address. We send you a link that begins your registration.',
  ],
  'register.needs': ['ご用意いただくもの', 'What you need'],
  'register.need_mail': [
    'メールを受け取れるメールアドレス（メールは2通届きます）',
    'An e-mail address at which you can read mail now (two mails will come)',
  ],
  'register.need_number': [
    '記号・番号がわかるもの（資格確認書、資格情報のお知らせ、またはマイナポータル）',
    'Your symbol and number: eligibility certificate, eligibility notice, or Mynaportal',
  ],
  'register.need_letter': [
    '健康保険組合から郵便でお届けしたコード（10文字）',
    'The code of 10 characters in the letter that the society has posted to you',
  ],
  'register.need_insured': [
    '登録できるのは被保険者ご本人です（ご家族は登録できません）',
    'Only the insured person can register, not family members',
  ],
  'register.email_hint': [
    '例：hanako@example.jp　携帯電話会社のアドレスも使えます。',
    'For example hanako@example.jp',
  ],
  'register.email_hint_domains': [
    '上のいずれかのアドレスを入力してください。お持ちでないときは、健康保険組合にお問い合わせください。',
    'One of the addresses named above. If you have none, please ask your society.',
  ],
  'register.domains': [
    '登録に使えるメールアドレス：{domains}',
    'Addresses that can be used: {domains}',
  ],
  'register.domains_and': ['、', ', '],
  'register.submit': ['メールを送る', 'Send the mail'],

  'mail.title': ['メールをご確認ください', 'Please look into your mailbox'],
  'mail.invitation': [
    '{to} あてに、登録に進むためのメールをお送りしました。メールのリンクを開いてください。この画面は閉じてもかまいません。',
    'We have sent a mail to {to}. Please open the link in it to go on. You may close this screen.',
  ],
  'mail.login_id': [
    '{to} あてに、ログインIDをお知らせするメールをお送りしました。',
    'We have sent a mail with your login ID to {to}.',
  ],
  'mail.password': [
    'ログインID {to} が登録されていれば、お知らせ用のメールアドレスに、新しいパスワードを決めるためのメールをお送りしました。メールのリンクを開いてください。',
    'If {to} is a registered login ID, we have sent a mail to its notification address. Please open the link in it to set a new password.',
  ],
  'mail.deletion': [
    '資格を喪失した方のアカウントが {to} で登録されていれば、お知らせ用のメールアドレスに、退会のためのメールをお送りしました。メールのリンクを開いてください。',
    'If a former member has an account with {to}, we have sent a mail to its notification address. Please open the link in it to close the account.',
  ],
  'mail.lives': ['リンクの有効期限は{time}です。', 'The link is valid for {time}.'],
  'mail.nothing_title': ['メールが届かないときは', 'If no mail arrives'],
  'mail.hint_spam': [
    '迷惑メールのフォルダーに入っていないかご確認ください。',
    'Please look into the folder for spam.',
  ],
  'mail.hint_domain': [
    '携帯電話会社のアドレスをお使いのときは、受信設定（ドメイン指定受信）で、当組合からのメールを許可してください。URL付きメールの受信も許可してください。',
    'If you use an address of a mobile carrier, please allow mail from our domain, and mail with links, in its settings.',
  ],
  'mail.hint_this_domain': [
    '携帯電話会社のアドレスをお使いのときは、受信設定（ドメイン指定受信）で {domain} からのメールを許可してください。URL付きメールの受信も許可してください。',
    'If you use an address of a mobile carrier, please allow mail from {domain}, and mail with links, in its settings.',
  ],
  'mail.hint_typing': [
    '入力した内容に打ち間違いがないかご確認ください。',
    'Please check what you entered for typing errors.',
  ],
  'mail.resend': ['メールをもう一度送る', 'Send the mail again'],
  'mail.resend_wait': [
    'もう一度送るには、あと{time}お待ちください。',
    'You can have it sent again in {time}.',
  ],
  'mail.resent': ['もう一度お送りしました。', 'We have sent it again.'],
  'mail.resent_wait': [
    'もう一度お送りしました。届かないときは、あと{time}で再び送れます。',
    'We have sent it again. If it does not arrive, you can have it sent in {time}.',
  ],
  'mail.other': ['入力し直す', 'Enter something else'],

  'identity.title': ['本人確認', 'Your identity'],
  'identity.intro': [
    '{email} あてのメールから開いています。番号と記号を入力してください。',
    'You opened the mail to {email}. Please enter your number and symbol.',
  ],
  'identity.where': ['番号と記号はどこに書いてありますか', 'Where do I find number and symbol?'],
  'identity.certificate': ['資格確認書', 'Eligibility certificate (資格確認書)'],
  'identity.certificate_alt': [
    '資格確認書の見本。上の段に、左から記号100、番号56789、枝番00が並んでいます。番号に1、記号に2の印があります。',
    'A sample of the eligibility certificate. Its upper row has, from the left, the symbol (記号) 100, the number (番号) 56789 and the branch number (枝番) 00. The number is marked 1, the symbol is marked 2.',
  ],
  'identity.mynaportal': [
    'マイナポータル（医療保険の資格情報）',
    'Mynaportal (医療保険の資格情報)',
  ],
  'identity.mynaportal_alt': [
    'マイナポータルの「医療保険の資格情報」の画面の見本。上から記号100、番号56789、枝番00が並んでいます。番号に1、記号に2の印があります。',
    'A sample of the screen (医療保険の資格情報) of Mynaportal. From the top it has the symbol (記号) 100, the number (番号) 56789 and the branch number (枝番) 00. The number is marked 1, the symbol is marked 2.',
  ],
  'identity.example': [
    '①番号、②記号の順に、続けて入力します。番号が56789、記号が100なら、56789100です。枝番は要りません。「資格情報のお知らせ」にも同じ番号と記号が書いてあります。',
    'Enter ① the number, then ② the symbol, with nothing between: number 56789 and symbol 100 make 56789100. Leave out the branch number (枝番). The eligibility notice (資格情報のお知らせ) has both, too.',
  ],
  'identity.number': ['番号と記号（続けて）', 'Number and symbol in one'],
  'identity.number_hint': ['例：56789100　全角でも半角でもかまいません。', 'For example 56789100'],
  'identity.birth_date': ['生年月日', 'Date of birth'],
  'identity.birth_date_hint': ['例：19780412（西暦で8桁）', 'For example 19780412'],
  'identity.posted_code': ['郵便でお届けしたコード', 'Code of the letter'],
  'identity.posted_code_hint': [
    '健康保険組合からの郵便に書いてある10文字です。例：W3TK-8HNC-V5',
    'The 10 characters in the letter from the society, for example W3TK-8HNC-V5',
  ],
  'identity.submit': ['認証キーを表示する', 'Show the authentication key'],
  'identity.passed': [
    '本人確認は済んでいます。2通目のメールのリンクを開き、認証キーを入力してください。',
    'Your identity is confirmed already. Please open the link in the second mail and enter the authentication key.',
  ],
  'identity.again_title': ['認証キーがわからないときは', 'If you do not have the key'],
  'identity.again_text': [
    '同じ番号と記号をもう一度入力すると、認証キーをもう一度表示し、2通目のメールもお送りします。',
    'Enter the same number and symbol again: the key is shown again, and the second mail is sent again.',
  ],
  'identity.done': [
    '登録は完了しています。ログインしてください。',
    'Your registration is complete. Please log in.',
  ],

  'captcha.image_alt': [
    '6文字の英数字の画像。読めないときは「音声で聞く」を押してください。',
    'A picture of 6 characters. If you cannot read it, press "Listen instead".',
  ],
  'captcha.audio_label': ['6文字の英数字の音声', '6 spoken characters'],
  'captcha.new_image': ['別の画像', 'Another picture'],
  'captcha.new_audio': ['別の音声', 'Another sound'],
  'captcha.to_audio': ['音声で聞く', 'Listen instead'],
  'captcha.to_image': ['画像で見る', 'See a picture'],
  'captcha.image_ready': ['新しい画像を表示しました。', 'There is a new picture.'],
  'captcha.audio_ready': [
    '新しい音声を用意しました。再生ボタンを押してください。',
    'There is a new sound. Press play.',
  ],
  'captcha.missing_title': ['画像または音声がありません', 'There is no picture or sound'],
  'captcha.missing_text': [
    '画像または音声が表示されるのを待つか、「もう一度試す」を押してください。',
    'Please wait for it, or press "Try again" beside it.',
  ],
  'captcha.answer': ['画像または音声の6文字', 'The 6 characters'],
  'captcha.answer_hint': [
    '大文字と小文字は区別されません。',
    'Capital and small letters are the same here.',
  ],

  'key_shown.title': ['認証キー', 'Authentication key'],
  'key_shown.intro': [
    '本人確認ができました。次の画面で、この認証キーを入力します。',
    'Your identity is confirmed. You will need this key in the next step.',
  ],
  'key_shown.key': ['あなたの認証キー', 'Your authentication key'],
  'key_shown.copy': ['コピーする', 'Copy'],
  'key_shown.print': ['印刷する', 'Print'],
  'key_shown.copied': ['認証キーをコピーしました。', 'The key is copied.'],
  'key_shown.not_copied': [
    'コピーできませんでした。紙などに書き写してください。',
    'It could not be copied. Please write it down.',
  ],
  'key_shown.keep': [
    '認証キーはこの画面だけに表示され、メールには書かれていません。この画面を開いたままにするか、書き写してください。',
    'The key is on this screen only; no mail has it. Please keep this screen open, or write the key down.',
  ],
  'key_shown.next': ['次にすること', 'What to do next'],
  'key_shown.next_1': [
    '{email} に届いた2通目のメールを開きます。',
    'Open the second mail to {email}.',
  ],
  'key_shown.next_2': [
    'メールのリンクを開きます（有効期限は{time}です）。',
    'Open the link in it. It is valid for {time}.',
  ],
  'key_shown.next_3': [
    '開いた画面に、認証キーを入力します。',
    'Enter the authentication key on the page that opens.',
  ],
  'key_shown.gone': [
    '認証キーは、画面を再読み込みしたり閉じたりすると表示されなくなります。番号と記号をもう一度入力すると、同じ認証キーを表示します。',
    'The key is not shown any more once the page was reloaded or closed. Enter your number and symbol again to see the same key.',
  ],
  'key_shown.over': [
    '2通目のメールのリンクの有効期限が過ぎました。番号と記号をもう一度入力すると、認証キーを表示し、新しいメールをお送りします。',
    'The link in the second mail is over. Enter your number and symbol again: the key is shown, and a new mail is sent.',
  ],
  'key_shown.used': [
    '認証キーは入力済みです。お手続きは、2通目のメールのリンクから開いた画面で続けてください。この画面は閉じてもかまいません。',
    'The key has been entered. Please go on in the page that the second mail opened. You may close this one.',
  ],
  'key_shown.to_identity': ['本人確認の画面へ', 'To the identity step'],

  'key.title': ['認証キーの入力', 'Enter the authentication key'],
  'key.intro': [
    '番号と記号を入力したあとの画面に表示された、認証キーを入力してください。',
    'Please enter the key that the screen showed after you had entered number and symbol. It may be on another device.',
  ],
  'key.key': ['認証キー', 'Authentication key'],
  'key.key_hint': [
    '例：K7QM-4TXD-9P　小文字でも、ハイフンなしでもかまいません。',
    'For example K7QM-4TXD-9P. Small letters are fine, and hyphens may be left out.',
  ],
  'key.submit': ['次へ', 'Next'],
  'key.lost': ['認証キーがわからないときは', 'If you do not have the key'],
  'key.lost_text': [
    '1通目のメールのリンクをもう一度開き、同じ番号と記号を入力すると、認証キーをもう一度表示します。認証キーはメールには書かれていません。',
    'Open the link in the first mail again and enter the same number and symbol: the key is shown again. No mail has the key.',
  ],

  'account.title': ['アカウントの登録', 'Your account'],
  'account.intro': [
    'ログインに使う情報と、お知らせの送り先を決めてください。',
    'Please choose how you log in and where we send notices.',
  ],
  'account.login_id': ['ログインID', 'Login ID'],
  'account.login_id_hint': [
    'メールアドレスの形で決めてください。',
    'In the form of an e-mail address.',
  ],
  'account.email': ['お知らせ用メールアドレス', 'Notification address'],
  'account.email_hint': [
    '大切なお知らせをお送りします。別のアドレスに変えると、確認のメールが届きます。',
    'Important notices go here. If you enter another address, we send a mail there to confirm it.',
  ],
  'account.submit': ['登録する', 'Register'],

  'complete.title': ['登録が完了しました', 'Your registration is complete'],
  'complete.text': [
    '登録を確認するメールをお送りしました。さっそくログインしてご利用ください。',
    'We have sent you a mail about it. You can log in now.',
  ],
  'complete.confirm': [
    'お知らせ用メールアドレス {email} に、確認のメールをお送りしました。メールのリンクを開いて、確認を済ませてください。',
    'We have sent a mail to {email}. Please open the link in it to confirm the address.',
  ],
  'complete.log_in': ['ログインする', 'Log in'],

  'home.title': ['マイページ', 'My page'],
  'home.greeting': ['{nickname} さん、こんにちは。', 'Hello, {nickname}'],
  'home.language': ['メールの言語', 'Language of mails'],
  'home.number': ['番号と記号', 'Number and symbol'],
  'home.since': ['登録日時', 'Registered'],
  'home.access_until': ['ご利用いただける最終日', 'Last day of use'],
  'home.former_title': ['資格を喪失された方へ', 'You are not insured here any more'],
  'home.former_text': [
    'このポータルは{last}までご利用いただけます。必要な情報はそれまでにお控えください。ご登録をやり直すことはできません。',
    'You can use this portal until {last}. Save what you need before then. You cannot register again.',
  ],
  'home.password_since': ['最後の変更：{time}', 'Last changed: {time}'],
  'home.change': ['変更', 'Change'],
  'home.change_what': ['{what}を変更', 'Change: {what}'],
  'home.security': ['ログインとアカウント', 'Login and account'],
  'home.back': ['マイページへ戻る', 'Back to my page'],
  'home.pending_title': ['確認待ちのメールアドレス', 'Address to be confirmed'],
  'home.pending_text': [
    '{email} に確認のメールをお送りしました。メールのリンクを開くと、お知らせの送り先が変わります。アドレスが間違っているときは、変更を取り消してください。',
    'We have sent a mail to {email}. Open the link in it to confirm the address. If the address is wrong, please withdraw the change.',
  ],
  'home.withdraw': ['変更を取り消す', 'Withdraw the change'],
  'home.withdrawn': [
    'メールアドレスの変更を取り消しました。',
    'The change of address is withdrawn.',
  ],

  'settings.title': ['ニックネームと言語', 'Nickname and language'],
  'settings.intro': [
    '表示される名前と、お知らせメールの言語を変更します。',
    'Change the name that you are called by and the language of our mails.',
  ],
  'settings.done': ['変更を保存しました。', 'Your changes are saved.'],

  'change_password.title': ['パスワードの変更', 'Change the password'],
  'change_password.intro': [
    '変更すると、ほかの端末ではログアウトされ、お知らせのメールが届きます。',
    'You will be logged out on all other devices, and a mail tells you of the change.',
  ],
  'change_password.submit': ['パスワードを変更する', 'Change the password'],
  'change_password.done': [
    'パスワードを変更しました。ほかの端末ではログアウトされました。',
    'Your password is changed. You are logged out on all other devices.',
  ],
  'change_password.perhaps': [
    '先ほどの操作は、通信の途中で完了した可能性があります。マイページでご確認ください。',
    'What you sent before may have been done although no answer came. Please look at your page.',
  ],

  'change_login_id.title': ['ログインIDの変更', 'Change the login ID'],
  'change_login_id.intro': [
    '次のログインから、新しいログインIDをお使いください。',
    'Use the new login ID from your next login on.',
  ],
  'change_login_id.new': ['新しいログインID', 'New login ID'],
  'change_login_id.done': ['ログインIDを変更しました。', 'Your login ID is changed.'],

  'change_email.title': ['お知らせ用メールアドレスの変更', 'Change the notification address'],
  'change_email.intro': [
    '今のアドレスは {email} です。新しいアドレスに確認のメールをお送りします。リンクを開くと変更が完了します。',
    'Your present address is {email}. We send a mail to the new one; the link in it completes the change.',
  ],
  'change_email.new': ['新しいメールアドレス', 'New e-mail address'],
  'change_email.hint': [
    '打ち間違いがないか、2回ご確認ください。',
    'Please check it twice for typing errors.',
  ],
  'change_email.submit': ['確認のメールを送る', 'Send the mail'],
  'change_email.done': [
    '新しいアドレスに確認のメールをお送りしました。メールのリンクを開いてください。',
    'We have sent a mail to the new address. Please open the link in it.',
  ],

  'delete.title': ['アカウントの削除', 'Delete the account'],
  'delete.intro': [
    'アカウントを削除すると、すべての端末でログアウトされ、元に戻せません。あとから登録し直すことはできます。',
    'This cannot be undone: you will be logged out everywhere, and the account is gone. You may register again later.',
  ],
  'delete.intro_former': [
    'アカウントを削除すると、すべての端末でログアウトされ、元に戻せません。資格を喪失されているため、登録し直すこともできません。',
    'This cannot be undone: you will be logged out everywhere, and the account is gone. As you are not insured here any more, you cannot register again.',
  ],
  'delete.submit': ['アカウントを削除する', 'Delete the account'],
  'delete.done': [
    'アカウントを削除しました。ご利用ありがとうございました。',
    'Your account is deleted. Thank you for having been with us.',
  ],

  'sessions.title': ['ログイン中の端末', 'Where you are logged in'],
  'sessions.intro': [
    '心当たりのない端末があるときは、ログアウトさせて、パスワードを変更してください。',
    'If you do not know one of them, please end it and change your password.',
  ],
  'sessions.unknown': ['不明な端末', 'Unknown device'],
  'sessions.current': ['この端末', 'This device'],
  'sessions.used': ['最後の利用：{time}', 'Last used: {time}'],
  'sessions.since': ['ログイン：{time}', 'Logged in: {time}'],
  'sessions.end': ['ログアウトさせる', 'End it'],
  'sessions.end_what': ['{device} をログアウトさせる', 'End it: {device}'],
  'sessions.end_others': ['ほかの端末をすべてログアウトさせる', 'End all others'],
  'sessions.ended': ['ログアウトさせました。', 'It is done: logged out there.'],

  'forgot_login_id.title': ['ログインIDを忘れた方', 'Forgot login ID'],
  'forgot_login_id.intro': [
    'お知らせ用メールアドレスを入力してください。ログインIDをメールでお知らせします。',
    'Please enter your notification address. We mail your login ID to it.',
  ],
  'forgot_login_id.hint': [
    '登録の完了などのお知らせが届いたアドレスです。',
    'The address at which you got our notices.',
  ],
  'forgot_password.title': ['パスワードを忘れた方', 'Forgot password'],
  'forgot_password.intro': [
    'ログインIDを入力してください。新しいパスワードを決めるためのリンクを、お知らせ用メールアドレスにお送りします。',
    'Please enter your login ID. We send a link to your notification address, with which you set a new password.',
  ],
  'reset.title': ['新しいパスワード', 'New password'],
  'reset.intro': [
    '新しいパスワードを決めてください。すべての端末でログアウトされます。',
    'Please choose a new password. You will be logged out on all devices.',
  ],
  'reset.submit': ['パスワードを変更する', 'Set the password'],
  'reset.done': [
    'パスワードを変更しました。新しいパスワードでログインしてください。',
    'Your password is changed. Please log in with the new one.',
  ],
  'confirm_email.title': ['メールアドレスの確認', 'Confirm your address'],
  'confirm_email.intro': [
    '{email} をお知らせの送り先にします。よろしければボタンを押してください。',
    'Notices will go to {email}. Press the button to confirm.',
  ],
  'confirm_email.submit': ['このアドレスにする', 'Confirm the address'],
  'confirm_email.done': [
    'お知らせ用メールアドレスを変更しました。',
    'Your notification address is changed.',
  ],

  'account_deletion.title': ['資格を喪失した方の退会', 'Close the account of a former member'],
  'account_deletion.intro': [
    '健康保険の資格を喪失して、ログインできなくなった方の手続きです。退会のためのリンクを、お知らせ用メールアドレスにお送りします。資格をお持ちの方は、ログインしてからアカウントを削除してください。',
    'For those who are no longer insured and cannot log in any more. We send a link to your notification address, with which you close the account. If you are insured, please log in and delete the account there.',
  ],
  'account_deletion.email': ['メールアドレス', 'E-mail address'],
  'account_deletion.hint': [
    'ログインIDか、お知らせが届いていたアドレスです。',
    'Your login ID, or the address at which you got our notices.',
  ],
  'confirm_deletion.title': ['退会の確認', 'Close your account'],
  'confirm_deletion.intro': [
    '{email} のアカウントを削除します。元に戻すことはできません。よろしければボタンを押してください。',
    'The account of {email} will be deleted. This cannot be undone. Press the button to go on.',
  ],
  'confirm_deletion.submit': ['アカウントを削除する', 'Delete the account'],

  'guide.title': ['利用ガイド', 'Guide'],
  'guide.intro': [
    '登録は5分ほどで終わります。資格確認書、資格情報のお知らせ、またはマイナポータルをご用意ください。',
    'The registration takes about five minutes. Have your eligibility certificate or notice, or Mynaportal, at hand.',
  ],
  'guide.1': [
    'メールアドレスを入力し、届いたメールのリンクを開きます。',
    'Enter your address and open the link in the mail that comes.',
  ],
  'guide.2': [
    '番号と記号、画像の文字を入力します。画面に認証キーが表示されます。',
    'Enter number, symbol and the characters of a picture. The screen shows an authentication key.',
  ],
  'guide.3': [
    '2通目のメールのリンクを開き、認証キーを入力します。',
    'Open the link in the second mail and enter the key.',
  ],
  'guide.4': [
    'ログインIDとパスワード、ニックネームを決めます。',
    'Choose login ID, password and nickname.',
  ],
  'guide.questions': ['よくあるご質問', 'Questions'],
  'guide.mail': ['メールが届きません', 'No mail arrives'],
  'guide.mail_text': [
    '迷惑メールのフォルダーと、携帯電話会社の受信設定をご確認ください。数分たっても届かないときは、「メールをもう一度送る」を押してください。',
    'Please look into the folder for spam and check the settings of your carrier. If nothing arrives in a few minutes, press "Send the mail again".',
  ],
  'guide.key': ['認証キーの画面を閉じてしまいました', 'I closed the screen with the key'],
  'guide.key_text': [
    '1通目のメールのリンクをもう一度開き、同じ番号と記号を入力してください。同じ認証キーが表示されます。',
    'Open the link in the first mail again and enter the same number and symbol. The same key is shown.',
  ],
  'guide.family': ['家族も登録できますか', 'Can my family register?'],
  'guide.family_text': [
    '登録できるのは被保険者ご本人だけです。',
    'No, only the insured person can.',
  ],
  'guide.time': ['途中で時間が切れました', 'I ran out of time'],
  'guide.time_text': [
    'リンクの有効期限が過ぎたときは、メールアドレスの入力からやり直してください。何度やり直してもかまいません。',
    'When a link is over, please start again with your e-mail address. You may do so as often as you need.',
  ],
};
