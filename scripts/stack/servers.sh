# shellcheck shell=bash
# Servers of scripts/local-stack, and how far its work is; sourced, never run.

free_ports() {
    python3 - "$1" <<'PYTHON'
import socket, sys
sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
print(*(s.getsockname()[1] for s in sockets))
PYTHON
}

wait_for_port() {
    local name="$1" port="$2" deadline=$((SECONDS + 120))
    until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
        is_running "$name" && ((SECONDS < deadline)) || fail "$name did not start; its last words:" "$(tail -n 5 "$data/$name.log")"
        sleep 0.1
    done
    good "$name on port $port"
}

start_rabbitmq() {
    local port="$1" dist_port="$2" epmd_port="$3" home="$data/rabbitmq"
    mkdir -p "$home/mnesia" "$home/log"
    printf '%s\n' "listeners.tcp.1 = 127.0.0.1:$port" "disk_free_limit.absolute = 50MB" "log.file.level = warning" \
        >"$home/rabbitmq.conf"
    # Its own port mapper, node name and folders: nothing is shared with a broker of the system.
    start epmd /usr/bin/epmd -address 127.0.0.1 -port "$epmd_port"
    wait_for_port epmd "$epmd_port"
    cat >"$home/run" <<SCRIPT
#!/bin/sh
exec env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8 HOME=$home \\
    RABBITMQ_NODENAME=antenna$port@localhost RABBITMQ_DIST_PORT=$dist_port \\
    RABBITMQ_MNESIA_BASE=$home/mnesia RABBITMQ_LOG_BASE=$home/log RABBITMQ_ENABLED_PLUGINS_FILE=$home/plugins \\
    RABBITMQ_CONFIG_FILE=$home/rabbitmq.conf RABBITMQ_CONF_ENV_FILE=/dev/null \\
    ERL_EPMD_PORT=$epmd_port ERL_EPMD_ADDRESS=127.0.0.1 ERL_CRASH_DUMP_SECONDS=0 \\
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+sbwt none +sbwtdcpu none +sbwtdio none -start_epmd false" \\
    /usr/lib/rabbitmq/bin/rabbitmq-server
SCRIPT
    chmod +x "$home/run"
    start rabbitmq "$home/run"
    wait_for_port rabbitmq "$port"
}

start_redis() {
    mkdir -p "$data/redis"
    # As in compose/: nothing on disk, and the least used images go when it is full.
    start redis redis-server --port "$1" --bind 127.0.0.1 --save "" --appendonly no --dir "$data/redis" \
        --maxmemory 1gb --maxmemory-policy allkeys-lru
    wait_for_port redis "$1"
}

# Prints "saved tasks pending reserved errors lost stuck duplicates refused" of the local Antenna; nothing while it is away.
ledger() {
    curl --silent --show-error --max-time 5 "$1/status" 2>/dev/null | python3 -c '
import json, sys
names = "saved tasks pending reserved errors lost stuck duplicates refused".split()
jobs = json.load(sys.stdin)["jobs"]
print(*(sum(job[name] for job in jobs) for name in names))' 2>/dev/null
}

# watch_until_stopped ADDRESS UNTIL_DONE: tells how far the work is, and keeps everything running.
# With UNTIL_DONE yes it ends when no task is left: status 0 when each was saved once, else 1.
watch_until_stopped() {
    local last='' saved tasks pending reserved errors lost stuck duplicates refused
    while true; do
        # A wait that a signal may cut short, which a sleep in the foreground would hold up.
        sleep 1 &
        wait $! || true
        revive
        read -r saved tasks pending reserved errors lost stuck duplicates refused < <(ledger "$1") || continue
        local line="$saved of $tasks saved, $reserved on their way, $errors with an error"
        if [[ "$line" != "$last" ]]; then printf '  %s  %s\n' "$(date +%T)" "$line" >&2; fi
        last="$line"
        if [[ $2 == no ]] || ((pending + reserved > 0)); then continue; fi
        printf '%s tasks: %s saved, %s lost, %s stuck; %s results came twice, %s were refused\n' \
            "$tasks" "$saved" "$lost" "$stuck" "$duplicates" "$refused"
        ((saved == tasks && refused == 0)) && return 0
        return 1
    done
}
