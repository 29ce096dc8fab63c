// The yardstick of `antenna-worker bench broker`: the same loop written directly against librabbitmq.
//
// Consumes a queue on one connection, publishes a constant for each message on another, persistent and mandatory, with confirms, and
// acknowledges what is confirmed, many at once. One thread, which polls both sockets. No reconnecting, no alarms, no errors but the
// end of the program: what a worker must do besides is what the comparison is about.
//
// AMQP_URL=amqp://… bare-broker TASK-QUEUE EXCHANGE ROUTING-KEY COUNT PREFETCH RESULT-BYTES
// Prints the seconds from the first delivery to the last acknowledgement.

#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#endif

static const amqp_channel_t channel = 1;

static void fail(const char *what) {
    fprintf(stderr, "bare-broker: %s failed\n", what);
    exit(1);
}

static void check(int status, const char *what) {
    if (status != AMQP_STATUS_OK) {
        fprintf(stderr, "bare-broker: %s: %s\n", what, amqp_error_string2(status));
        exit(1);
    }
}

static void check_reply(amqp_connection_state_t connection, const char *what) {
    if (amqp_get_rpc_reply(connection).reply_type != AMQP_RESPONSE_NORMAL) fail(what);
}

static amqp_connection_state_t open_connection(const char *url) {
    char *copy = strdup(url);
    struct amqp_connection_info info;
    check(amqp_parse_url(copy, &info), "AMQP_URL");
    amqp_connection_state_t connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(connection);
    if (!socket) fail("a socket");
    check(amqp_socket_open(socket, info.host, info.port), "connecting");
    amqp_rpc_reply_t reply = amqp_login(connection, info.vhost, 0, 131072, 30, AMQP_SASL_METHOD_PLAIN, info.user,
                                        info.password);
    if (reply.reply_type != AMQP_RESPONSE_NORMAL) fail("logging in");
    amqp_channel_open(connection, channel);
    check_reply(connection, "opening a channel");
    free(copy);
    return connection;
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

// A frame that has arrived, without waiting.
static bool next_frame(amqp_connection_state_t connection, amqp_frame_t *frame) {
    struct timeval at_once = {0, 0};
    amqp_maybe_release_buffers(connection);
    int status = amqp_simple_wait_frame_noblock(connection, frame, &at_once);
    if (status == AMQP_STATUS_TIMEOUT) return false;
    check(status, "receiving");
    return true;
}

struct loop {
    amqp_connection_state_t consuming, publishing;
    amqp_bytes_t exchange, routing_key, result;
    // Results are published in the order of the deliveries, so the numbers of both are the same.
    bool *is_confirmed;
    uint64_t count, begun, published, confirmed, acknowledged;
    uint64_t body_left;
    double start;
};

// One frame of a delivery: the properties are needed for the message's id, and the last piece of the body is the moment to answer.
static void take_delivery(struct loop *loop, amqp_frame_t *frame, char message_id[256]) {
    if (frame->frame_type == AMQP_FRAME_METHOD && frame->payload.method.id == AMQP_BASIC_DELIVER_METHOD) {
        if (loop->begun++ == 0) loop->start = now();
        return;
    } else if (frame->frame_type == AMQP_FRAME_HEADER) {
        amqp_basic_properties_t *properties = frame->payload.properties.decoded;
        snprintf(message_id, 256, "%.*s", (int)properties->message_id.len, (char *)properties->message_id.bytes);
        loop->body_left = frame->payload.properties.body_size;
    } else if (frame->frame_type == AMQP_FRAME_BODY) {
        loop->body_left -= frame->payload.body_fragment.len;
    }
    if (loop->body_left > 0 || loop->published == loop->count) return;
    amqp_basic_properties_t properties = {0};
    properties._flags = AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG | AMQP_BASIC_CONTENT_TYPE_FLAG;
    properties.delivery_mode = 2;
    properties.message_id = amqp_cstring_bytes(message_id);
    properties.content_type = amqp_cstring_bytes("application/json");
    check(amqp_basic_publish(loop->publishing, channel, loop->exchange, loop->routing_key, 1, 0, &properties, loop->result),
          "publishing");
    loop->published++;
}

static void take_confirm(struct loop *loop, amqp_frame_t *frame) {
    if (frame->frame_type != AMQP_FRAME_METHOD) return;
    if (frame->payload.method.id != AMQP_BASIC_ACK_METHOD) fail("a publish (returned, nacked or closed)");
    amqp_basic_ack_t *ack = frame->payload.method.decoded;
    loop->is_confirmed[ack->delivery_tag] = true;
    if (ack->multiple) {
        for (uint64_t tag = ack->delivery_tag; tag > loop->confirmed; tag--) loop->is_confirmed[tag] = true;
    }
    while (loop->confirmed < loop->published && loop->is_confirmed[loop->confirmed + 1]) loop->confirmed++;
}

int main(int argc, char **argv) {
    const char *url = getenv("AMQP_URL");
    if (argc != 7 || !url) {
        fprintf(stderr, "usage: AMQP_URL=… bare-broker TASK-QUEUE EXCHANGE ROUTING-KEY COUNT PREFETCH RESULT-BYTES\n");
        return 2;
    }
    struct loop loop = {0};
    size_t size = strtoul(argv[6], NULL, 10);
    loop.exchange = amqp_cstring_bytes(argv[2]);
    loop.routing_key = amqp_cstring_bytes(argv[3]);
    loop.count = strtoull(argv[4], NULL, 10);
    loop.result = amqp_bytes_malloc(size);
    memset(loop.result.bytes, 'x', size);
    loop.is_confirmed = calloc(loop.count + 2, sizeof(bool));
    loop.publishing = open_connection(url);
    loop.consuming = open_connection(url);
    amqp_confirm_select(loop.publishing, channel);
    check_reply(loop.publishing, "asking for confirms");
    amqp_basic_qos(loop.consuming, channel, 0, (uint16_t)strtoul(argv[5], NULL, 10), 0);
    check_reply(loop.consuming, "the prefetch");
    amqp_basic_consume(loop.consuming, channel, amqp_cstring_bytes(argv[1]), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
    check_reply(loop.consuming, "consuming");

    char message_id[256] = "";
    while (loop.acknowledged < loop.count) {
        amqp_frame_t frame;
        while (next_frame(loop.consuming, &frame)) take_delivery(&loop, &frame, message_id);
        while (next_frame(loop.publishing, &frame)) take_confirm(&loop, &frame);
        if (loop.confirmed > loop.acknowledged) {
            check(amqp_basic_ack(loop.consuming, channel, loop.confirmed, 1), "acknowledging");
            loop.acknowledged = loop.confirmed;
            continue;
        }
        struct pollfd sockets[2] = {{.fd = amqp_get_sockfd(loop.consuming), .events = POLLIN},
                                    {.fd = amqp_get_sockfd(loop.publishing), .events = POLLIN}};
        poll(sockets, 2, 1000);
    }
    printf("%.6f\n", now() - loop.start);
    amqp_connection_close(loop.consuming, AMQP_REPLY_SUCCESS);
    amqp_connection_close(loop.publishing, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(loop.consuming);
    amqp_destroy_connection(loop.publishing);
    return 0;
}
