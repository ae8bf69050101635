/* SPDX-License-Identifier: ISC */
/*
 * A library to be preloaded: descriptors that were inherited stay, so that all others
 * have high numbers.
 */
int close_range(unsigned, unsigned, int);

int
close_range(unsigned first, unsigned last, int flags)
{
	(void)first;
	(void)last;
	(void)flags;
	return 0;
}
