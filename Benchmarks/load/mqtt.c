// MQTT 3.1.1: a robot publishes its reports with QoS 1 to a topic of its own; the broker's PUBACK acknowledges each.
#include "bytes.h"
#include "load.h"
#include <stdio.h>

enum { CONNECT = 1, CONNACK = 2, PUBLISH = 3, PUBACK = 4 };

struct state { char topic[32]; size_t topic_count; };

// Packet ids are 1 to 65535; reports in flight are few, so that an id names one of them.
static uint16_t packet_id(uint64_t number) { return (number - 1) % 65535 + 1; }

static uint8_t *put_string(uint8_t *p, const char *text, size_t count) {
    p = put_big(p, count, 2);
    memcpy(p, text, count);
    return p + count;
}

// Appends a packet's header and answers where its `count` other bytes belong. MQTT's lengths are protobuf's varints.
static uint8_t *append_packet(struct connection *c, int type, int flags, size_t count) {
    uint8_t header[8], *p = header;
    *p++ = (uint8_t)(type << 4 | flags);
    p = put_varint(p, count);
    size_t header_count = p - header;
    uint8_t *to = append(c, header_count + count);
    memcpy(to, header, header_count);
    return to + header_count;
}

static void begin(struct connection *c) {
    struct state *state = c->state;
    state->topic_count = snprintf(state->topic, sizeof state->topic, "bots/bot-%d/reports", c->number);
    char name[24];
    size_t count = snprintf(name, sizeof name, "bot-%d", c->number);
    uint8_t *p = append_packet(c, CONNECT, 0, 10 + 2 + count);
    p = put_string(p, "MQTT", 4);
    *p++ = 4;                // version 3.1.1
    *p++ = 2;                // clean session
    p = put_big(p, 0, 2);    // no keepalive
    put_string(p, name, count);
}

static void report(struct connection *c, int stream, uint64_t number) {
    (void)stream;
    const struct state *state = c->state;
    uint8_t message[MOST_REPORT_BYTES];
    size_t count = encode_report(message, number);
    uint8_t *p = append_packet(c, PUBLISH, 1 << 1, 2 + state->topic_count + 2 + count);
    p = put_string(p, state->topic, state->topic_count);
    p = put_big(p, packet_id(number), 2);
    memcpy(p, message, count);
}

static void handle_packet(struct connection *c, int type, const uint8_t *p, size_t count, int64_t now) {
    switch (type) {
    case CONNACK:
        if (count < 2 || p[1] != 0) fail("the broker refused a connection with code %d", count < 2 ? -1 : p[1]);
        connection_ready(c);
        break;
    case PUBACK: {
        uint64_t number = c->streams[0].acked + 1;  // they come in the order of the reports
        if (count < 2 || get_big(p, 2) != packet_id(number)) fail("a PUBACK of what was not next");
        acknowledged(c, 0, number, now);
        break;
    }
    default: fail("an MQTT packet of type %d, which nobody asked for", type);
    }
}

static size_t receive(struct connection *c, const uint8_t *bytes, size_t count, int64_t now) {
    const uint8_t *p = bytes, *end = bytes + count;
    while (end - p >= 2) {
        const uint8_t *body = p + 1;
        while (body < end && *body & 0x80) body++;
        if (body++ >= end) break;
        const uint8_t *length_at = p + 1;
        uint64_t length = get_varint(&length_at, body);
        if ((uint64_t)(end - body) < length) break;
        handle_packet(c, *p >> 4, body, length, now);
        p = body + length;
    }
    return p - bytes;
}

const struct protocol mqtt = {
    .name = "mqtt", .most_streams = 1, .connection_bytes = sizeof(struct state), .begin = begin, .receive = receive,
    .report = report};
