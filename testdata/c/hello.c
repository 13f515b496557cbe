/* The hello guest in C, with wasi-libc. It also exercises WASI. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "wapc.h"

/* Fails with an error text. */
static bool fail(const char *text) {
    wapc_guest_error(text, strlen(text));
    return false;
}

/* The answer of the host's echo, `*len` bytes; NULL if it failed, after its error was passed on as the guest's own. */
static char *host_echo(const char *payload, size_t *len) {
    if (!wapc_host_call("default", 7, "foo", 3, "echo", 4, payload, *len)) {
        size_t error_len = wapc_host_error_len();
        char *error = malloc(error_len + 1);
        wapc_host_error(error);
        wapc_guest_error(error, error_len);
        free(error);
        return NULL;
    }
    *len = wapc_host_response_len();
    char *answer = malloc(*len + 1);
    wapc_host_response(answer);
    return answer;
}

static bool hello(const char *payload, size_t len) {
    wapc_console_log("logging something", 17);
    char *name = host_echo(payload, &len);
    if (name == NULL) return false;
    char *greeting = malloc(7 + len);
    memcpy(greeting, "Hello, ", 7);
    memcpy(greeting + 7, name, len);
    wapc_guest_response(greeting, 7 + len);
    free(name);
    free(greeting);
    return true;
}

static bool echo(const char *payload, size_t len) {
    size_t answered = len;
    char *answer = host_echo(payload, &answered);
    if (answer == NULL) return false;
    free(answer);
    wapc_guest_response(payload, len);
    return true;
}

/* The text of a file, or the error message where it cannot be opened. */
static const char *text_of(const char *path, char *text, size_t len) {
    FILE *file = fopen(path, "r");
    if (file == NULL) return strerror(errno);
    text[fread(text, 1, len - 1, file)] = 0;
    fclose(file);
    return text;
}

static bool write_file(const char *path, const char *how, const char *text) {
    FILE *file = fopen(path, how);
    return file != NULL && fputs(text, file) >= 0 && fclose(file) == 0;
}

static long long microseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

/* Answers with all that WASI gives it: environment, standard input, randomness, clocks, sleep and files. */
static bool exercise(void) {
    printf("to standard output\n");
    fprintf(stderr, "to standard error\n");
    char told[2048], text[256], one[8], other[8];
    size_t at = 0;
#define TELL(...) at += snprintf(told + at, sizeof told - at, __VA_ARGS__)
    TELL("NAME: %s\n", getenv("NAME") == NULL ? "" : getenv("NAME"));
    text[fread(text, 1, sizeof text - 1, stdin)] = 0;
    TELL("standard input: %s\n", text);
    bool random = getentropy(one, sizeof one) == 0 && getentropy(other, sizeof other) == 0;
    TELL("random: %s\n", random && memcmp(one, other, sizeof one) != 0 ? "true" : "false");
    TELL("the day: %s\n", microseconds(CLOCK_REALTIME) > 1700000000000000LL ? "true" : "false");
    long long before = microseconds(CLOCK_MONOTONIC);
    usleep(20000);
    TELL("slept: %s\n", microseconds(CLOCK_MONOTONIC) - before >= 20000 ? "true" : "false");
    TELL("read: %s\n", text_of("/data/a.txt", text, sizeof text));
    bool written = write_file("/data/b.txt", "w", "written") && write_file("/data/b.txt", "a", " twice");
    TELL("read back: %s\n", written ? text_of("/data/b.txt", text, sizeof text) : strerror(errno));
    TELL("missing: %s\n", fopen("/data/missing", "r") == NULL && errno == ENOENT ? "true" : "false");
    bool outside = fopen("/data/../outside", "r") == NULL && fopen("/etc/passwd", "r") == NULL;
    TELL("outside: %s\n", outside ? "true" : "false");
    wapc_guest_response(told, at);
    return true;
}

static bool is(const char *operation, size_t len, const char *name) {
    return len == strlen(name) && memcmp(operation, name, len) == 0;
}

WAPC_EXPORT("__guest_call") bool guest_call(size_t operation_len, size_t payload_len) {
    char *operation = malloc(operation_len + 1), *payload = malloc(payload_len + 1);
    if (operation == NULL || payload == NULL) return fail("out of memory");
    wapc_guest_request(operation, payload);
    payload[payload_len] = 0;
    bool succeeded;
    if (is(operation, operation_len, "hello")) succeeded = hello(payload, payload_len);
    else if (is(operation, operation_len, "echo")) succeeded = echo(payload, payload_len);
    else if (is(operation, operation_len, "nope")) succeeded = fail("planned failure");
    else if (is(operation, operation_len, "exercise")) succeeded = exercise();
    else if (is(operation, operation_len, "exit")) exit(atoi(payload));
    else succeeded = fail("no such operation");
    free(operation);
    free(payload);
    return succeeded;
}
