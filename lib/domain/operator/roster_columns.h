/* roster_columns.h - the columns of a roster, and the names under which a file has them.
 *
 * A file of another system may name them otherwise. A mapping file says how, a line each:
 *
 *   番号=証番号
 *   氏名カナ=被保険者氏名（カナ）
 *   文字コード=Shift_JIS
 *
 * Left of the sign is a name of ours. The last line is for a file whose header has no Japanese in
 * it, which would show the encoding: UTF-8, which it also is without the line, or Shift_JIS. Empty
 * lines, and those that begin with #, say nothing. */

#ifndef ROSTER_COLUMNS_H
#define ROSTER_COLUMNS_H

#include "bounds.h"
#include "result.h"

#include <stdbool.h>

#define ROSTER_COLUMN_NAME_MAX 300  /* bytes */
#define ROSTER_MAPPING_MAX     8192 /* bytes of a mapping file */

/* X(name, text): `text` is its name in the header. The last two need not be there: they are the
 * pair that a person had before, who was transferred to another office of the employer. */
#define ROSTER_COLUMN_LIST(X)                  \
	X(ROSTER_SYMBOL, "記号")               \
	X(ROSTER_NUMBER, "番号")               \
	X(ROSTER_BRANCH, "枝番")               \
	X(ROSTER_CATEGORY, "被保険者区分")     \
	X(ROSTER_KANA_NAME, "氏名カナ")        \
	X(ROSTER_BIRTH_DATE, "生年月日")       \
	X(ROSTER_ELIGIBLE_FROM, "資格取得日")  \
	X(ROSTER_ELIGIBLE_UNTIL, "資格喪失日") \
	X(ROSTER_OLD_SYMBOL, "旧記号")         \
	X(ROSTER_OLD_NUMBER, "旧番号")

#define ROSTER_COLUMN_ENUM_(name, text) name,
enum roster_column { ROSTER_COLUMN_LIST(ROSTER_COLUMN_ENUM_) ROSTER_COLUMN__MAX };
#undef ROSTER_COLUMN_ENUM_

/* Our name of a column. */
const char *roster_column_name(enum roster_column);

/* Need a file not have it? */
bool roster_column_is_optional(enum roster_column);

/* The names in the file, in NFKC and without spaces around them. */
struct roster_columns {
	bool is_cp932; /* whatever the header shows */
	char names[ROSTER_COLUMN__MAX][ROSTER_COLUMN_NAME_MAX + 1];
};

/* Our own names. */
void roster_columns_default(struct roster_columns *ret);

/* Reads a mapping file in UTF-8, which is open and stays the caller's, over the names that are
 * there. False, and `errbuf`: which line is wrong, and why. */
bool roster_columns_read(
    struct roster_columns *, int fd, char errbuf[static ERRBUF_MAX + 1]) MUST_USE;

#endif
