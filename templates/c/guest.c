/* A waPC guest: its host invokes these operations by name. */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "wapc.h"

static bool respond(const char *text) {
    wapc_guest_response(text, strlen(text));
    return true;
}

/* Fails the invocation, not the guest. */
static bool fail(const char *text) {
    wapc_guest_error(text, strlen(text));
    return false;
}

/* Answers with two texts in one. */
static bool respond_both(const char *one, const char *other) {
    size_t length = strlen(one) + strlen(other) + 1;
    char *both = malloc(length);
    if (both == NULL) return fail("out of memory");
    snprintf(both, length, "%s%s", one, other);
    bool answered = respond(both);
    free(both);
    return answered;
}

/* Greets: text in, text out. */
static bool hello(const char *name) {
    size_t length = strlen(name) + 2;
    char *loud = malloc(length);
    if (loud == NULL) return fail("out of memory");
    snprintf(loud, length, "%s!", name);
    bool answered = respond_both("Hello, ", loud);
    free(loud);
    return answered;
}

/* Adds: JSON in, JSON out. */
static bool add(const char *payload) {
    double a, b;
    if (!json_number(payload, "a", &a) || !json_number(payload, "b", &b)) return fail("expected the numbers a and b");
    double sum = a + b;
    /* JSON has no infinity. */
    if (!isfinite(sum)) return fail("the sum is too large");
    char answer[64];
    snprintf(answer, sizeof answer, "{\"sum\":%.17g}", sum);
    return respond(answer);
}

/* Asks the host for capitals: binding `default`, namespace `text`, operation `upper`. */
static bool shout(const char *payload) {
    wapc_console_log("shouting", strlen("shouting"));
    bool answered = wapc_host_call("default", 7, "text", 4, "upper", 5, payload, strlen(payload));
    size_t length = answered ? wapc_host_response_len() : wapc_host_error_len();
    char *text = malloc(length + 1);
    if (text == NULL) return fail("out of memory");
    if (answered) wapc_host_response(text);
    else wapc_host_error(text);
    text[length] = 0;
    bool succeeded = answered ? respond_both(text, "!") : fail(text);
    free(text);
    return succeeded;
}

/* The export that the host calls. */
WAPC_EXPORT("__guest_call") bool guest_call(size_t operation_len, size_t payload_len) {
    char *operation = malloc(operation_len + 1), *payload = malloc(payload_len + 1);
    if (operation == NULL || payload == NULL) return fail("out of memory");
    wapc_guest_request(operation, payload);
    operation[operation_len] = payload[payload_len] = 0;
    bool succeeded;
    if (strcmp(operation, "hello") == 0) succeeded = hello(payload);
    else if (strcmp(operation, "add") == 0) succeeded = add(payload);
    else if (strcmp(operation, "shout") == 0) succeeded = shout(payload);
    else succeeded = fail("no such operation");
    free(operation);
    free(payload);
    return succeeded;
}
