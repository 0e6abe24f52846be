// Customers at a kiosk's REST API, as many at once as there are connections: each starts a basket, puts one item into it
// and checks out, one request after the other on a connection that stays, and begins again.
//   shop --port N --customers N --seconds S --warmup S --product ID [--host ADDRESS] [--whole 1]
// With --whole 1 an order is one request: POST /api/v1/orders.
// Prints one line of JSON: orders placed in the measured time, requests, errors, latencies in microseconds.
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum step { BASKET, ITEM, CHECKOUT, STEPS };
static const char *const step_names[] = {"basket", "item", "checkout"};

struct customer {
    int fd, step, number;
    unsigned round;                  // orders begun, for idempotency keys
    long long asked;                 // when the request was sent
    char order[80];
    char in[16384];
    size_t in_count;
};

static const char *host = "127.0.0.1", *product = "bread";
static int port, customers = 64, at_once;
static double seconds = 10, warmup = 2;
static long long begin_at, end_at;
static unsigned long orders, requests, errors;

// Latencies in buckets that are 2 % apart: exact enough for percentiles, and of constant size.
#define BUCKETS 2048
static unsigned long histogram[STEPS][BUCKETS];
static double bucket_us[BUCKETS];

static _Noreturn void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("shop: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    exit(1);
}

static long long now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void note(int step, long long ns) {
    double us = ns / 1000.0;
    int low = 0, high = BUCKETS - 1;
    while (low < high) {
        int middle = (low + high) / 2;
        if (bucket_us[middle] < us) low = middle + 1; else high = middle;
    }
    histogram[step][low]++;
}

static double percentile(int step, double part) {
    unsigned long count = 0, seen = 0;
    for (int i = 0; i < BUCKETS; i++) count += histogram[step][i];
    for (int i = 0; i < BUCKETS; i++) {
        seen += histogram[step][i];
        if (count > 0 && seen >= part * count) return bucket_us[i];
    }
    return 0;
}

static void ask(struct customer *c) {
    char path[160], body[160], request[768];
    switch (c->step) {
    case BASKET:
        c->round++;
        snprintf(path, sizeof path, "/api/v1/baskets");
        snprintf(body, sizeof body, "{\"kiosk_id\":\"k%d\"}", c->number);
        break;
    case ITEM:
        snprintf(path, sizeof path, "/api/v1/baskets/%s/items", c->order);
        snprintf(body, sizeof body, "{\"product_id\":\"%s\",\"quantity\":1}", product);
        break;
    default:
        if (at_once) {
            c->round++;
            snprintf(path, sizeof path, "/api/v1/orders");
            snprintf(body, sizeof body, "{\"kiosk_id\":\"k%d\",\"items\":[{\"product_id\":\"%s\",\"quantity\":1}]}", c->number, product);
            break;
        }
        snprintf(path, sizeof path, "/api/v1/baskets/%s/checkout", c->order);
        snprintf(body, sizeof body, "{}");
    }
    int count = snprintf(
        request, sizeof request,
        "POST %s HTTP/1.1\r\nHost: kiosk\r\nContent-Type: application/json\r\nIdempotency-Key: %d-%d-%u-%d\r\n"
        "Content-Length: %zu\r\n\r\n%s",
        path, (int)getpid(), c->number, c->round, c->step, strlen(body), body);
    c->asked = now_ns();
    if (write(c->fd, request, count) != count) fail("a request could not be sent: %s", strerror(errno));
}

// A header's value, or NULL.
static const char *header(const char *head, const char *end, const char *name) {
    size_t length = strlen(name);
    for (const char *line = head; line && line < end; line = strstr(line, "\r\n")) {
        if (line != head) line += 2;
        if (strncasecmp(line, name, length) == 0) return line + length;
    }
    return NULL;
}

// Takes a whole answer, if there is one, and goes on.
static void answered(struct customer *c) {
    c->in[c->in_count] = 0;
    char *end = strstr(c->in, "\r\n\r\n");
    if (!end) return;
    const char *length = header(c->in, end, "content-length:");
    if (!length) fail("an answer without a length: %.200s", c->in);
    size_t whole = end + 4 - c->in + strtoul(length, NULL, 10);
    if (whole >= sizeof c->in) fail("an answer of %zu bytes", whole);
    if (c->in_count < whole) return;
    int status = atoi(c->in + 9);
    long long now = now_ns();
    int counts = now >= begin_at && now < end_at;
    if (counts) requests++;
    if (status / 100 != 2) {
        if (errors++ < 3) fprintf(stderr, "shop: %s: %.300s\n", step_names[c->step], end + 4);
        c->step = at_once ? CHECKOUT : BASKET;
    } else {
        if (counts) note(c->step, now - c->asked);
        if (c->step == BASKET) {
            const char *id = strstr(end, "\"order_id\":\"");
            if (!id || sscanf(id + 12, "%79[^\"]", c->order) != 1) fail("no order in %s", end + 4);
        }
        if (c->step == CHECKOUT && counts) orders++;
        c->step = at_once ? CHECKOUT : (c->step + 1) % STEPS;
    }
    c->in_count = 0;
    if (now < end_at) ask(c);
}

static void options(int count, char **words) {
    for (int i = 1; i + 1 < count; i += 2) {
        const char *name = words[i], *value = words[i + 1];
        if (strcmp(name, "--port") == 0) port = atoi(value);
        else if (strcmp(name, "--host") == 0) host = value;
        else if (strcmp(name, "--customers") == 0) customers = atoi(value);
        else if (strcmp(name, "--seconds") == 0) seconds = atof(value);
        else if (strcmp(name, "--warmup") == 0) warmup = atof(value);
        else if (strcmp(name, "--product") == 0) product = value;
        else if (strcmp(name, "--whole") == 0) at_once = atoi(value);
        else fail("unknown option %s", name);
    }
    if (port <= 0 || customers <= 0 || seconds <= 0) fail("--port, --customers and --seconds are above 0");
}

int main(int count, char **words) {
    options(count, words);
    bucket_us[0] = 10;
    for (int i = 1; i < BUCKETS; i++) bucket_us[i] = bucket_us[i - 1] * 1.01;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, host, &address.sin_addr) != 1) fail("%s is no IPv4 address", host);
    int epoll = epoll_create1(0);
    struct customer *all = calloc(customers, sizeof *all);
    begin_at = now_ns() + (long long)(warmup * 1e9);
    end_at = begin_at + (long long)(seconds * 1e9);
    for (int i = 0; i < customers; i++) {
        struct customer *c = &all[i];
        c->number = i;
        c->step = at_once ? CHECKOUT : BASKET;
        c->fd = socket(AF_INET, SOCK_STREAM, 0);
        int one = 1;
        if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof address) != 0)
            fail("cannot connect to %s:%d: %s", host, port, strerror(errno));
        setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &event);
        ask(c);
    }
    while (now_ns() < end_at) {
        struct epoll_event events[256];
        int ready = epoll_wait(epoll, events, 256, 100);
        for (int i = 0; i < ready; i++) {
            struct customer *c = events[i].data.ptr;
            ssize_t got = read(c->fd, c->in + c->in_count, sizeof c->in - 1 - c->in_count);
            if (got <= 0) fail("the server has closed a connection");
            c->in_count += got;
            answered(c);
        }
    }
    printf("{\"orders\":%lu,\"requests\":%lu,\"errors\":%lu,\"orders_per_second\":%.1f", orders, requests, errors, orders / seconds);
    for (int step = 0; step < STEPS; step++)
        printf(",\"%s_us\":{\"p50\":%.0f,\"p99\":%.0f}", step_names[step], percentile(step, 0.5), percentile(step, 0.99));
    puts("}");
    return errors > 0;
}
