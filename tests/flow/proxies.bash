# shellcheck shell=bash
# proxies.bash - nginx and HAProxy in front of the service, from the files of deploy/. Loaded after
# helper.bash.
#
# Ports, addresses, origins, certificate and folders are put in, and nothing else.

readonly NAME=portal-api.example.jp

# Both, and the service with the default's workers, which the proxies' bounds are for. The service first: HAProxy
# takes up to a second to see one that was away.
proxies_start() {
	local first
	first=$(free_ports 2)
	export NGINX_PORT=$first HAPROXY_PORT=$((first + 1)) TLS=$STACK/tls
	export NGINX=https://$NAME:$NGINX_PORT HAPROXY=https://$NAME:$HAPROXY_PORT
	certificate_make
	server_behind_proxies
	nginx_start 127.0.0.1 "$NGINX_PORT" nginx "$LISTEN"
	haproxy_start "$HAPROXY_PORT" haproxy "$LISTEN"
}

proxies_stop() {
	process_stop haproxy 5
	process_stop nginx 5
}

server_behind_proxies() {
	restart_server TRUSTED_PROXIES=127.0.0.1 HTTP_WORKERS=256
}

certificate_make() {
	mkdir -p "$TLS"
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj "/CN=$NAME" \
		-addext "subjectAltName=DNS:$NAME${NAMES+,$NAMES}" -keyout "$TLS/key.pem" -out "$TLS/cert.pem" 2>/dev/null
	cat "$TLS/cert.pem" "$TLS/key.pem" >"$TLS/haproxy.pem"
}

# deploy/nginx/myportal.conf in the smallest whole configuration.
nginx_start() { # ADDRESS PORT NAME UPSTREAM [EDIT]
	local conf=$STACK/$3.conf user=
	((EUID != 0)) || user='user root;' # the checkout may be nobody else's
	sed -e "s|listen 443|listen $1:$2|" -e '/listen \[::\]/d' -e "s|127.0.0.1:8080|$4|" \
		-e "s|https://portal.example.jp|$CORS_ORIGINS|" -e "s|/etc/myportal/tls/fullchain.pem|$TLS/cert.pem|" -e "s|/etc/myportal/tls/key.pem|$TLS/key.pem|" \
		-e "s|root /usr/share/myportal;|root $TREE/deploy;|" -e "s|/var/log/nginx/|$STACK/$3-|" \
		-e "${5-}" "$TREE/deploy/nginx/myportal.conf" >"$STACK/$3-site.conf"
	cat >"$conf" <<-CONF
		$user
		daemon off;
		worker_processes 2;
		worker_rlimit_nofile 20000;
		pid $STACK/$3-nginx.pid;
		error_log stderr warn;
		events { worker_connections 16384; }
		http {
			client_body_temp_path $STACK/$3-body;
			proxy_temp_path $STACK/$3-proxy;
			fastcgi_temp_path $STACK/$3-f;
			uwsgi_temp_path $STACK/$3-u;
			scgi_temp_path $STACK/$3-s;
			include $STACK/$3-site.conf;
		}
	CONF
	process_start "$3" nginx -c "$conf" -e stderr
	wait_until 5 port_answers "$1:$2"
}

haproxy_start() { # PORT NAME UPSTREAM [EDIT]
	local conf=$STACK/$2.conf
	sed -e "s|bind :443|bind 127.0.0.1:$1|" -e '/bind \[::\]/d' -e "s|127.0.0.1:8080|$3|" \
		-e "s|port 9090|addr ${LISTEN_INSIDE%:*} port ${LISTEN_INSIDE##*:}|" -e '/^\tuser /d; /^\tgroup /d; /^\tchroot /d' \
		-e "s|https://portal.example.jp|$CORS_ORIGINS|" -e "s|log /dev/log|log stderr format raw|" -e "s|/etc/myportal/tls/haproxy.pem|$TLS/haproxy.pem|" \
		-e "s|/usr/share/myportal/|$TREE/deploy/|" -e "${4-}" "$TREE/deploy/haproxy/haproxy.cfg" >"$conf"
	# Where the hard limit is lower than HAProxy counts on, it would not start.
	(($(ulimit -Hn) > 50000)) || sed -i 's/^global$/&\n\tno strict-limits/' "$conf"
	haproxy -c -q -f "$conf"
	process_start "$2" haproxy -db -f "$conf"
	wait_until 5 port_answers "127.0.0.1:$1"
}

# Restarts a server by this command and waits until HAProxy, too, has seen it come back: on a busy machine HAProxy may
# look later than the next one stops.
haproxy_finds_again() { # SERVER COMMAND...
	local before
	before=$(times_up "$1")
	"${@:2}" || return 1
	wait_until 5 came_up "$1" "$before"
}

came_up() { # SERVER TIMES-BEFORE
	(($(times_up "$1") > $2))
}

times_up() { # SERVER
	grep -c "^Server [a-z]*/$1 is UP" "$STACK/haproxy.log" || true
}

port_answers() { # HOST:PORT
	! port_is_free "$1"
}
