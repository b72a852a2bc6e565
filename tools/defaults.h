/* SPDX-License-Identifier: Apache-2.0 */
/*
 * defaults.h - --default source=...,lang=...: fields for records that lack
 * them, as the JSON object that the writer keeps with each block.
 */
#ifndef TOOLS_DEFAULTS_H
#define TOOLS_DEFAULTS_H

#include "args.h"
#include "message.h"
#include "str.h"

/*
 * A comma begins the next pair only where a key and '=' follow; any other comma
 * belongs to the value.  Of a key given twice the last counts; tags add
 * up.  `out` stays empty if nothing was given.  0, or RC_USAGE after a message.
 */
int defaults_read(struct str *out, struct tool *t, const struct args *a);

#endif
