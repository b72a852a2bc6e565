/* SPDX-License-Identifier: Apache-2.0 */
/* commands.h - the commands; each answers an exit code (see message.h). */
#ifndef TOOLS_COMMANDS_H
#define TOOLS_COMMANDS_H

struct args;
struct tool;

int cmd_pack(struct tool *t, const struct args *args);
int cmd_search(struct tool *t, const struct args *args);
int cmd_list(struct tool *t, const struct args *args);
int cmd_show(struct tool *t, const struct args *args);
int cmd_extract(struct tool *t, const struct args *args);
int cmd_export(struct tool *t, const struct args *args);
int cmd_info(struct tool *t, const struct args *args);
int cmd_verify(struct tool *t, const struct args *args);
int cmd_repair(struct tool *t, const struct args *args);
int cmd_protect(struct tool *t, const struct args *args);
int cmd_keygen(struct tool *t, const struct args *args);
int cmd_sign(struct tool *t, const struct args *args);
int cmd_prove(struct tool *t, const struct args *args);
int cmd_check_proof(struct tool *t, const struct args *args);
int cmd_merge(struct tool *t, const struct args *args);
int cmd_split(struct tool *t, const struct args *args);
int cmd_diff(struct tool *t, const struct args *args);
int cmd_compact(struct tool *t, const struct args *args);
int cmd_redact(struct tool *t, const struct args *args);
int cmd_withdraw(struct tool *t, const struct args *args);
int cmd_reindex(struct tool *t, const struct args *args);
int cmd_help(struct tool *t, const struct args *args);
int cmd_completion(struct tool *t, const struct args *args);

/* Not a command: fiche-import as the confined reader of a bundle, if it was
 * started as one; else -1. */
int run_worker(int argc, char **argv);

#endif
