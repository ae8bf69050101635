/* SPDX-License-Identifier: ISC */
/*
 * check_tcp: one TCP port or Unix socket, and what answers there.  check_tcp(1)
 * is its manual.
 */
#include "check.h"
#include "stream_probe.h"

static const struct plugin_words words = {
	.program = "check_tcp",
	.purpose =
	    "Tells whether a TCP port or Unix socket is open, and whether what\n"
	    "answers there is what should answer.\n",
	.usage =
	    "Usage: check_tcp [-H] HOST -p PORT [-46AEjv] [-s STRING] [-e STRING]...\n"
	    "           [-q STRING] [-d SECONDS] [-m BYTES] [-r STATE] [-M STATE]\n"
	    "           [-w RANGE] [-c RANGE] [-t SECONDS[:STATE]]\n"
	    "       check_tcp -H /PATH [OPTION]...\n"
	    "check_tcp --help lists all options.\n",
	.notes =
	    "A RANGE is [@]START:END of the Monitoring Plugins guidelines; a "
	    "STATE is\n" STATE_NAMES " or 0 to 3.\n",
};

int
main(int argc, char **argv)
{
	static const struct check_kind kind = {
		.service = "TCP",
		.words = &words,
		.init = settings_init,
		.complete = settings_complete,
		.streams = &stream_probe,
	};

	check_main(&kind, argc, argv);
}
