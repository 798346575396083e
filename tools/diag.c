// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>

#include "diag.h"

static void print_place(const struct diag *diag, struct mark at)
{
	fprintf(diag->out, "%s:", diag->file);
	if (at.line)
		fprintf(diag->out, "%u:", at.line);
	if (at.line && at.column)
		fprintf(diag->out, "%u:", at.column);
	putc(' ', diag->out);
}

void diag_error(struct diag *diag, struct mark at, const char *format, ...)
{
	va_list args;

	diag->errors++;
	if (!diag->out)
		return;
	print_place(diag, at);
	va_start(args, format);
	vfprintf(diag->out, format, args);
	va_end(args);
	putc('\n', diag->out);
}

void diag_warning(struct diag *diag, struct mark at, const char *format, ...)
{
	va_list args;

	if (!diag->out)
		return;
	print_place(diag, at);
	fputs("warning: ", diag->out);
	va_start(args, format);
	vfprintf(diag->out, format, args);
	va_end(args);
	putc('\n', diag->out);
}

void diag_note(struct diag *diag, struct mark at, const char *format, ...)
{
	va_list args;

	if (!diag->out)
		return;
	fprintf(diag->out, "note: %s:%u: ", diag->file, at.line);
	va_start(args, format);
	vfprintf(diag->out, format, args);
	va_end(args);
	putc('\n', diag->out);
}
