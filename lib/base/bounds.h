/* bounds.h - every size the service promises or relies on, its reason, and its one home.
 *
 * Sizes are bytes unless the name says otherwise; a text's *_MAX does not count the closing NUL.
 * The contract tests compare those that clients see with openapi.yaml. */

#ifndef BOUNDS_H
#define BOUNDS_H

/* The length of an array, for arrays only. */
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* HTTP */
#define BODY_MAX        8192   /* request body; the longest honest one is under 2 KiB */
#define REPLY_MAX       135168 /* answer body; 12 s of sound in base64 are 128,060 */
#define JSON_DEPTH_MAX  8      /* bodies are flat; cJSON recurses on a 100 KiB stack */
#define REQUEST_ID_SIZE 8      /* random bytes; shown as 16 hex digits */
#define REQUEST_ID_TEXT (2 * REQUEST_ID_SIZE)
#define SOURCE_MAX      45  /* an IPv6 address with an IPv4 tail (INET6_ADDRSTRLEN - 1) */
#define ORIGIN_MAX      267 /* scheme, host of 253, port */

/* Tokens */
#define TOKEN_MAX         1024 /* passes every proxy's header limit; checked before parsing */
#define TOKEN_CONTEXT_MAX 320  /* the personal part before sealing: an address and 3 ids */
#define JTI_SIZE          16   /* 128 random bits: ASVS 7.2.3 */
#define ID_SIZE           16   /* persons, accounts, mails: BINARY(16), random */
#define KEYED_HASH_SIZE   32   /* HMAC-SHA-256 */
#define KID_MAX           32   /* "20261122T010203Z-1a2b3c4d" fits */

/* Addresses */
#define EMAIL_MAX       254 /* RFC 5321 4.5.3.1.3: a path of 256 less its brackets */
#define EMAIL_LOCAL_MAX 64  /* RFC 5321 4.5.3.1.1 */
#define EMAIL_INPUT_MAX \
	1024                /* as typed: full-width letters are three bytes, an IDN folds shorter */
#define URL_MAX         512 /* a configured base address of ours */
#define MAILED_LINK_MAX (URL_MAX + TOKEN_MAX)

/* What members type */
#define PASSWORD_CODE_POINTS_MAX 128
#define PASSWORD_MAX             512  /* 128 code points of four bytes, after NFC */
#define PASSWORD_INPUT_MAX       1024 /* NFC may shorten; Argon2id sees at most PASSWORD_MAX */
#define PASSWORD_HASH_MAX        127  /* crypto_pwhash_STRBYTES - 1 */
#define NICKNAME_GRAPHEMES_MAX   20
#define NICKNAME_MAX             400 /* 20 family emoji with joiners fit; VARCHAR(400) bytes */
#define NICKNAME_INPUT_MAX       1024
#define NICKNAME_MARKS_MAX       5 /* on one character: Burmese has words with five (မြှို့) */
#define INSURED_NUMBER_MAX       38  /* characters of the folded string */
#define INSURED_NUMBER_SIZE_MAX  114 /* kana are three bytes each */
#define INSURED_NUMBER_INPUT_MAX 512 /* full width, separators and spaces between */
#define AUTH_KEY_LENGTH          10  /* 32^10 = 2^50 */
#define AUTH_KEY_SHOWN_MAX       12  /* K7QM-4TXD-9P */
#define AUTH_KEY_INPUT_MAX       128
#define CAPTCHA_LENGTH           6 /* 32^6 = 2^30, spent at the first try */
#define CAPTCHA_INPUT_MAX        64
#define CAPTCHA_PNG_MAX          20480
#define CAPTCHA_PNG_BASE64_MAX   27308  /* what 20,480 bytes become */
#define CAPTCHA_WAV_MAX          96044  /* 12 s of 8 kHz, and a header */
#define CAPTCHA_BASE64_MAX       128060 /* what 96,044 bytes become */
#define PROOF_OF_WORK_INPUT_MAX  1024   /* ALTCHA's payload is some 400 bytes of base64 */
#define BIRTH_DATE_LENGTH        10     /* 1970-01-31 */
#define LANGUAGE_MAX             2      /* "ja", "en" */

/* Mail */
#define SOCIETY_NAME_MAX       120
#define SOCIETY_CONTACT_MAX    400   /* some lines: who, telephone, hours, a page */
#define MAIL_TEXT_MAX          12288 /* plain part; a society's may be longer than ours */
#define MAIL_HTML_MAX          32768 /* with every value at its longest, and escaped */
#define SUBJECT_MAX            240
#define MAIL_TEMPLATE_FILE_MAX 16384 /* a file of a society's own template */

/* Error texts of a start: which setting or file, and what is allowed */
#define ERRBUF_MAX 400

#endif
