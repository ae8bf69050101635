/* SPDX-License-Identifier: ISC */
/*
 * How setreport_html() looks: its style sheet.
 *
 * Colours are custom properties, each once for light and once for dark;
 * tests/test_setreport_html.c measures the contrast of each pair in use.
 */
#ifndef SETREPORT_STYLE_H
#define SETREPORT_STYLE_H

extern const char setreport_style[];

#endif
