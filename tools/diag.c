// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>

#include "diag.h"

void diag_error(struct diag *diag, struct mark at, const char *format, ...)
{
	va_list args;

	diag->errors++;
	if (!diag->out)
		return;
	if (at.line)
		fprintf(diag->out, "%s:%u:%u: ", diag->file, at.line, at.column);
	else
		fprintf(diag->out, "%s: ", diag->file);
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
	if (at.line)
		fprintf(diag->out, "%s:%u:%u: warning: ", diag->file, at.line, at.column);
	else
		fprintf(diag->out, "%s: warning: ", diag->file);
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
