// Protobuf's varints and length-delimited fields, and big-endian integers.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

static inline uint8_t *put_varint(uint8_t *p, uint64_t v) {
    while (v >= 0x80) { *p++ = (uint8_t)v | 0x80; v >>= 7; }
    *p++ = (uint8_t)v;
    return p;
}

static inline uint64_t get_varint(const uint8_t **p, const uint8_t *end) {
    uint64_t v = 0;
    for (int shift = 0; *p < end && shift < 64; shift += 7) {
        uint8_t b = *(*p)++;
        v |= (uint64_t)(b & 0x7F) << shift;
        if (b < 0x80) break;
    }
    return v;
}

static inline uint8_t *put_field(uint8_t *p, int number, const void *bytes, size_t count) {
    p = put_varint(p, (uint64_t)number << 3 | 2);
    p = put_varint(p, count);
    memcpy(p, bytes, count);
    return p + count;
}

static inline uint8_t *put_big(uint8_t *p, uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; i--) *p++ = (uint8_t)(value >> (8 * i));
    return p;
}

static inline uint32_t get_big(const uint8_t *p, int bytes) {
    uint32_t value = 0;
    for (int i = 0; i < bytes; i++) value = value << 8 | p[i];
    return value;
}
