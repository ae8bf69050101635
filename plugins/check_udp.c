/* SPDX-License-Identifier: ISC */
/*
 * check_udp: one UDP port or Unix socket of datagrams, and what answers there.
 * check_udp(1) is its manual.
 */
#include "check.h"
#include "datagram_probe.h"

static const struct plugin_words words = {
	.program = "check_udp",
	.purpose =
	    "Tells whether a UDP port or Unix socket of datagrams is open, and\n"
	    "whether what answers there is what should answer.\n",
	.usage =
	    "Usage: check_udp [-H] HOST -p PORT [-46AEjv] [-s STRING] [-e STRING]...\n"
	    "           [-q STRING] [-m BYTES] [-r STATE] [-M STATE] [-w RANGE]\n"
	    "           [-c RANGE] [-t SECONDS[:STATE]] [--protocol NAME]\n"
	    "       check_udp -H /PATH [OPTION]...\n"
	    "check_udp --help lists all options.\n",
	.notes =
	    "A RANGE is [@]START:END of the Monitoring Plugins guidelines; a "
	    "STATE is\n" STATE_NAMES " or 0 to 3.\n",
};

int
main(int argc, char **argv)
{
	static const struct check_kind kind = {
		.service = "UDP",
		.words = &words,
		.init = settings_init_datagram,
		.complete = settings_complete_datagram,
		.datagrams = &datagram_probe,
	};

	check_main(&kind, argc, argv);
}
