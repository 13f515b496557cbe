/* Reads numbers of a JSON object. For more, take a library of JSON. */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>

/* Sets `number` to the member `name` of the object `text`, which ends in a zero; false where there is none that is a
 * number. What is nested in the object is passed over. */
bool json_number(const char *text, const char *name, double *number);

#endif
