/* SPDX-License-Identifier: ISC */
#include "small.h"

#include "datagram_judged.h"

static const struct judged answers[] = {
	{ "echo", 0, "the same", "{0}", JUDGE_MATCH },
	{ "echo", 0, "other bytes", "'portstate 0123456789abcdee' 0d0a",
	    JUDGE_MISMATCH, "other bytes came back" },
	{ "echo", 0, "more", "{0} 00", JUDGE_MISMATCH, "other bytes came back",
	    true },
	{ "daytime", 0, "a date",
	    "'Tuesday, November 14, 2023 22:13:20-UTC' 0d0a", JUDGE_MATCH, NULL,
	    true },
	{ "daytime", 0, "another one", "'14 NOV 2023 22:13:20 UTC' 0d0a",
	    JUDGE_MATCH, NULL, true },
	{ "daytime", 0, "empty lines around it",
	    "0a '60333 23-12-25 22:13:20 UTC(NIST) *' 0a", JUDGE_MATCH, NULL,
	    true },
	{ "daytime", 0, "characters", "'!#$%0123' 0d0a '#$%01234' 0d0a",
	    JUDGE_MISMATCH, "more than a line", true },
	{ "daytime", 0, "no date", "'tomorrow' 0d0a", JUDGE_MISMATCH,
	    "no date" },
	{ "daytime", 0, "no text", "'2023' 00", JUDGE_MISMATCH, "not text",
	    true },
	{ "daytime", 0, "an echo", "{0}", JUDGE_MISMATCH, "no date" },
	{ "chargen", 0, "characters", "' !\"#$%&()*+,-./0123456789:;' 0d0a",
	    JUDGE_MATCH, NULL, true },
	{ "chargen", 0, "nothing", "", JUDGE_MATCH },
	{ "chargen", 0, "of inetd",
	    "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' 0d0a",
	    JUDGE_MATCH, NULL, true },
	{ "chargen", 0, "no text", "ff 00", JUDGE_MISMATCH, "not text", true },
	{ "chargen", 0, "an echo", "{0}", JUDGE_MISMATCH, "not characters",
	    true },
	{ "time", 0, "the time", "e8fe6f80", JUDGE_MATCH },
	{ "time", 0, "more", "e8fe6f80 00", JUDGE_MISMATCH, "not four bytes",
	    true },
	{ "time", 0, "an echo", "{0}", JUDGE_MISMATCH, "not four bytes" },
	{ "syslog", 0, "anything", "'hello'", JUDGE_MISMATCH,
	    "such a service does not answer" },
	{ "wireguard", 0, "anything", "02 [91]", JUDGE_MISMATCH,
	    "such a service does not answer" },
};

START_TEST(answer)
{
	judged_check(&answers[_i], NULL);
	judged_other(&answers[_i], NULL);
}
END_TEST

int
main(void)
{
	TCase *tc = tcase_create("small");

	unit_rows(tc, answer, answers);
	return unit_run("small", tc);
}
