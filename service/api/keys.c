/* The file of keys, and looking one up. */
#include "api/keys.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_SIZE_MAX ((size_t)4 << 20)

const struct scope_row scope_table[] = {
	{ SCOPE_TRANSFORM, "transform", "Run and check pipelines." },
	{ SCOPE_TASKS_READ, "tasks-read", "List tasks and read them." },
	{ SCOPE_TASKS_WRITE, "tasks-write", "Create, change and delete tasks." },
	{ ~0u, "all", "Everything, what later versions add included." },
	{ 0 },
};

const char *scope_name(unsigned scope)
{
	for (const struct scope_row *row = scope_table; row->name != NULL; row++)
		if (row->scope == scope)
			return row->name;
	return scope == SCOPE_ALL ? "all" : NULL;
}

static int scope_find(struct str name, unsigned *ret, struct err *err)
{
	const char *names[8];
	size_t n = 0;

	for (const struct scope_row *row = scope_table; row->name != NULL; row++) {
		if (str_is(name, row->name)) {
			*ret = row->scope;
			return 0;
		}
		names[n++] = row->name;
	}
	const char *meant = str_suggest(name, names, n);
	return err_set(err, ERR_INVALID, "there is no scope \"%.*s\"%s%s%s", (int)MIN(name.len, 60),
	               name.data, meant == NULL ? "" : "; did you mean \"",
	               meant == NULL ? "" : meant, meant == NULL ? "" : "\"?");
}

int scope_parse(struct str text, unsigned *ret, struct err *err)
{
	unsigned scopes = 0;

	for (bool is_last = false; !is_last;) {
		size_t comma = str_find(text, ',');
		unsigned scope = 0;

		is_last = comma == text.len;
		TRY(scope_find(str_trim((struct str){ text.data, comma }), &scope, err));
		scopes |= scope;
		comma += !is_last;
		text = (struct str){ text.data + comma, text.len - comma };
	}
	*ret = scopes;
	return 0;
}

int key_check_name(struct str name, struct err *err)
{
	static const char allowed[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

	bool is_fine = name.len > 0 && name.len < KEY_NAME_SIZE;
	for (size_t i = 0; is_fine && i < name.len; i++)
		is_fine = name.data[i] != 0 && strchr(allowed, name.data[i]) != NULL;
	if (is_fine)
		return 0;
	return err_set(err, ERR_INVALID,
	               "the name of a key has 1 to %d letters, digits, \".\", \"_\" and \"-\"",
	               KEY_NAME_SIZE - 1);
}

/* "name:scopes:sha256". */
static int key_parse(struct str line, struct key *ret, struct err *err)
{
	size_t name_len = str_find(line, ':');
	size_t skipped = MIN(name_len + 1, line.len);
	struct str rest = { line.data + skipped, line.len - skipped };
	size_t scopes_len = str_find(rest, ':');
	struct key key = { 0 };

	if (scopes_len == rest.len)
		return err_set(err, ERR_INVALID, "this is not \"name:scopes:sha256\"");
	struct str name = str_trim((struct str){ line.data, name_len });
	struct str digest = { rest.data + scopes_len + 1, rest.len - scopes_len - 1 };
	TRY(key_check_name(name, err));
	TRY(scope_parse((struct str){ rest.data, scopes_len }, &key.scopes, err));
	if (!sha256_parse(str_trim(digest), key.digest))
		return err_set(err, ERR_INVALID,
		               "what follows the scopes is not the 64 digits of a SHA-256");
	memcpy(key.name, name.data, name.len);
	*ret = key;
	return 0;
}

static int check_new(const struct keys *keys, const struct key *key, struct err *err)
{
	for (size_t i = 0; i < keys->n_items; i++) {
		if (strcmp(keys->items[i].name, key->name) == 0)
			return err_set(err, ERR_INVALID, "there is a key \"%s\" already", key->name);
		if (memcmp(keys->items[i].digest, key->digest, SHA256_SIZE) == 0)
			return err_set(err, ERR_INVALID, "this is the key of \"%s\" already",
			               keys->items[i].name);
	}
	return 0;
}

static int add_line(struct keys *keys, struct str line, struct err *err)
{
	struct key key;

	line = str_trim(line);
	if (line.len == 0 || line.data[0] == '#')
		return 0;
	TRY(key_parse(line, &key, err));
	TRY(check_new(keys, &key, err));
	if (keys->n_items == KEYS_MAX)
		return err_set(err, ERR_INVALID, "there are more than %zu keys", KEYS_MAX);
	struct key *items = reallocarray(keys->items, keys->n_items + 1, sizeof *items);
	if (items == NULL)
		return err_nomem(err, "the keys");
	key.requests = metrics_series(METRIC_KEY_REQUESTS, (const char *[]){ key.name });
	items[keys->n_items++] = key;
	keys->items = items;
	return 0;
}

static void close_file(FILE **file)
{
	if (*file != NULL)
		fclose(*file);
}

static int read_text(const char *path, struct buf *ret, struct err *err)
{
	CLEANUP(close_file) FILE *file = fopen(path, "re");

	if (file == NULL)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	char *to = buf_reserve(ret, FILE_SIZE_MAX + 1);
	if (to == NULL)
		return err_nomem(err, "the file of keys");
	ret->len = fread(to, 1, FILE_SIZE_MAX + 1, file);
	if (ferror(file))
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	if (ret->len > FILE_SIZE_MAX)
		return err_set(err, ERR_INVALID, "%s: larger than 4MiB", path);
	return 0;
}

static int add_lines(struct keys *keys, const char *path, struct str text, struct err *err)
{
	struct err why = ERR_INIT;

	for (size_t number = 1; text.len > 0; number++) {
		size_t len = str_find(text, '\n');
		int rc = add_line(keys, (struct str){ text.data, len }, &why);

		if (rc == ERR_INVALID)
			return err_set(err, rc, "%.200s:%zu: %s", path, number, why.message);
		if (rc != 0)
			return err_nomem(err, "the keys");
		len = MIN(len + 1, text.len);
		text = (struct str){ text.data + len, text.len - len };
	}
	if (keys->n_items == 0)
		return err_set(err, ERR_INVALID, "%s: there is no key in it", path);
	return 0;
}

static void destroy_keys(struct keys **keys)
{
	keys_destroy(*keys);
}

int keys_load(const char *path, struct keys **ret, struct err *err)
{
	CLEANUP(destroy_keys) struct keys *keys = calloc(1, sizeof *keys);
	CLEANUP(buf_deinit) struct buf text;

	buf_init(&text, FILE_SIZE_MAX + 1);
	if (keys == NULL)
		return err_nomem(err, "the keys");
	TRY(read_text(path, &text, err));
	TRY(add_lines(keys, path, (struct str){ text.data, text.len }, err));
	*ret = keys;
	keys = NULL;
	return 0;
}

void keys_destroy(struct keys *keys)
{
	while (keys != NULL) {
		struct keys *older = keys->older;

		free(keys->items);
		free(keys);
		keys = older;
	}
}

int keys_find(const struct keys *keys, struct str token, const struct key **ret, struct err *err)
{
	unsigned char digest[SHA256_SIZE];
	const struct key *found = NULL;

	TRY(sha256(token, digest, err));
	/* Every key is compared, so that the time does not tell which one it was. */
	for (size_t i = 0; i < keys->n_items; i++)
		if (crypto_equal(keys->items[i].digest, digest, sizeof digest))
			found = &keys->items[i];
	*ret = found;
	return 0;
}
