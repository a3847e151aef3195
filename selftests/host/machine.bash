# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# A machine whose devices are unplugged while it runs: a suite in the guest asks for it,
# and the machine's monitor does it.

# The monitor's answers go to a file of their own. They are not looked at: the guest
# sees whether it was done.
connect()
{
	until [ -S "$socket" ]; do
		kill -0 "$guest" || return
		sleep 0.1
	done
	exec {monitor}> >(exec socat - "UNIX-CONNECT:$socket" >"$TMPDIR/answers" 3>&-)
}

# What the guest wants to have done, until it says that it was: the machine refuses
# a new device of this name as long as it is not rid of the old one.
serve()
{
	local part line='' wanted='' status

	while :; do
		status=0
		IFS= read -r -t 2 part <&4 || status=$?
		line+=$part
		if [ "$status" = 0 ]; then
			echo "$line"
			case $line in
			"# unplug "*)  wanted="device_del ${line##* }" ;;
			"# plug "*)    wanted="device_add edu,id=${line##* }" ;;
			"# unplugged "*|"# plugged "*)
				wanted=''
				count=$((count + 1))
				;;
			esac
			line=''
		elif [ "$status" -le 128 ]; then
			return 0
		fi
		[ -z "$wanted" ] || echo "$wanted" >&"$monitor"
	done
}

# machine SUITE SECONDS OPTION...: runs the suite in a guest with these options of
# tools/vm/run; it may take so long. Sets count, how often a device was unplugged or plugged.
machine()
{
	local suite=$1 seconds=$2 guest monitor socket=$TMPDIR/monitor
	shift 2

	count=0
	exec 4< <(exec tools/vm/run --cpus 4 --edu 2 --load --timeout $((seconds + 300)) \
		--monitor "$socket" --env IRQLINE_MACHINE=1 "$@" \
		-- selftests/run -t "$seconds" "$suite" 2>&1 3>&-)
	guest=$!
	connect
	serve
	wait "$guest"
}
