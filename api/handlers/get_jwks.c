/* get_jwks.c - GET /.well-known/jwks.json: the public keys of access tokens (RFC 7517), for the
 * portal's other services. */

#include "endpoints.h"

#include "access_token.h"
#include "service.h"

enum result
get_jwks(struct call *call)
{
	struct json *json = call->json;
	struct jwk jwk;

	json_array(json, "keys");
	for (size_t i = 0; access_keys_jwk(call->service->app.access_keys, i, &jwk); i++) {
		json_item(json);
		json_text(json, "kty", "EC");
		json_text(json, "crv", "P-256");
		json_text(json, "use", "sig");
		json_text(json, "alg", "ES256");
		json_text(json, "kid", jwk.kid);
		json_text(json, "x", jwk.x);
		json_text(json, "y", jwk.y);
		json_up(json);
	}
	json_up(json);
	return OK;
}
