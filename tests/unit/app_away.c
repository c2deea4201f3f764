/* app_away.c - a portal whose database and mail server are away: all else answers. */

#include "app_away.h"

#include "db.h"
#include "hash_pool.h"
#include "mailer.h"
#include "captcha_pool.h"
#include "statements.h"

bool
app_away_open(struct app *app)
{
	static const struct db_options away = {
		.socket = "/nowhere/socket",
		.name = "myportal",
		.user = "myportal",
		.password = "",
		.connections = 4,
		.connect_timeout_s = 2,
		.statement_timeout_s = 3,
		.constants = sql_constants,
	};
	static const struct secret_cost cost = { 2, 19456UL * 1024 };

	app->db = db_open(&away, statements, STATEMENTS__MAX);
	app->hash_pool = hash_pool_open(1, 4, &cost);
	app->pictures = captcha_pool_open(1);
	if (app->db == NULL || app->hash_pool == NULL || app->pictures == NULL)
		return false;
	const struct mailer_options options = {
		.db = app->db,
		.keyring = app->keyring,
		.smtp = { .url = "smtp://127.0.0.1:1",
		    .from = "no-reply@kenpo.example",
		    .from_name = "Kenpo",
		    .limits = { 1000, 1000, 1000 } },
		.workers = 1,
		.portal_url = "https://portal.example",
		.society_name_ja = "Kenpo",
		.society_name_en = "Kenpo",
	};
	app->mailer = mailer_open(&options);
	return app->mailer != NULL;
}
