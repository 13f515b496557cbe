#include "json.h"

#include <stdlib.h>
#include <string.h>

static const char *skip_space(const char *at) {
    return at + strspn(at, " \t\r\n");
}

/* The end of the string that begins at `at`, after its quote; NULL where it has no end. */
static const char *skip_string(const char *at) {
    for (at++; *at != '"'; at++) {
        if (*at == '\\') at++;
        if (*at == 0) return NULL;
    }
    return at + 1;
}

/* The end of the value that begins at `at`; NULL where it has no end. */
static const char *skip_value(const char *at) {
    int depth = 0;
    do {
        if (*at == 0) return NULL;
        if (*at == '"') {
            at = skip_string(at);
            if (at == NULL) return NULL;
            continue;
        }
        if (*at == '{' || *at == '[') depth++;
        if (*at == '}' || *at == ']') depth--;
        at++;
    } while (depth > 0 || strchr(",}]", *at) == NULL);
    return at;
}

bool json_number(const char *text, const char *name, double *number) {
    const char *at = skip_space(text);
    if (*at != '{') return false;
    do {
        const char *key = skip_space(at + 1);
        const char *end = *key == '"' ? skip_string(key) : NULL;
        if (end == NULL) return false;
        at = skip_space(end);
        if (*at != ':') return false;
        at = skip_space(at + 1);
        size_t length = end - key - 2;
        if (strlen(name) == length && memcmp(key + 1, name, length) == 0) {
            char *after;
            *number = strtod(at, &after);
            /* strtod also reads `nan` and `0x10`. Numbers of JSON have these characters only. */
            return after != at && after == at + strspn(at, "+-.0123456789Ee");
        }
        at = skip_value(at);
    } while (at != NULL && *at == ',');
    return false;
}
