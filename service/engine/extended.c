/* Object ids and UUIDs in their Extended JSON form. */
#include "engine/extended.h"

#define UUID_BYTES 16
#define UUID_BASE64 24

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int hex_value(char c)
{
	const char *p = c == '\0' ? NULL : strchr(hex_digits, c >= 'A' && c <= 'F' ? c | 0x20 : c);

	return p == NULL ? -1 : (int)(p - hex_digits);
}

static int base64_value(char c)
{
	const char *p = c == '\0' ? NULL : strchr(base64_digits, c);

	return p == NULL ? -1 : (int)(p - base64_digits);
}

static bool is_hex(struct str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (hex_value(s.data[i]) < 0)
			return false;
	return true;
}

/* The 16 bytes of 8-4-4-4-12 hexadecimal digits. */
static bool parse_uuid(struct str s, unsigned char ret[UUID_BYTES])
{
	size_t n = 0;

	if (s.len != EXTENDED_UUID_TEXT)
		return false;
	for (size_t i = 0; i < s.len;) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			if (s.data[i++] != '-')
				return false;
			continue;
		}
		int high = hex_value(s.data[i]), low = hex_value(s.data[i + 1]);
		if (high < 0 || low < 0)
			return false;
		ret[n++] = (unsigned char)(high << 4 | low);
		i += 2;
	}
	return true;
}

static bool parse_base64_uuid(struct str s, unsigned char ret[UUID_BYTES])
{
	unsigned bits = 0;
	int n_bits = 0;
	size_t n = 0;

	if (s.len != UUID_BASE64 || s.data[22] != '=' || s.data[23] != '=')
		return false;
	for (size_t i = 0; i < 22; i++) {
		int value = base64_value(s.data[i]);

		if (value < 0)
			return false;
		bits = (bits << 6 | (unsigned)value) & 0xffff;
		n_bits += 6;
		if (n_bits >= 8 && n < UUID_BYTES) {
			n_bits -= 8;
			ret[n++] = (unsigned char)(bits >> n_bits);
		}
	}
	return true;
}

/* The bytes of {"$uuid": …}, or of {"$binary": …} with sub-type 4. */
static bool find_uuid(struct arena *a, struct str key, struct value v, unsigned char *ret)
{
	if (str_is(key, "$uuid"))
		return v.type == VALUE_STRING && parse_uuid(value_str(v), ret);
	if (!str_is(key, "$binary") || v.type != VALUE_OBJECT)
		return false;
	struct value base64 = object_get(a, v.object, STR("base64"));
	struct value type = object_get(a, v.object, STR("subType"));

	return base64.type == VALUE_STRING && type.type == VALUE_STRING &&
	       (str_is(value_str(type), "04") || str_is(value_str(type), "4")) &&
	       parse_base64_uuid(value_str(base64), ret);
}

enum extended_kind extended_kind(struct arena *a, struct value v)
{
	unsigned char bytes[UUID_BYTES];

	if (v.type != VALUE_OBJECT || object_n(a, v.object) != 1)
		return EXTENDED_NONE;
	struct str key = object_key(v.object, 0);
	if (key.len == 0 || key.data[0] != '$')
		return EXTENDED_NONE;
	struct value content = object_at(a, v.object, 0);
	if (str_is(key, "$oid"))
		return content.type == VALUE_STRING && content.len == EXTENDED_OID_DIGITS &&
		                       is_hex(value_str(content))
		               ? EXTENDED_OBJECT_ID
		               : EXTENDED_NONE;
	if (find_uuid(a, key, content, bytes))
		return EXTENDED_UUID;
	return str_is(key, "$binary") && content.type == VALUE_OBJECT ? EXTENDED_BINARY
	                                                              : EXTENDED_NONE;
}

const char *extended_type_name(struct arena *a, struct value v)
{
	switch (extended_kind(a, v)) {
	case EXTENDED_OBJECT_ID: return "objectId";
	case EXTENDED_UUID:
	case EXTENDED_BINARY: return "binData";
	default: return value_type_name(v.type);
	}
}

struct str extended_oid(struct arena *a, struct value v)
{
	return value_str(object_at(a, v.object, 0));
}

bool extended_oid_date(struct arena *a, struct value v, int64_t *ret_ms)
{
	uint32_t seconds = 0;

	if (extended_kind(a, v) != EXTENDED_OBJECT_ID)
		return false;
	struct str digits = extended_oid(a, v);
	for (size_t i = 0; i < 8; i++)
		seconds = seconds << 4 | (uint32_t)hex_value(digits.data[i]);
	*ret_ms = seconds * INT64_C(1000);
	return true;
}

bool extended_make_oid(struct arena *a, struct str digits, struct value *ret)
{
	static const struct str key = { "$oid", 4 };
	char lower[EXTENDED_OID_DIGITS];
	struct value text;

	if (digits.len != EXTENDED_OID_DIGITS || !is_hex(digits))
		return false;
	for (size_t i = 0; i < digits.len; i++)
		lower[i] = hex_digits[hex_value(digits.data[i])];
	text = value_string_copy(a, (struct str){ lower, sizeof lower });
	*ret = object_build(a, &key, &text, 1);
	return true;
}

static struct value base64_text(struct arena *a, const unsigned char bytes[UUID_BYTES])
{
	char text[UUID_BASE64];

	memset(text, '=', sizeof text);
	for (size_t i = 0; i < 22; i++) {
		unsigned pair = (unsigned)bytes[i * 6 / 8] << 8;

		if (i * 6 / 8 + 1 < UUID_BYTES)
			pair |= bytes[i * 6 / 8 + 1];
		text[i] = base64_digits[pair >> (10 - i * 6 % 8) & 63];
	}
	return value_string_copy(a, (struct str){ text, sizeof text });
}

bool extended_make_uuid(struct arena *a, struct str text, struct value *ret)
{
	static const struct str outer[] = { { "$binary", 7 } };
	static const struct str inner[] = { { "base64", 6 }, { "subType", 7 } };
	unsigned char bytes[UUID_BYTES];

	if (!parse_uuid(text, bytes))
		return false;
	struct value parts[] = { base64_text(a, bytes), value_string(STR("04")) };
	struct value binary = object_build(a, inner, parts, ARRAY_LEN(parts));
	*ret = object_build(a, outer, &binary, 1);
	return true;
}

struct str extended_uuid(struct arena *a, struct value v)
{
	unsigned char bytes[UUID_BYTES] = { 0 };
	char text[EXTENDED_UUID_TEXT];
	size_t len = 0;

	(void)find_uuid(a, object_key(v.object, 0), object_at(a, v.object, 0), bytes);
	for (size_t i = 0; i < UUID_BYTES; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			text[len++] = '-';
		text[len++] = hex_digits[bytes[i] >> 4];
		text[len++] = hex_digits[bytes[i] & 15];
	}
	return value_str(value_string_copy(a, (struct str){ text, sizeof text }));
}
