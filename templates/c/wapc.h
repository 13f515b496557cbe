/* The bare waPC protocol for guests in C: its imports, and macros to import and export.
 *
 *     #include "wapc.h"
 *     WAPC_EXPORT("__guest_call") bool guest_call(size_t operation_len, size_t payload_len) { ... }
 */
#ifndef WAPC_H
#define WAPC_H

#include <stdbool.h>
#include <stddef.h>

#define WAPC_IMPORT(name) __attribute__((import_module("wapc"), import_name(name)))
#define WAPC_EXPORT(name) __attribute__((export_name(name)))

/* Writes the operation and the payload, whose lengths __guest_call was given. */
WAPC_IMPORT("__guest_request") void wapc_guest_request(char *operation, void *payload);
/* Sets the response, which is copied at once. */
WAPC_IMPORT("__guest_response") void wapc_guest_response(const void *response, size_t len);
/* Sets the error text; __guest_call then returns false. */
WAPC_IMPORT("__guest_error") void wapc_guest_error(const char *text, size_t len);
/* Calls the host; true if it answered. */
WAPC_IMPORT("__host_call")
bool wapc_host_call(const char *binding, size_t binding_len, const char *namespace_, size_t namespace_len,
                    const char *operation, size_t operation_len, const void *payload, size_t len);
WAPC_IMPORT("__host_response_len") size_t wapc_host_response_len(void);
WAPC_IMPORT("__host_response") void wapc_host_response(void *response);
WAPC_IMPORT("__host_error_len") size_t wapc_host_error_len(void);
WAPC_IMPORT("__host_error") void wapc_host_error(char *text);
WAPC_IMPORT("__console_log") void wapc_console_log(const char *text, size_t len);

#endif
