# SPDX-License-Identifier: ISC
#
#	zsh -f completion.zsh DIRECTORY LINE
#
# What zsh offers at the end of LINE, one a line, with the functions that are
# in DIRECTORY: the word, and behind a tab its description if it has one.
# Completion wants a terminal, so an interactive zsh gets one.
zmodload zsh/zpty zsh/zselect || exit
export COMPLETIONS=$1 OFFERED=$TMPPREFIX.$$

# Read by that zsh: TAB writes what compadd is given to a file, and "end".
cat >$OFFERED.rc <<'RC'
PROMPT= RPROMPT=
fpath=($COMPLETIONS $fpath)
autoload -Uz compinit
compinit -D -u
zstyle ":completion:*" list-grouped no

compadd() {
	local -a given kept shown suffix words
	integer i

	zparseopts -E -a given O:=kept A:=kept D:=kept d:=shown S:=suffix \
	    q Q U f n l e 1 2 P: p: s: i: I: W: J: V: X: x: r: R: F: M: E: o::
	if (($#kept)); then
		builtin compadd "$@"
		return
	fi
	if (($#shown)); then
		shown=("${(@P)shown[2]}")
		builtin compadd -A words -D shown "$@"
	else
		builtin compadd -A words "$@"
	fi
	for ((i = 1; i <= $#words; i++)); do
		print -r -- "$words[i]${suffix[2]-}"$'\t'"${shown[i]#* -- }"
	done >>$OFFERED
	builtin compadd "$@"
}
offer() {
	_main_complete
	print end >>$OFFERED
}
zle -C offer list-choices offer
bindkey "^I" offer
print end >>$OFFERED
RC

# await N: N lines "end", for half a minute
await() {
	repeat 3000; do
		[[ $(grep -cx end $OFFERED) -ge $1 ]] && return
		zpty -rt shell >/dev/null
		zselect -t 1
	done
	print -u2 "no answer of zsh"
	return 1
}

: >$OFFERED
zpty shell zsh -f -i
zpty -w shell "stty columns 250; source $OFFERED.rc"
await 1 && zpty -w -n shell "$2"$'\t' && await 2
result=$?
zpty -d shell
grep -vx end $OFFERED
rm -f $OFFERED $OFFERED.rc
exit $result
