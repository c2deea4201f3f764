# What is not asked of passwords.

load helper
load steps

@test "a password of five years ago still logs in, and nobody asks for another" { # asvs 6.2.10
	new_account
	db "UPDATE account SET created_at = created_at - 5 * 31557600, password_changed_at = password_changed_at - 5 * 31557600 WHERE login_id = '$email'"
	logged_in "$email"
	api GET /v1/me '' "$access"
	want 200
	[[ $(field .password_changed_at) < $(date -u -d '4 years ago' +%F) ]]
}

@test "no hint and no secret question: none is taken, none can be stored" { # asvs 6.4.2
	new_email email
	at_account_step "$email" "$(new_person)"
	for member in password_hint hint secret_question security_question secret_answer security_answer mother_maiden_name; do
		create_account "$stage_token" "$email" "$member=x"
		want 400 invalid_fields
		same "$(faults)" "$member:unknown_field"
	done
	same "$(db "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND column_name RLIKE 'hint|question|maiden|secret_answer'")" 0
	# Who knows number and birth date knows nothing that resets a password.
	api POST /v1/recovery/password "{\"login_id\":\"$email\",\"insured_number\":\"$(new_person)\",\"birth_date\":\"1980-01-01\"}"
	want 400 invalid_fields
}

@test "nobody has an account before somebody registered" { # asvs 6.3.2
	own=${DB_NAME}_$BATS_SUITE_TEST_NUMBER
	db_admin -e "CREATE DATABASE $own; GRANT ALL ON $own.* TO '$DB_OWNER_USER'@'%'"
	DB_NAME=$own ctl migrate --folder "$TREE/schema"
	same "$(DB_NAME=$own db 'SELECT (SELECT COUNT(*) FROM account), (SELECT COUNT(*) FROM insured_person)')" "0	0"
	db_admin -e "DROP DATABASE $own"
	for login_id in admin@example.jp root@localhost.localdomain admin@kenpo.example; do
		for password in admin1234 password1 root12345 myportal1; do
			log_in "$login_id" "$password"
			want 401 login_failed
		done
	done
	db 'DELETE FROM limit_counter'
}
