/* mail_template.c - our own texts of the mails.
 *
 * A mail says what happened (and when) or what to do, and what to do if one did not ask for it; a
 * link stands with the moment until which it works. The footer, which every mail ends with, says
 * that nobody reads replies, and whom to ask.
 *
 * {nickname} greets only where the address is proven to be the account's own. An invitation, a
 * confirmation, "already registered", an unproven login ID or the login IDs may reach a stranger,
 * who must neither learn the nickname nor be sent what someone typed as one; and login IDs may be
 * those of several people. */

#include "mail_template.h"

#include "text.h"

#include <stddef.h>
#include <string.h>

/* Paragraphs that several mails have. */

static const char dear_ja[] = "{nickname} 様";

static const char about_link_ja[] =
    "このリンクは、このメールを受け取られたご本人専用です。ほかの方に転送しないでください。\n"
    "リンクを開いただけでは、手続きは進みません。開いた画面でご本人が操作すると、先へ進みます。";

static const char link_ends_ja[] =
    "このリンクは、{until}までお使いいただけます。\n"
    "過ぎてしまったときは、お手数ですが、はじめからお手続きください。\n"
    "{portal}";

static const char when_ja[] = "日時：{when}";

static const char dear_en[] = "Dear {nickname},";

static const char about_link_en[] =
    "This link is for you alone. Please do not forward this message.\n"
    "Opening the link changes nothing by itself; you go on by what you do on the page that opens.";

static const char link_ends_en[] = "The link works until {until}.\n"
				   "If it has expired, please start again from the beginning:\n"
				   "{portal}";

static const char when_en[] = "Time: {when}";

/* clang-format off */
static const struct mail_template of_kinds[MAIL_LANGUAGE__MAX][MAIL_KIND__MAX] = {
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
			link_ends_ja,
			"このメールにお心当たりのない場合は、何もなさらずに、"
			"このメールを削除してください。"
			"リンクの先で入力されないかぎり、登録されることはありません。" },
	},
	[MAIL_PERSON_INVITATION] = {
		.subject = "【{society}】健康マイポータル ご登録へのご招待",
		.button = "登録の手続きへ進む",
		.paragraphs = {
			"{society}です。\n"
			"健康マイポータルにご登録いただくためのリンクを、{society}からお送りします。",
			"健康保険の記号・番号がわかるもの（資格確認書、資格情報のお知らせ、"
			"マイナポータルの画面など）を"
			"お手元にご用意のうえ、次のリンクを開き、"
			"画面の案内にそって入力してください。",
			"{link}",
			about_link_ja,
			"登録できるのは、ご招待したご本人だけです。"
			"ほかの方の記号・番号では登録できません。",
			"このリンクは、{until}までお使いいただけます。\n"
			"過ぎてしまったときは、お手数ですが、{society}までご連絡ください。",
			"このメールにお心当たりのない場合は、何もなさらずに、"
			"このメールを削除してください。"
			"リンクの先で入力されないかぎり、登録されることはありません。" },
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
			link_ends_ja,
			"このメールにお心当たりのない場合は、リンクを開かずに、"
			"{society}までご連絡ください。"
			"認証キーが入力されないかぎり、登録されることはありません。" },
	},
	[MAIL_ALREADY_REGISTERED] = {
		.subject = "【{society}】健康マイポータル すでに登録があります",
		.paragraphs = {
			"{society}です。\n"
			"入力された健康保険の記号・番号では、すでに健康マイポータルの登録があります。"
			"そのため、あらたに登録することはできません。",
			"■ ご自身で登録された方\n"
			"ご登録のログインIDとパスワードで、次のページからログインしてください。"
			"お忘れのときは、同じページの「ログインIDを忘れた方」または"
			"「パスワードを忘れた方」からお手続きください。\n"
			"{portal}",
			"■ ご自身で登録した覚えのない方\n"
			"ほかの方が、あなたの記号・番号で登録した可能性があります。"
			"「ログインIDを忘れた方」や「パスワードを忘れた方」の手続きはなさらずに、"
			"{society}までお電話などでご連絡ください。"
			"その登録を取り消したうえで、ご自身で登録していただけます。",
			"このメールにお心当たりのない場合も、{society}までご連絡ください。" },
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
			"ご自身で登録した覚えがない場合は、すぐに{society}までご連絡ください。" },
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
			"このリンクは、{until}までお使いいただけます。\n"
			"過ぎてしまったときは、お手数ですが、次のページからログインし、"
			"設定の画面でもう一度お手続きください。\n"
			"{portal}",
			"このメールにお心当たりのない場合は、何もなさらずに、"
			"このメールを削除してください。"
			"お知らせの送り先が変わることはありません。" },
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
			"{portal}" },
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
			"入力された方には伝わっていませんので、何もなさる必要はありません。" },
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
			"このリンクは、{until}までお使いいただけます。\n"
			"過ぎてしまったときは、お手数ですが、"
			"次のページの「パスワードを忘れた方」から"
			"もう一度お手続きください。\n"
			"{portal}",
			"新しいパスワードが決まると、ログイン中の端末はすべてログアウトされます。"
			"新しいパスワードで、あらためてログインしてください。",
			"このメールにお心当たりのない場合は、何もなさらずに、"
			"このメールを削除してください。"
			"リンクの先で入力されないかぎり、パスワードが変わることはありません。" },
	},
	[MAIL_ACCOUNT_DELETION] = {
		.subject = "【{society}】健康マイポータル 退会手続きのご案内",
		.button = "退会の画面を開く",
		.paragraphs = {
			dear_ja,
			"{society}です。\n"
			"健康保険の資格を喪失された方の、健康マイポータルの退会の手続きを受け付けました。",
			"次のリンクを開き、画面の案内にそって、退会してください。"
			"退会すると、ログインID、メールアドレス、ニックネームは削除され、"
			"元に戻すことはできません。",
			"{link}",
			about_link_ja,
			"このリンクは、{until}までお使いいただけます。\n"
			"過ぎてしまったときは、お手数ですが、"
			"次のページの「資格を喪失した方の退会」からもう一度お手続きください。\n"
			"{portal}",
			"このメールにお心当たりのない場合は、何もなさらずに、"
			"このメールを削除してください。"
			"リンクの先で手続きされないかぎり、退会になることはありません。" },
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
			"{portal}" },
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
			"{portal}" },
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
			"{portal}" },
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
			"健康保険の資格をお持ちのあいだは、次のページから、"
			"あらためて登録していただけます。\n"
			"{portal}",
			"ご自身で退会した覚えがない場合は、"
			"すぐに{society}までお電話などでご連絡ください。" },
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
			"お困りのときは、{society}までお電話などでご連絡ください。" },
	},
	[MAIL_UNPROVEN_LOGIN_ID] = {
		.subject = "【{society}】健康マイポータル ログインIDについてのお知らせ",
		.paragraphs = {
			"{society}です。\n"
			"このメールアドレスが、健康マイポータルのログインIDに設定されました。"
			"ログインIDは、ログインのときに入力する文字で、"
			"お知らせの送り先とは別のものです。",
			when_ja,
			"ご自身で設定された場合は、何もなさる必要はありません。",
			"お心当たりのない場合は、ほかの方が、ご自分のログインIDとして"
			"このメールアドレスを入力された可能性があります。"
			"それによって、その方がこのメールアドレスのメールを読んだり、"
			"すでになさっているご登録を使ったりできるようになることはありません。",
			"これから登録される場合は、"
			"ログインIDには別のメールアドレスを入力してください。"
			"お知らせの送り先には、このメールアドレスをお使いいただけます。"
			"このメールアドレスをログインIDとして「パスワードを忘れた方」から"
			"お手続きになっても、ご案内はこのメールアドレスには届きません。\n"
			"{portal}",
			"このメールアドレスをログインIDとしてお使いになりたいときは、"
			"{society}までご連絡ください。" },
	},
	[MAIL_ACCOUNT_DISABLED] = {
		.subject = "【{society}】健康マイポータル ご登録について",
		.paragraphs = {
			"{society}です。\n"
			"入力された健康保険の記号・番号の登録は、{society}で利用を停止しています。"
			"そのため、あらたに登録することも、ログインすることもできません。",
			"画面からのお手続きでは、ご利用になれません。"
			"{society}までお電話などでご連絡ください。"
			"ご本人であることを確認したうえで、お手続きをご案内します。",
			"このメールにお心当たりのない場合も、{society}までご連絡ください。" },
	},
	[MAIL_ENDED_BY_SOCIETY] = {
		.subject = "【{society}】健康マイポータル 登録取り消しのお知らせ",
		.paragraphs = {
			dear_ja,
			"{society}です。\n"
			"健康マイポータルの登録を、{society}で取り消しました。"
			"これまでのログインIDとパスワードでは、ログインできなくなりました。",
			when_ja,
			"健康保険の資格が、この手続きで変わることはありません。",
			"手続きの記録は、お名前や番号を含まない形で、約13か月のあいだ保管します。",
			"ご本人は、次のページから、あらためて登録していただけます。\n"
			"{portal}",
			"お心当たりのない場合は、{society}までお電話などでご連絡ください。" },
	},
	[MAIL_LOGIN_ID_RELEASED] = {
		.subject = "【{society}】健康マイポータル ログインID変更のお知らせ",
		.paragraphs = {
			dear_ja,
			"{society}です。\n"
			"健康マイポータルのログインIDを、{society}で変更しました。"
			"これまでのログインIDが、ほかの方のメールアドレスだったためです。"
			"これまでのログインIDでは、ログインできなくなりました。",
			when_ja,
			"今のログインIDは、次のページの「ログインIDを忘れた方」で、"
			"このメールアドレスを入力すると、メールでお知らせします。"
			"パスワードは変わっていません。"
			"ログインIDは、設定の画面でほかのメールアドレスに変えられます。\n"
			"{portal}",
			"お困りのときは、{society}までお電話などでご連絡ください。" },
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
			link_ends_en,
			"If you did not ask for this message, please do nothing and delete it. "
			"Nothing will be registered unless someone types on the page behind "
			"the link." },
	},
	[MAIL_PERSON_INVITATION] = {
		.subject = "[{society}] You are invited to the member portal",
		.button = "Begin your registration",
		.paragraphs = {
			"This is a message from {society}.\n"
			"We invite you to register for the member portal.",
			"Please have your health insurance symbol and number (記号・番号) at hand; "
			"they are on your eligibility certificate or notice, and in "
			"Mynaportal. Then open the link below and follow the instructions on "
			"the page.",
			"{link}",
			about_link_en,
			"Only the person whom we invite can register by it, with nobody else's "
			"symbol and number.",
			"The link works until {until}.\n"
			"If it has expired, please contact {society}.",
			"If you do not expect this message, please do nothing and delete it. "
			"Nothing will be registered unless someone types on the page behind "
			"the link." },
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
			link_ends_en,
			"If you did not ask for this message, please do not open the link, and "
			"contact {society}. Nobody can be registered without the "
			"authentication key." },
	},
	[MAIL_ALREADY_REGISTERED] = {
		.subject = "[{society}] There is a registration already",
		.paragraphs = {
			"This is a message from {society}.\n"
			"There is already a registration for the member portal with the health "
			"insurance symbol and number that were entered. So nobody can register "
			"with them again.",
			"If you have registered yourself:\n"
			"Please log in with your login ID and password on this page. If you "
			"have forgotten one of them, please choose \"Forgot login ID\" or "
			"\"Forgot password\" there.\n"
			"{portal}",
			"If you have never registered yourself:\n"
			"Someone else may have registered with your symbol and number. Please "
			"do not use \"Forgot login ID\" or \"Forgot password\", but contact "
			"{society}, by telephone if you can. We will end that registration, so "
			"that you can register yourself.",
			"If you did not ask for this message, please contact {society}, too." },
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
			"If you did not register, please contact {society} at once." },
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
			"The link works until {until}.\n"
			"If it has expired, please log in on this page and enter the address "
			"in the settings once more:\n"
			"{portal}",
			"If you did not ask for this message, please do nothing and delete it. "
			"Nothing will be changed." },
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
			"{portal}" },
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
			"person who typed the address. There is nothing you need to do." },
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
			"The link works until {until}.\n"
			"If it has expired, please choose \"Forgot password\" once more on this "
			"page:\n"
			"{portal}",
			"Once the new password is set, you are logged out on every device. "
			"Please log in again with the new password.",
			"If you did not ask for this message, please do nothing and delete it. "
			"Your password stays as it is unless someone types on the page behind "
			"the link." },
	},
	[MAIL_ACCOUNT_DELETION] = {
		.subject = "[{society}] Close your account",
		.button = "Open the page",
		.paragraphs = {
			dear_en,
			"This is a message from {society}.\n"
			"We have received a request to close your account of the member portal, "
			"as you are no longer insured with us.",
			"Please open the link below and close the account there. Its login ID, "
			"e-mail address and nickname are then deleted, and cannot be restored.",
			"{link}",
			about_link_en,
			"The link works until {until}.\n"
			"If it has expired, please choose \"Close the account of a former "
			"member\" once more on this page:\n"
			"{portal}",
			"If you did not ask for this message, please do nothing and delete it. "
			"Your account stays as it is unless someone goes on behind the link." },
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
			"{portal}" },
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
			"{portal}" },
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
			"{portal}" },
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
			"While you are insured with us, you may register again on this page:\n"
			"{portal}",
			"If you did not close your account, please contact {society} at once, "
			"by telephone if you can." },
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
			"If you need help, please contact {society}, by telephone if you can." },
	},
	[MAIL_UNPROVEN_LOGIN_ID] = {
		.subject = "[{society}] Your e-mail address is now a login ID",
		.paragraphs = {
			"This is a message from {society}.\n"
			"This e-mail address was set as a login ID of the member portal. A "
			"login ID is what is typed to log in; it is not where notices go.",
			when_en,
			"If you set it yourself, there is nothing to do.",
			"If you did not, someone else may have typed this address as their own "
			"login ID. It does not let them read your e-mail, or use a "
			"registration that you have already.",
			"If you wish to register, please type another e-mail address as your "
			"login ID. Your notices can still go to this one. \"Forgot password\" "
			"with this address as the login ID would send nothing to you.\n"
			"{portal}",
			"If you would like to use this address as your own login ID, please "
			"contact {society}." },
	},
	[MAIL_ACCOUNT_DISABLED] = {
		.subject = "[{society}] About your registration",
		.paragraphs = {
			"This is a message from {society}.\n"
			"The registration for the member portal with the health insurance "
			"symbol and number that were entered was disabled by {society}. So "
			"nobody can register with them again, or log in.",
			"No page of the portal can change that. Please contact {society}, by "
			"telephone if you can. We will make sure that it is you, and tell you "
			"how to go on.",
			"If you did not ask for this message, please contact {society}, too." },
	},
	[MAIL_ENDED_BY_SOCIETY] = {
		.subject = "[{society}] Your registration was ended",
		.paragraphs = {
			dear_en,
			"This is a message from {society}.\n"
			"{society} has ended this registration for the member portal. You can "
			"no longer log in with its login ID and password.",
			when_en,
			"This does not change your health insurance.",
			"A record of what happened to the account, without names and numbers, "
			"is kept for about 13 months.",
			"The insured person may register again on this page:\n"
			"{portal}",
			"If you did not expect this, please contact {society}, by telephone if "
			"you can." },
	},
	[MAIL_LOGIN_ID_RELEASED] = {
		.subject = "[{society}] Your login ID was changed",
		.paragraphs = {
			dear_en,
			"This is a message from {society}.\n"
			"{society} has changed your login ID for the member portal, because it "
			"was somebody else's e-mail address. You can no longer log in with the "
			"former login ID.",
			when_en,
			"To learn your login ID, please choose \"Forgot login ID\" on this page "
			"and type the address that this message came to. Your password is the "
			"same as before. In the settings you may choose another e-mail address "
			"as your login ID.\n"
			"{portal}",
			"If you need help, please contact {society}, by telephone if you can." },
	},
},
};

/* A MAIL_LOGIN_IDS to an address that no account has: its reader may be anybody. */
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
			"このメールを削除してください。" },
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
			"If you did not ask for this message, please do nothing and delete it." },
	},
};

/* A mail with a link that waited until the link was over: what was asked for, and how to ask again.
 * It tells its reader nothing that the mail itself would not have told. */
static const char over_ja[] =
    "メールをお送りできない状態が続き、お届けする前に、手続きの有効期限が過ぎてしまいました。"
    "ご迷惑をおかけして、申し訳ございません。";

static const char over_en[] =
    "For some time we could not send e-mail, and the time for this request ran out before our "
    "message could reach you. We are sorry for the inconvenience.";

static const char delete_ja[] =
    "このメールにお心当たりのない場合は、何もなさらずに、このメールを削除してください。";

static const char delete_en[] =
    "If you did not ask for this message, please do nothing and delete it.";

static const struct mail_template link_over[MAIL_LANGUAGE__MAX][MAIL_KIND__MAX] = {
[MAIL_JAPANESE] = {
	[MAIL_INVITATION] = {
		.subject = "【{society}】健康マイポータル もう一度お申し込みください",
		.paragraphs = {
			"{society}です。\n"
			"健康マイポータルへの登録のお申し込みを受け付けました。",
			over_ja,
			"お手数ですが、次のページから、はじめからお手続きください。\n"
			"{portal}",
			delete_ja },
	},
	[MAIL_PERSON_INVITATION] = {
		.subject = "【{society}】健康マイポータル ご登録へのご招待について",
		.paragraphs = {
			"{society}です。\n"
			"健康マイポータルへのご登録を、{society}からご案内するところでした。",
			over_ja,
			"お手数ですが、{society}までご連絡ください。あらためてご案内します。",
			"{society}が指定するメールアドレスをお持ちの方は、"
			"次のページから、ご自身でお手続きいただくこともできます。\n"
			"{portal}",
			delete_ja },
	},
	[MAIL_SECOND_LINK] = {
		.subject = "【{society}】健康マイポータル もう一度お手続きください",
		.paragraphs = {
			"{society}です。\n"
			"健康マイポータルの登録の手続きを受け付けました。",
			over_ja,
			"お手数ですが、次のページから、はじめからお手続きください。\n"
			"{portal}",
			"このメールにお心当たりのない場合は、{society}までご連絡ください。" },
	},
	[MAIL_EMAIL_CONFIRMATION] = {
		.subject = "【{society}】健康マイポータル もう一度お手続きください",
		.paragraphs = {
			"{society}です。\n"
			"このメールアドレスを、"
			"健康マイポータルのお知らせの送り先にする手続きを受け付けました。",
			over_ja,
			"お知らせの送り先は、変わっていません。"
			"お手数ですが、次のページからログインし、"
			"設定の画面でもう一度お手続きください。\n"
			"{portal}",
			delete_ja },
	},
	[MAIL_ACCOUNT_DELETION] = {
		.subject = "【{society}】健康マイポータル もう一度お手続きください",
		.paragraphs = {
			dear_ja,
			"{society}です。\n"
			"健康保険の資格を喪失された方の、健康マイポータルの退会の手続きを受け付けました。",
			over_ja,
			"お手数ですが、次のページの「資格を喪失した方の退会」から"
			"もう一度お手続きください。\n"
			"{portal}",
			delete_ja },
	},
	[MAIL_PASSWORD_RESET] = {
		.subject = "【{society}】健康マイポータル もう一度お手続きください",
		.paragraphs = {
			dear_ja,
			"{society}です。\n"
			"「パスワードを忘れた方」の手続きを受け付けました。",
			over_ja,
			"お手数ですが、次のページの「パスワードを忘れた方」から"
			"もう一度お手続きください。\n"
			"{portal}",
			delete_ja },
	},
},
[MAIL_ENGLISH] = {
	[MAIL_INVITATION] = {
		.subject = "[{society}] Please ask for your registration again",
		.paragraphs = {
			"This is a message from {society}.\n"
			"We have received a request to register this address for the member "
			"portal.",
			over_en,
			"Please start again from the beginning on this page:\n"
			"{portal}",
			delete_en },
	},
	[MAIL_PERSON_INVITATION] = {
		.subject = "[{society}] Your invitation to the member portal",
		.paragraphs = {
			"This is a message from {society}.\n"
			"We were about to invite you to register for the member portal.",
			over_en,
			"Please contact {society}, and we will invite you again.",
			"If you have an address that {society} accepts, you can also begin by "
			"yourself on this page:\n"
			"{portal}",
			delete_en },
	},
	[MAIL_SECOND_LINK] = {
		.subject = "[{society}] Please begin your registration again",
		.paragraphs = {
			"This is a message from {society}.\n"
			"You have begun your registration for the member portal.",
			over_en,
			"Please start again from the beginning on this page:\n"
			"{portal}",
			"If you did not ask for this message, please contact {society}." },
	},
	[MAIL_EMAIL_CONFIRMATION] = {
		.subject = "[{society}] Please enter your e-mail address again",
		.paragraphs = {
			"This is a message from {society}.\n"
			"We have received a request to send the notices of the member portal "
			"to this address.",
			over_en,
			"Notices still go where they went before. Please log in on this page "
			"and enter the address in the settings once more:\n"
			"{portal}",
			delete_en },
	},
	[MAIL_ACCOUNT_DELETION] = {
		.subject = "[{society}] Please ask to close your account again",
		.paragraphs = {
			dear_en,
			"This is a message from {society}.\n"
			"We have received a request to close your account of the member portal.",
			over_en,
			"Please choose \"Close the account of a former member\" once more on this "
			"page:\n"
			"{portal}",
			delete_en },
	},
	[MAIL_PASSWORD_RESET] = {
		.subject = "[{society}] Please ask for a new password again",
		.paragraphs = {
			dear_en,
			"This is a message from {society}.\n"
			"We have received a \"Forgot password\" request for the member portal.",
			over_en,
			"Please choose \"Forgot password\" once more on this page:\n"
			"{portal}",
			delete_en },
	},
},
};
/* What the operator sends to see whether mails go out. */
static const struct mail_template trial_mails[MAIL_LANGUAGE__MAX] = {
	[MAIL_JAPANESE] = {
		.subject = "【{society}】健康マイポータル テストメール",
		.paragraphs = {
			"{society}です。\n"
			"健康マイポータルのメールの設定を確かめるためのテストメールです。",
			when_ja,
			"このメールが届いていれば、メールは正しく送られています。" },
	},
	[MAIL_ENGLISH] = {
		.subject = "[{society}] Test mail of the member portal",
		.paragraphs = {
			"This is a message from {society}.\n"
			"It was sent to see whether the mails of the member portal go out.",
			when_en,
			"If you can read it, they do." },
	},
};

/* Every mail ends with it. */
static const struct mail_template footers[MAIL_LANGUAGE__MAX] = {
	[MAIL_JAPANESE] = {
		.paragraphs = {
			"このメールは送信専用です。"
			"ご返信いただいても、お読みすることができません。\n"
			"ご不明な点は、{society}の窓口へお問い合わせください。",
			"お問い合わせ先\n"
			"{contact}",
			"{society}\n"
			"健康マイポータル\n"
			"{portal}" },
	},
	[MAIL_ENGLISH] = {
		.paragraphs = {
			"This message was sent automatically. Replies to it are not read by "
			"anyone.\n"
			"If you have a question, please contact {society}.",
			"Contact:\n"
			"{contact}",
			"{society}\n"
			"Member portal\n"
			"{portal}" },
	},
};
/* clang-format on */

static const struct mail_template *
own_template(unsigned id, enum mail_language language)
{
	if (id == MAIL_TEMPLATE_NO_LOGIN_IDS)
		return &no_login_ids[language];
	if (id == MAIL_TEMPLATE_TEST)
		return &trial_mails[language];
	if (id == MAIL_TEMPLATE_FOOTER)
		return &footers[language];
	if (id >= MAIL_TEMPLATE_OVER)
		return &link_over[language][id - MAIL_TEMPLATE_OVER];
	return &of_kinds[language][id];
}

const struct mail_template *
mail_template(unsigned id, enum mail_language language)
{
	const struct mail_template *const template = own_template(id, language);

	return template->paragraphs[0] != NULL ? template : NULL;
}

/* Names ---------------------------------------------------------------------------------------- */

#define KIND_NAME_(kind, number) [kind] = #kind,
static const char *const kind_names[MAIL_KIND__MAX] = { MAIL_KIND_LIST(KIND_NAME_) };
#undef KIND_NAME_

/* MAIL_LOGIN_IDS is "login-ids". */
static void
write_kind_name(enum mail_kind kind, char ret[static MAIL_TEMPLATE_NAME_MAX + 1])
{
	text_copy_cut(ret, MAIL_TEMPLATE_NAME_MAX + 1, kind_names[kind] + strlen("MAIL_"));
	text_lower_ascii(ret);
	for (char *at = ret; (at = strchr(at, '_')) != NULL;)
		*at = '-';
}

void
mail_template_name(unsigned id, char ret[static MAIL_TEMPLATE_NAME_MAX + 1])
{
	static const char *const names[] = {
		[0] = "no-login-ids",
		[MAIL_TEMPLATE_TEST - MAIL_TEMPLATE_NO_LOGIN_IDS] = "test",
		[MAIL_TEMPLATE_FOOTER - MAIL_TEMPLATE_NO_LOGIN_IDS] = "footer",
	};
	char kind[MAIL_TEMPLATE_NAME_MAX + 1];

	if (id >= MAIL_TEMPLATE_NO_LOGIN_IDS) {
		text_copy_cut(
		    ret, MAIL_TEMPLATE_NAME_MAX + 1, names[id - MAIL_TEMPLATE_NO_LOGIN_IDS]);
		return;
	}
	const bool over = id >= MAIL_TEMPLATE_OVER;
	write_kind_name((enum mail_kind)(over ? id - MAIL_TEMPLATE_OVER : id), kind);
	if (!text_format(ret, MAIL_TEMPLATE_NAME_MAX + 1, "%s%s", kind, over ? "-over" : ""))
		ret[0] = '\0';
}

bool
mail_template_of_name(const char *name, unsigned *ret)
{
	char known[MAIL_TEMPLATE_NAME_MAX + 1];

	for (unsigned id = 0; id < MAIL_TEMPLATES__MAX; id++) {
		mail_template_name(id, known);
		if (strcmp(name, known) != 0 || mail_template(id, MAIL_JAPANESE) == NULL)
			continue;
		*ret = id;
		return true;
	}
	return false;
}
