/* SPDX-License-Identifier: ISC */
#include "site.h"
int main(void){return 0;}
