/* SPDX-License-Identifier: ISC */
/*
 * The options of check_portset.
 */
#ifndef PORTSET_OPTIONS_H
#define PORTSET_OPTIONS_H

#include "options.h"
#include "setreport.h"
#include "sock.h"
#include "source.h"

/* As they are given; what stands for all of a run. */
struct portset_options {
	struct source source;
	int64_t timeout_us; /* of the run; 0: by what the probes need */
	int64_t probe_timeout_us;
	bool own_probe_timeout; /* it was asked for */
	int64_t parallel;       /* 0: as many as there are descriptors */
	int64_t rate;           /* 0: no limit */
	int64_t retries;
	bool hedge;
	struct sock_conf sock;
	struct portset_policy policy;
	setreport_fn *report;
	const char *format; /* its name; NULL: none is given */
	bool with_line;     /* --report is given: */
	char *line;         /* its value, or NULL */
	int64_t max_output;
	const char *output; /* NULL: none but standard output */
	unsigned verbosity;
	bool help;
	bool version;
};

/* For --help. */
struct options portset_options_table(struct portset_options *o);

/* Fills o, which is zeroed.  False: *error says in one line what is wrong. */
bool portset_options_parse(struct portset_options *o, int argc, char **argv,
    struct text *error);

#endif
