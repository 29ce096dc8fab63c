# shellcheck shell=bash
# Processes of scripts/local-stack: started, started again when they end, stopped by their ids; sourced, never run.

declare -A pid_of command_of page_of started_at quick_ends
names=()

# start NAME COMMAND…: runs it in a session of its own, so that Ctrl-C reaches this script alone, and in the folder
# of the stack, so that it reads no .env of whoever started it.
start() {
    local name="$1"
    shift
    [[ -v "command_of[$name]" ]] || names+=("$name")
    command_of[$name]="$(printf '%q ' "$@")"
    (cd "$data" && exec setsid "$@") </dev/null >>"$data/$name.log" 2>&1 &
    pid_of[$name]=$!
    # Else the shell has words of its own about each one that is killed. One that has ended already is revive's.
    disown "$!" 2>/dev/null || true
    started_at[$name]=$SECONDS
}

is_running() { kill -0 "${pid_of[$1]:-0}" 2>/dev/null; }

show_processes() {
    local name
    printf '\n  %-10s %-8s %-32s %s\n' name pid page command >&2
    for name in "${names[@]}"; do
        printf '  %-10s %-8s %-32s %s\n' \
            "$name" "${pid_of[$name]}" "${page_of[$name]:--}" "${command_of[$name]//$root\//}" >&2
    done
}

# A broker's script can be killed without the broker: what is left of its session goes, too.
end_rest() { kill -KILL -- "-${pid_of[$1]}" 2>/dev/null || true; }

# Starts again whatever has ended.
revive() {
    local name
    for name in "${names[@]}"; do
        if is_running "$name"; then continue; fi
        end_rest "$name"
        if ((SECONDS - started_at[$name] > 5)); then quick_ends[$name]=0; fi
        quick_ends[$name]=$((${quick_ends[$name]:-0} + 1))
        if ((quick_ends[$name] > 5)); then
            fail "$name ends at once, again and again; its last words:" "$(tail -n 5 "$data/$name.log")"
        fi
        eval "start $name ${command_of[$name]}"
        warn "$name ended and was started again as process ${pid_of[$name]}; see $data/$name.log"
    done
}

# stop SECONDS NAME…: asks them to end, waits, and makes them.
stop() {
    local seconds="$1" name deadline
    shift
    for name in "$@"; do kill -TERM "${pid_of[$name]}" 2>/dev/null || true; done
    deadline=$((SECONDS + seconds))
    for name in "$@"; do
        while is_running "$name" && ((SECONDS < deadline)); do sleep 0.1; done
        if is_running "$name"; then
            warn "$name did not end within $seconds seconds"
        fi
        end_rest "$name"
    done
}

# Workers first: they have something in hand. Then what they talk to, the last started first.
stop_all() {
    local workers=() servers=() name
    for name in "${names[@]}"; do
        case "$name" in
            fetch-* | infer-* | relay) workers+=("$name") ;;
            *) servers=("$name" "${servers[@]}") ;;
        esac
    done
    if ((${#workers[@]} > 0)); then stop 70 "${workers[@]}"; fi
    for name in "${servers[@]}"; do stop 20 "$name"; done
}
