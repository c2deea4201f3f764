/* openapi_document.h - openapi.yaml as it was when the program was built (tools/gen/openapi). */

#ifndef OPENAPI_DOCUMENT_H
#define OPENAPI_DOCUMENT_H

#include "http_reply.h"

/* RFC 9512: application/yaml, which is UTF-8. */
extern const struct http_document openapi_document;

#endif
