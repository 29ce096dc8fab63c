# What the scripts of this folder share: where things are, servers of their own, and leaving nothing behind.
# shellcheck shell=bash

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
worker="${ANTENNA_WORKER:-$root/.build/release/antenna-worker}"
scratch="$(mktemp -d)"
started=()

# Whatever has ended already, and with the script's own status.
clean_up() {
    for pid in "${started[@]}"; do kill "$pid" 2>/dev/null || true; done
    # A broker takes a moment to let go of its files.
    for pid in "${started[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$scratch"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

fail() {
    echo "$*" >&2
    exit 1
}

need_worker() {
    [ -x "$worker" ] || fail "$worker is not there: swift build -c release --product antenna-worker"
}

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# wait_for_port PORT SECONDS
wait_for_port() {
    for _ in $(seq $(($2 * 5))); do
        (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null && return
        sleep 0.2
    done
    fail "nothing listens on port $1 after $2 seconds"
}

# A RabbitMQ of the script's own: free ports, its own data, its own port mapper. Sets broker_port.
start_rabbitmq() {
    local bin=/usr/lib/rabbitmq/bin mapper_port
    [ -x "$bin/rabbitmq-server" ] || fail "RabbitMQ is missing: apt-get install rabbitmq-server"
    broker_port="$(free_port)"
    mapper_port="$(free_port)"
    mkdir -p "$scratch"/broker/{home,mnesia,log}
    cat >"$scratch/broker/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$broker_port
vm_memory_high_watermark.absolute = 4GB
disk_free_limit.absolute = 1MB
log.file.level = warning
CONF
    export ERL_EPMD_PORT="$mapper_port" ERL_EPMD_ADDRESS=127.0.0.1
    epmd -address 127.0.0.1 -port "$mapper_port" >"$scratch/epmd.log" 2>&1 &
    started+=($!)
    env -i PATH=/usr/bin:/bin:/usr/sbin:/sbin LANG=C.UTF-8 HOME="$scratch/broker/home" \
        RABBITMQ_NODENAME="bench$broker_port@localhost" RABBITMQ_MNESIA_BASE="$scratch/broker/mnesia" \
        RABBITMQ_LOG_BASE="$scratch/broker/log" RABBITMQ_CONFIG_FILE="$scratch/broker/rabbitmq.conf" \
        RABBITMQ_CONF_ENV_FILE=/dev/null RABBITMQ_ENABLED_PLUGINS_FILE="$scratch/broker/plugins" \
        RABBITMQ_DIST_PORT="$(free_port)" ERL_EPMD_PORT="$mapper_port" ERL_EPMD_ADDRESS=127.0.0.1 ERL_CRASH_DUMP_SECONDS=0 \
        RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="+S 2:2 +sbwt none +sbwtdcpu none +sbwtdio none -start_epmd false" \
        "$bin/rabbitmq-server" >"$scratch/broker.log" 2>&1 &
    started+=($!)
    echo "Starting RabbitMQ on port $broker_port …"
    wait_for_port "$broker_port" 120
}

# A Redis of the script's own, without persistence. Sets redis_port.
start_redis() {
    command -v redis-server >/dev/null || fail "Redis is missing: apt-get install redis-server redis-tools"
    redis_port="$(free_port)"
    redis-server --port "$redis_port" --bind 127.0.0.1 --save '' --appendonly no --dir "$scratch" >"$scratch/redis.log" 2>&1 &
    started+=($!)
    wait_for_port "$redis_port" 60
}
