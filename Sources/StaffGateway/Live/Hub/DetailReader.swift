import APIs
import Kernel
import Messages
import NIOCore
import Synchronization
import Web
import Wire

/// Reads the events of one order or robot for one subscription, and offers them as its client takes them.
final class DetailReader: Sendable {
    /// What it needs of the gateway.
    struct Sources: Sendable {
        let orders: any OrdersAPI
        let payments: any PaymentsAPI
        let timelines: TimelineReader
        let relay: EventRelay
        let texts: TimelineTexts
        let limits: LiveLimits
    }

    /// As many of a robot's newest events are in a snapshot.
    static let botEvents = 200
    /// After a break of more events than these, of all robots, a client gets a snapshot.
    static let scannedAfterBreak: UInt64 = 20_000
    private static let eventsInChunk = 50

    let id: Int64
    private let subject: TimelineSubject
    private let audience: Audience
    private let sources: Sources
    private let tail: Mutex<EventTail>
    private let signal = AsyncSignal()
    private let isStopped = Atomic(false)
    /// Where the client says it is.
    private let from: LogPositions?

    init(id: Int64, subject: TimelineSubject, from: LogPositions?, audience: Audience, sources: Sources) {
        self.id = id
        self.subject = subject
        self.audience = audience
        self.sources = sources
        self.from = from
        tail = Mutex(EventTail())
    }

    /// There may be room for more, or something to read.
    func wake() { signal.notify() }

    func stop() {
        isStopped.store(true, ordering: .relaxed)
        signal.notify()
    }

    private var isOver: Bool { Task.isCancelled || isStopped.load(ordering: .relaxed) }

    /// Reads until it is stopped or the task is cancelled.
    ///
    /// - Parameter offer: takes a chunk, or says that the one before still waits
    /// - Throws: what a service or a log refused.
    func run(_ offer: @Sendable (DetailChunk) -> Bool) async throws {
        let number = sources.relay.listen(to: subject) { [self] event in
            tail.withLock { $0.arrive(event) }
            signal.notify()
        }
        defer { sources.relay.stop(number, subject) }
        // How many parts of a snapshot were offered; nil: there is no snapshot to send.
        var parts: Int? = 0
        if let from, canResume(from) {
            tail.withLock { $0 = EventTail(after: from) }
            parts = nil
            await put(DetailChunk(kind: .resumed, position: from), offer)
        }
        while !isOver {
            if tail.withLock({ $0.isEmpty && $0.needsReading }), try await !read() {
                // It was away for too long: from the beginning.
                tail.withLock { $0 = EventTail() }
                parts = 0
                continue
            }
            var (chunk, services) = try nextChunk()
            if chunk.events.isEmpty, parts == nil {
                await signal.wait()
                continue
            }
            chunk.documents = try await documents(isFirst: parts == 0, services)
            if let part = parts {
                let isLast = tail.withLock { $0.isEmpty && !$0.needsReading }
                chunk.kind = .snapshot(part: part + 1, isLast: isLast)
                parts = isLast ? nil : part + 1
            }
            await put(chunk, offer)
        }
    }

    /// Whether everything after a position can still be read.
    private func canResume(_ from: LogPositions) -> Bool {
        let ends = sources.relay.ends(of: subject)
        return subject.services.allSatisfy { service in
            let (seen, end) = (from.byService[service] ?? 0, ends[service] ?? 0)
            if case .order = subject { return seen <= end }
            return seen <= end && end - seen <= Self.scannedAfterBreak
        }
    }

    /// Reads what is recorded.
    /// - Returns: false: too much was recorded since this was last read.
    private func read() async throws -> Bool {
        let seen = tail.withLock { tail in
            tail.beginReading()
            return tail.seen
        }
        let ends = sources.relay.ends(of: subject)
        let events: [RecordedEvent]
        switch subject {
        case .order(let id): events = try await sources.timelines.order(id)
        case .bot(let id) where seen.byService.isEmpty:
            events = try await sources.timelines.bot(id, newest: Self.botEvents)
        case .bot(let id):
            guard canResume(seen) else { return false }
            events = try await sources.timelines.bot(id, after: seen.byService)
        }
        tail.withLock { $0.read(events, ends: ends) }
        return true
    }

    /// What goes into one message, and of which services it is.
    private func nextChunk() throws -> (DetailChunk, services: Set<String>) {
        var chunk = DetailChunk(kind: .delta, position: LogPositions())
        var services: Set<String> = []
        var size = 0
        while chunk.events.count < Self.eventsInChunk, size < sources.limits.partBytes {
            guard let event = tail.withLock({ $0.take(1) }).first else { break }
            let text = try sources.texts.text(of: event, for: audience)
            size += text.readableBytes
            chunk.events.append(text)
            services.insert(event.service)
        }
        chunk.position = tail.withLock { $0.seen }
        return (chunk, services)
    }

    /// The order and its invoice, when they look different after events of these services.
    private func documents(isFirst: Bool, _ services: Set<String>) async throws -> [DetailChunk.Document] {
        guard case .order(let id) = subject else { return [] }
        var documents: [DetailChunk.Document] = []
        if isFirst || services.contains("orders") {
            let order = try await sources.orders.getOrder(
                OrdersV1.GetOrderRequest(orderID: id), context: CallContext(timeout: .seconds(10)))
            let json = try LiveEntity.order(order).json(for: audience)
            documents.append(DetailChunk.Document(name: "order", json: json))
        }
        if isFirst || services.contains("payments"), let invoice = try await invoice(of: id) {
            documents.append(DetailChunk.Document(name: "invoice", json: invoice))
        }
        return documents
    }

    /// Nil before there is one.
    private func invoice(of orderID: String) async throws -> ByteBuffer? {
        do {
            let invoice = try await sources.payments.getInvoice(
                PaymentsV1.GetInvoiceRequest(orderID: orderID), context: CallContext(timeout: .seconds(10)))
            return try JSON.encode(StaffInvoiceDocument(invoice))
        } catch let refusal as any StatusConvertible where refusal.statusCode == .notFound {
            return nil
        }
    }

    /// Waits until the chunk is taken.
    private func put(_ chunk: DetailChunk, _ offer: (DetailChunk) -> Bool) async {
        while !isOver, !offer(chunk) { await signal.wait() }
    }
}
