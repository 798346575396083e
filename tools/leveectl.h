/* SPDX-License-Identifier: GPL-2.0 */
/* The subcommands of leveectl and what they share: exit statuses and usage errors. */
#ifndef LEVEECTL_H
#define LEVEECTL_H

#include <stdbool.h>

#define LEVEECTL_DONE		0
#define LEVEECTL_FAILED		1	/* refused or failed; standard error says why */
#define LEVEECTL_USAGE		2

/* Prints what is wrong with the command line and the word; returns LEVEECTL_USAGE. */
int usage_error(const char *command, const char *what, const char *word);

/*
 * Takes @name out of the words of a command, and says whether it was there.
 * Options may stand anywhere, so each command takes its own, then checks that
 * nothing that begins with '-' is left with check_words().
 */
bool take_option(int *argc, char **argv, const char *name);
/* As take_option() for "--name VALUE" and "--name=VALUE": 1, 0, or -1 when the value is missing. */
int take_value(int *argc, char **argv, const char *name, const char **value);
/* 0 when @min to @max words and no option are left, else LEVEECTL_USAGE, printed. */
int check_words(const char *command, int argc, char **argv, int min, int max);

/* Each takes the words after its own name. */
int cmd_check(int argc, char **argv);
int cmd_apply(int argc, char **argv);
int cmd_flush(int argc, char **argv);
int cmd_show(int argc, char **argv);
int cmd_status(int argc, char **argv);
int cmd_stats(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_monitor(int argc, char **argv);
int cmd_audits(int argc, char **argv);
int cmd_incidents(int argc, char **argv);
int cmd_feed(int argc, char **argv);
int cmd_bind(int argc, char **argv);
int cmd_unbind(int argc, char **argv);
int cmd_model(int argc, char **argv);
int cmd_release(int argc, char **argv);
int cmd_doctor(int argc, char **argv);

#endif /* LEVEECTL_H */
