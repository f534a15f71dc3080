/* GET /, GET /version and GET /openapi.json. */
#include "api/pages.h"

#include "api/keys.h"
#include "api/openapi.h"
#include "api/routes.h"
#include "base/build.h"
#include "json/write.h"

/* Name, version, and a link to everything that can simply be fetched. */
int page_index(struct request *req, struct response *res, struct err *err)
{
	struct json_writer w = { .buf = response_body(res) };

	(void)req;
	(void)err;
	json_object_begin(&w);
	json_put_cstr(&w, "name", "docmill");
	json_put_cstr(&w, "version", build.version);
	json_key(&w, "links");
	json_array_begin(&w);
	for (const struct route *route = service_routes; route->path != NULL; route++) {
		json_object_begin(&w);
		json_put_cstr(&w, "method", method_name(route->method));
		json_put_cstr(&w, "path", route->path);
		json_put_cstr(&w, "operation", route->name);
		json_put_cstr(&w, "doc", route->doc);
		if (scope_name(route->scope) != NULL)
			json_put_cstr(&w, "scope", scope_name(route->scope));
		json_object_end(&w);
	}
	json_array_end(&w);
	json_object_end(&w);
	return 0;
}

int page_version(struct request *req, struct response *res, struct err *err)
{
	struct json_writer w = { .buf = response_body(res) };

	(void)req;
	(void)err;
	json_object_begin(&w);
	json_put_cstr(&w, "name", "docmill");
	json_put_cstr(&w, "version", build.version);
	json_put_cstr(&w, "revision", build.revision);
	json_put_cstr(&w, "compiler", build.compiler);
	json_object_end(&w);
	return 0;
}

int page_openapi(struct request *req, struct response *res, struct err *err)
{
	(void)req;
	(void)err;
	response_borrow(res, (struct str){ (const char *)openapi_json, openapi_json_len });
	return 0;
}
