/* mail_template.c - the texts of the mails.
 *
 * A mail says what happened (and when) or what to do, what to do if one did not ask for it, and
 * that nobody reads replies; a link stands with its lifetime.
 *
 * {nickname} greets only where the address is proven to be the account's own. An invitation, a
 * confirmation, "already registered" or the login IDs may reach a stranger, who must neither learn
 * the nickname nor be sent what someone typed as one; and login IDs may be those of several
 * people. */

#include "mail_template.h"

/* Paragraphs that several mails have. */

static const char dear_ja[] = "{nickname} 様";

static const char about_link_ja[] =
    "このリンクは、このメールを受け取られたご本人専用です。ほかの方に転送しないでください。\n"
    "リンクを開いただけでは、手続きは進みません。開いた画面でご本人が操作すると、先へ進みます。";

static const char link_lives_ja[] =
    "リンクの有効期間は、このメールをお送りしてから{lives}です。\n"
    "過ぎてしまったときは、お手数ですが、はじめからお手続きください。\n"
    "{portal}";

static const char when_ja[] = "日時：{when}";

static const char footer_ja[] =
    "このメールは送信専用です。ご返信いただいても、お読みすることができません。\n"
    "ご不明な点は、{society}の窓口へお問い合わせください。";

static const char signature_ja[] = "{society}\n健康マイポータル\n{portal}";

static const char dear_en[] = "Dear {nickname},";

static const char about_link_en[] =
    "This link is for you alone. Please do not forward this message.\n"
    "Opening the link changes nothing by itself; you go on by what you do on the page that opens.";

static const char link_lives_en[] = "The link works for {lives} after this message was sent.\n"
				    "If it has expired, please start again from the beginning:\n"
				    "{portal}";

static const char when_en[] = "Time: {when}";

static const char footer_en[] =
    "This message was sent automatically. Replies to it are not read by anyone.\n"
    "If you have a question, please contact {society}.";

static const char signature_en[] = "{society}\nMember portal\n{portal}";

/* clang-format off */
static const struct mail_template templates[MAIL_LANGUAGE__MAX][MAIL_KIND__MAX] = {
[MAIL_JAPANESE] = {
	[MAIL_INVITATION] = {
		.subject = "【{society}】健康マイポータル 登録のご案内",
		.button = "登録の手続きへ進む",
		.paragraphs = {
			"{society}です。\n"
			"健康マイポータルへの登録のお申し込みを受け付けました。",
			"健康保険の記号・番号がわかるもの（資格確認書、資格情報のお知らせ、"
			"マイナポータルの画面など）を"
			"お手元にご用意のうえ、次のリンクを開き、"
			"画面の案内にそって入力してください。",
			"{link}",
			about_link_ja,
			link_lives_ja,
			"このメールにお心当たりのない場合は、何もなさらずに、"
			"このメールを削除してください。"
			"リンクの先で入力されないかぎり、登録されることはありません。",
			footer_ja, signature_ja },
	},
	[MAIL_SECOND_LINK] = {
		.subject = "【{society}】健康マイポータル 認証キー入力のご案内",
		.button = "認証キーを入力する",
		.paragraphs = {
			"{society}です。\n"
			"健康マイポータルの登録の、つぎの手続きをご案内します。",
			"先ほど画面に表示された「認証キー」をご用意のうえ、次のリンクを開き、"
			"入力してください。\n"
			"認証キーは、このメールには書かれていません。",
			"{link}",
			about_link_ja,
			link_lives_ja,
			"このメールにお心当たりのない場合は、リンクを開かずに、"
			"{society}までご連絡ください。"
			"認証キーが入力されないかぎり、登録されることはありません。",
			footer_ja, signature_ja },
	},
	[MAIL_ALREADY_REGISTERED] = {
		.subject = "【{society}】健康マイポータル すでにご登録済みです",
		.paragraphs = {
			"{society}です。\n"
			"入力された健康保険の記号・番号の方は、"
			"すでに健康マイポータルに登録されています。"
			"あらためて登録していただく必要はありません。",
			"ご登録のログインIDとパスワードで、次のページからログインしてください。\n"
			"{portal}",
			"ログインIDまたはパスワードをお忘れのときは、ログイン画面の"
			"「ログインIDを忘れた方」または「パスワードを"
			"忘れた方」からお手続きください。",
			"ご自身で登録した覚えがない場合や、このメールにお心当たりのない場合は、"
			"{society}までご連絡ください。",
			footer_ja, signature_ja },
	},
	[MAIL_COMPLETION] = {
		.subject = "【{society}】健康マイポータル 登録完了のお知らせ",
		.paragraphs = {
			dear_ja,
			"{society}です。\n"
			"健康マイポータルの登録が完了しました。",
			when_ja,
			"ご自身で決められたログインIDとパスワードで、"
			"次のページからログインできます。\n"
			"{portal}",
			"ログインIDとパスワードは、"
			"ほかの人に知られないように大切に保管してください。"
			"{society}の職員がパスワードをおたずねすることはありません。",
			"ご自身で登録した覚えがない場合は、すぐに{society}までご連絡ください。",
			footer_ja, signature_ja },
	},
	[MAIL_EMAIL_CONFIRMATION] = {
		.subject = "【{society}】健康マイポータル メールアドレスの確認",
		.button = "メールアドレスを確認する",
		.paragraphs = {
			"{society}です。\n"
			"このメールアドレスを、"
			"健康マイポータルのお知らせの送り先にする手続きを受け付けました。",
			"次のリンクを開き、画面の案内にそって手続きを完了してください。"
			"それまでは、お知らせの送り先は変わりません。",
			"{link}",
			about_link_ja,
			"リンクの有効期間は、このメールをお送りしてから{lives}です。\n"
			"過ぎてしまったときは、お手数ですが、次のページからログインし、"
			"設定の画面でもう一度お手続きください。\n"
			"{portal}",
			"このメールにお心当たりのない場合は、何もなさらずに、"
			"このメールを削除してください。"
			"お知らせの送り先が変わることはありません。",
			footer_ja, signature_ja },
	},
	[MAIL_EMAIL_CHANGED] = {
		.subject = "【{society}】健康マイポータル メールアドレス変更のお知らせ",
		.paragraphs = {
			dear_ja,
			"{society}です。\n"
			"健康マイポータルのお知らせの送り先が、新しいメールアドレスに変わりました。"
			"今後、このメールアドレスにはお知らせをお送りしません。",
			when_ja,
			"ご自身で変更された場合は、何もなさる必要はありません。",
			"変更した覚えがない場合は、ほかの人がログインしているおそれがあります。"
			"すぐに次のページからログインしてパスワードを変更し、"
			"{society}までお電話などでご連絡ください。\n"
			"{portal}",
			footer_ja, signature_ja },
	},
	[MAIL_LOGIN_IDS] = {
		.subject = "【{society}】健康マイポータル ログインIDのお知らせ",
		.paragraphs = {
			"{society}です。\n"
			"「ログインIDを忘れた方」の手続きを受け付けました。",
			"このメールアドレスをお知らせの送り先とされている方のログインIDは、"
			"次のとおりです。"
			"2つ以上あるときは、"
			"同じメールアドレスをお使いのご家族などの分が含まれています。",
			"{login_ids}",
			"次のページからログインしてください。\n"
			"{portal}",
			"パスワードもお忘れのときは、"
			"ログイン画面の「パスワードを忘れた方」からお手続きください。",
			"このメールにお心当たりのない場合は、"
			"ほかの方がこのメールアドレスを入力された"
			"可能性があります。ログインIDは、このメールでだけお知らせしています。"
			"入力された方には伝わっていませんので、何もなさる必要はありません。",
			footer_ja, signature_ja },
	},
	[MAIL_PASSWORD_RESET] = {
		.subject = "【{society}】健康マイポータル パスワード再設定のご案内",
		.button = "新しいパスワードを決める",
		.paragraphs = {
			dear_ja,
			"{society}です。\n"
			"「パスワードを忘れた方」の手続きを受け付けました。",
			"次のリンクを開き、画面の案内にそって、新しいパスワードを決めてください。"
			"このリンクでパスワードを決められるのは、一度だけです。",
			"{link}",
			about_link_ja,
			"リンクの有効期間は、このメールをお送りしてから{lives}です。\n"
			"過ぎてしまったときは、お手数ですが、"
			"次のページの「パスワードを忘れた方」から"
			"もう一度お手続きください。\n"
			"{portal}",
			"新しいパスワードが決まると、ログイン中の端末はすべてログアウトされます。"
			"新しいパスワードで、あらためてログインしてください。",
			"このメールにお心当たりのない場合は、何もなさらずに、"
			"このメールを削除してください。"
			"リンクの先で入力されないかぎり、パスワードが変わることはありません。",
			footer_ja, signature_ja },
	},
	[MAIL_PASSWORD_CHANGED] = {
		.subject = "【{society}】健康マイポータル パスワード変更のお知らせ",
		.paragraphs = {
			dear_ja,
			"{society}です。\n"
			"健康マイポータルのパスワードが変更されました。",
			when_ja,
			"ご自身で変更された場合は、何もなさる必要はありません。"
			"次回からは、新しいパスワードでログインしてください。",
			"変更した覚えがない場合は、ほかの人がログインしているおそれがあります。"
			"すぐに次のページの「パスワードを忘れた方」から新しいパスワードを決め直し、"
			"{society}までお電話などでご連絡ください。\n"
			"{portal}",
			footer_ja, signature_ja },
	},
	[MAIL_LOGIN_ID_CHANGED] = {
		.subject = "【{society}】健康マイポータル ログインID変更のお知らせ",
		.paragraphs = {
			dear_ja,
			"{society}です。\n"
			"健康マイポータルのログインIDが変更されました。",
			when_ja,
			"ご自身で変更された場合は、何もなさる必要はありません。"
			"次回からは、新しいログインIDでログインしてください。",
			"変更した覚えがない場合は、ほかの人がログインしているおそれがあります。"
			"すぐに次のページの「ログインIDを忘れた方」で今のログインIDを確かめてから、"
			"「パスワードを忘れた方」で新しいパスワードを決め直し、"
			"{society}までお電話などでご連絡ください。\n"
			"{portal}",
			footer_ja, signature_ja },
	},
	[MAIL_LOGIN_AFTER_FAILURES] = {
		.subject = "【{society}】健康マイポータル ログインのお知らせ",
		.paragraphs = {
			dear_ja,
			"{society}です。\n"
			"ログインの失敗が何度か続いたあとに、"
			"健康マイポータルへのログインがありました。",
			when_ja,
			"ご自身でログインされた場合は、何もなさる必要はありません。",
			"ログインした覚えがない場合は、"
			"ほかの人にパスワードを知られているおそれがあります。"
			"すぐに次のページの「パスワードを忘れた方」から新しいパスワードを決め直し、"
			"{society}までお電話などでご連絡ください。\n"
			"{portal}",
			footer_ja, signature_ja },
	},
	[MAIL_LEFT] = {
		.subject = "【{society}】健康マイポータル 退会手続き完了のお知らせ",
		.paragraphs = {
			dear_ja,
			"{society}です。\n"
			"健康マイポータルの退会の手続きが完了しました。"
			"これまでのログインIDとパスワードでは、ログインできなくなりました。",
			when_ja,
			"健康保険の資格が、この手続きで変わることはありません。",
			"手続きの記録は、お名前や番号を含まない形で、約13か月のあいだ保管します。",
			"ふたたびお使いになりたいときは、次のページから、"
			"あらためて登録していただけます。\n"
			"{portal}",
			"ご自身で退会した覚えがない場合は、"
			"すぐに{society}までお電話などでご連絡ください。",
			footer_ja, signature_ja },
	},
	[MAIL_EMAIL_CHANGE_ASKED] = {
		.subject = "【{society}】健康マイポータル メールアドレス変更の受け付け",
		.paragraphs = {
			dear_ja,
			"{society}です。\n"
			"健康マイポータルのお知らせの送り先を、"
			"別のメールアドレスに変える手続きを受け付けました。"
			"そのメールアドレスでの確認が済むまでは、これまでどおり、"
			"このメールアドレスにお知らせをお送りします。",
			when_ja,
			"ご自身で手続きされた場合は、何もなさる必要はありません。"
			"取りやめたいときは、次のページからログインし、"
			"設定の画面で変更を取り消してください。\n"
			"{portal}",
			"手続きした覚えがない場合は、"
			"ほかの人にパスワードを知られているおそれがあります。"
			"すぐに同じページからログインし、設定の画面でパスワードを変更してください。"
			"パスワードを変更すると、送り先を変える手続きは取り消され、"
			"ほかの端末はすべてログアウトされます。"
			"ログインできないときは、"
			"「パスワードを忘れた方」から新しいパスワードを決め直してください。",
			"お困りのときは、{society}までお電話などでご連絡ください。",
			footer_ja, signature_ja },
	},
},
[MAIL_ENGLISH] = {
	[MAIL_INVITATION] = {
		.subject = "[{society}] Your registration for the member portal",
		.button = "Continue your registration",
		.paragraphs = {
			"This is a message from {society}.\n"
			"We have received a request to register this address for the member "
			"portal.",
			"Please have your health insurance symbol and number (記号・番号) at hand; "
			"they are on your eligibility certificate or notice, and in "
			"Mynaportal. Then open the link below and follow the instructions on "
			"the page.",
			"{link}",
			about_link_en,
			link_lives_en,
			"If you did not ask for this message, please do nothing and delete it. "
			"Nothing will be registered unless someone types on the page behind "
			"the link.",
			footer_en, signature_en },
	},
	[MAIL_SECOND_LINK] = {
		.subject = "[{society}] Enter your authentication key",
		.button = "Enter your authentication key",
		.paragraphs = {
			"This is a message from {society}.\n"
			"Here is the next step of your registration for the member portal.",
			"Please have the authentication key at hand that was shown on your "
			"screen, open the link below and type the key on the page.\n"
			"The key is not written in this message.",
			"{link}",
			about_link_en,
			link_lives_en,
			"If you did not ask for this message, please do not open the link, and "
			"contact {society}. Nobody can be registered without the "
			"authentication key.",
			footer_en, signature_en },
	},
	[MAIL_ALREADY_REGISTERED] = {
		.subject = "[{society}] You are already registered",
		.paragraphs = {
			"This is a message from {society}.\n"
			"The person with the health insurance symbol and number that were "
			"entered is already registered for the member portal. There is no need "
			"to register again.",
			"Please log in with your login ID and password on this page:\n"
			"{portal}",
			"If you have forgotten your login ID or password, please choose "
			"\"Forgot login ID\" or \"Forgot password\" on the login page.",
			"If you have never registered, or did not ask for this message, please "
			"contact {society}.",
			footer_en, signature_en },
	},
	[MAIL_COMPLETION] = {
		.subject = "[{society}] Your registration is complete",
		.paragraphs = {
			dear_en,
			"This is a message from {society}.\n"
			"Your registration for the member portal is complete.",
			when_en,
			"You can now log in with the login ID and password you chose, on this "
			"page:\n"
			"{portal}",
			"Please keep your login ID and password to yourself. The staff of "
			"{society} will never ask you for your password.",
			"If you did not register, please contact {society} at once.",
			footer_en, signature_en },
	},
	[MAIL_EMAIL_CONFIRMATION] = {
		.subject = "[{society}] Please confirm your e-mail address",
		.button = "Confirm your e-mail address",
		.paragraphs = {
			"This is a message from {society}.\n"
			"We have received a request to send the notices of the member portal "
			"to this address.",
			"Please open the link below and follow the instructions on the page. "
			"Until then, notices go where they went before.",
			"{link}",
			about_link_en,
			"The link works for {lives} after this message was sent.\n"
			"If it has expired, please log in on this page and enter the address "
			"in the settings once more:\n"
			"{portal}",
			"If you did not ask for this message, please do nothing and delete it. "
			"Nothing will be changed.",
			footer_en, signature_en },
	},
	[MAIL_EMAIL_CHANGED] = {
		.subject = "[{society}] Your e-mail address was changed",
		.paragraphs = {
			dear_en,
			"This is a message from {society}.\n"
			"Notices of the member portal now go to a new e-mail address. They "
			"will no longer be sent to this one.",
			when_en,
			"If you made this change yourself, there is nothing more to do.",
			"If you did not make this change, someone else may be using your "
			"account. Please log in on this page and change your password at once, "
			"and contact {society}, by telephone if you can:\n"
			"{portal}",
			footer_en, signature_en },
	},
	[MAIL_LOGIN_IDS] = {
		.subject = "[{society}] Your login ID",
		.paragraphs = {
			"This is a message from {society}.\n"
			"We have received a \"Forgot login ID\" request for the member portal.",
			"Notices for the following login ID go to this address. If there is "
			"more than one, the others belong to people who use the same address, "
			"such as your family.",
			"{login_ids}",
			"Please log in on this page:\n"
			"{portal}",
			"If you have forgotten your password as well, please choose \"Forgot "
			"password\" on the login page.",
			"If you did not ask for this message, someone else may have typed this "
			"address. The login ID is told in this message only, and not to the "
			"person who typed the address. There is nothing you need to do.",
			footer_en, signature_en },
	},
	[MAIL_PASSWORD_RESET] = {
		.subject = "[{society}] Choose a new password",
		.button = "Choose a new password",
		.paragraphs = {
			dear_en,
			"This is a message from {society}.\n"
			"We have received a \"Forgot password\" request for the member portal.",
			"Please open the link below and choose a new password, following the "
			"instructions on the page. The link sets a password only once.",
			"{link}",
			about_link_en,
			"The link works for {lives} after this message was sent.\n"
			"If it has expired, please choose \"Forgot password\" once more on this "
			"page:\n"
			"{portal}",
			"Once the new password is set, you are logged out on every device. "
			"Please log in again with the new password.",
			"If you did not ask for this message, please do nothing and delete it. "
			"Your password stays as it is unless someone types on the page behind "
			"the link.",
			footer_en, signature_en },
	},
	[MAIL_PASSWORD_CHANGED] = {
		.subject = "[{society}] Your password was changed",
		.paragraphs = {
			dear_en,
			"This is a message from {society}.\n"
			"Your password for the member portal was changed.",
			when_en,
			"If you made this change yourself, there is nothing more to do. Please "
			"use the new password the next time you log in.",
			"If you did not make this change, someone else may be using your "
			"account. Please choose \"Forgot password\" on this page at once to set "
			"a new password, and contact {society}, by telephone if you can:\n"
			"{portal}",
			footer_en, signature_en },
	},
	[MAIL_LOGIN_ID_CHANGED] = {
		.subject = "[{society}] Your login ID was changed",
		.paragraphs = {
			dear_en,
			"This is a message from {society}.\n"
			"Your login ID for the member portal was changed.",
			when_en,
			"If you made this change yourself, there is nothing more to do. Please "
			"use the new login ID the next time you log in.",
			"If you did not make this change, someone else may be using your "
			"account. Please choose \"Forgot login ID\" on this page at once to "
			"learn the present login ID, then \"Forgot password\" to set a new "
			"password, and contact {society}, by telephone if you can:\n"
			"{portal}",
			footer_en, signature_en },
	},
	[MAIL_LOGIN_AFTER_FAILURES] = {
		.subject = "[{society}] A login to your account",
		.paragraphs = {
			dear_en,
			"This is a message from {society}.\n"
			"After several failed tries, someone logged in to your account of the "
			"member portal.",
			when_en,
			"If it was you, there is nothing more to do.",
			"If it was not you, someone else may know your password. Please choose "
			"\"Forgot password\" on this page at once to set a new password, and "
			"contact {society}, by telephone if you can:\n"
			"{portal}",
			footer_en, signature_en },
	},
	[MAIL_LEFT] = {
		.subject = "[{society}] Your account is closed",
		.paragraphs = {
			dear_en,
			"This is a message from {society}.\n"
			"Your account of the member portal is closed. You can no longer log in "
			"with its login ID and password.",
			when_en,
			"This does not change your health insurance.",
			"A record of what happened to the account, without names and numbers, "
			"is kept for about 13 months.",
			"If you wish to use the portal again, you may register again on this "
			"page:\n"
			"{portal}",
			"If you did not close your account, please contact {society} at once, "
			"by telephone if you can.",
			footer_en, signature_en },
	},
	[MAIL_EMAIL_CHANGE_ASKED] = {
		.subject = "[{society}] A change of your e-mail address was requested",
		.paragraphs = {
			dear_en,
			"This is a message from {society}.\n"
			"We have received a request to send the notices of the member portal "
			"to another e-mail address. Until that address is confirmed, they go "
			"to this one as before.",
			when_en,
			"If you made this request yourself, there is nothing more to do. If "
			"you have changed your mind, please log in on this page and withdraw "
			"the change in the settings:\n"
			"{portal}",
			"If you did not make this request, someone else may know your "
			"password. Please log in on the same page at once and change your "
			"password in the settings: that withdraws the request and logs out "
			"every other device. If you cannot log in, please choose \"Forgot "
			"password\" there to set a new one.",
			"If you need help, please contact {society}, by telephone if you can.",
			footer_en, signature_en },
	},
},
};

/* MAIL_LOGIN_IDS to an address that no account has: its reader may be anybody. */
static const struct mail_template no_login_ids[MAIL_LANGUAGE__MAX] = {
	[MAIL_JAPANESE] = {
		.subject = "【{society}】健康マイポータル ログインIDのお知らせ",
		.paragraphs = {
			"{society}です。\n"
			"「ログインIDを忘れた方」の手続きを受け付けました。",
			"このメールアドレスをお知らせの送り先とする登録は、見つかりませんでした。"
			"「@」より前の大文字と小文字は区別されますので、"
			"登録のときと同じ文字でもう一度お試しください。",
			"ほかのメールアドレスで登録された場合は、"
			"次のページの「ログインIDを忘れた方」で、"
			"そのメールアドレスを入力してください。"
			"まだ登録されていない場合は、同じページから登録をお申し込みいただけます。\n"
			"{portal}",
			"このメールにお心当たりのない場合は、何もなさらずに、"
			"このメールを削除してください。",
			footer_ja, signature_ja },
	},
	[MAIL_ENGLISH] = {
		.subject = "[{society}] Your login ID",
		.paragraphs = {
			"This is a message from {society}.\n"
			"We have received a \"Forgot login ID\" request for the member portal.",
			"We have found no registration whose notices go to this address. Capital "
			"and small letters before the \"@\" count: please try again with the "
			"address as it was typed when you registered.",
			"If you have registered with another address, please choose \"Forgot "
			"login ID\" on this page and type that address. If you have not "
			"registered yet, you can do so on the same page:\n"
			"{portal}",
			"If you did not ask for this message, please do nothing and delete it.",
			footer_en, signature_en },
	},
};
/* clang-format on */

const struct mail_template *
mail_template(enum mail_kind kind, enum mail_language language)
{
	return &templates[language][kind];
}

const struct mail_template *
mail_template_no_login_ids(enum mail_language language)
{
	return &no_login_ids[language];
}
