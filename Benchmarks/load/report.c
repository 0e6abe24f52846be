// A robot's report of an item picked (mallbots.bots.v1.FromBot), about 93 bytes: the same for every protocol.
#include "bytes.h"
#include "load.h"

size_t encode_report(uint8_t *to, uint64_t number) {
    static const char task[] = "o-24mcacmrjdzs1zver93j/1", store[] = "store-garden-tools-07";
    static const char product[] = "p-watering-can-10l";
    uint8_t picked[96], *p = picked;
    p = put_field(p, 1, task, sizeof task - 1);
    p = put_varint(p, 2 << 3); p = put_varint(p, 3);
    p = put_field(p, 3, store, sizeof store - 1);
    p = put_field(p, 4, product, sizeof product - 1);
    p = put_varint(p, 5 << 3); p = put_varint(p, 2);
    size_t count = p - picked;
    p = to;
    p = put_varint(p, 1 << 3); p = put_varint(p, number);
    p = put_varint(p, 2 << 3); p = put_varint(p, 12);
    return put_field(p, 9, picked, count) - to;
}
