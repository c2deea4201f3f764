/* get_jwks.c - GET /.well-known/jwks.json: the public keys of access tokens (RFC 7517), for the
 * portal's other services. */

#include "endpoints.h"

#include "access_token.h"
#include "service.h"

enum result
get_jwks(struct call *call)
{
	struct json *json = call->json;
	struct jwk jwks[KEYS_MAX];
	const size_t count = access_keys_jwks(call->service->app.access_keys, jwks);

	json_array(json, "keys");
	for (size_t i = 0; i < count; i++) {
		json_item(json);
		json_text(json, "kty", "EC");
		json_text(json, "crv", "P-256");
		json_text(json, "use", "sig");
		json_text(json, "alg", "ES256");
		json_text(json, "kid", jwks[i].kid);
		json_text(json, "x", jwks[i].x);
		json_text(json, "y", jwks[i].y);
		json_up(json);
	}
	json_up(json);
	return OK;
}
